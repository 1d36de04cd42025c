// Follows records as they come in. Read with `fetch`, because an EventSource can show no token.
import { request } from "./client";
import { parse } from "./json";
import type { Row } from "./types";

export interface Follower {
  readonly open: () => void;
  readonly record: (row: Row) => void;
  /** Records that were left out here: the reader was too slow. */
  readonly dropped: (records: number) => void;
}

/** Reads events until the signal or the server ends it. */
export async function follow(query: string, follower: Follower, signal: AbortSignal): Promise<void> {
  const text = query ? `?query=${encodeURIComponent(query)}` : "";
  const response = await request(`/api/v1/tail${text}`, { headers: { Accept: "text/event-stream" }, signal });
  follower.open();
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  const events = new Events();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    for (const { name, data } of events.push(value)) {
      if (name === "record") follower.record(parse(data) as Row);
      else if (name === "dropped") follower.dropped(Number((parse(data) as { records?: number }).records ?? 0));
    }
  }
}

/** Pieces of an event stream become events (HTML Living Standard, 9.2; this server sends LF and one `data` line). */
export class Events {
  private rest = "";

  push(piece: string): { name: string; data: string }[] {
    const blocks = (this.rest + piece).split("\n\n");
    this.rest = blocks.pop()!;
    return blocks.flatMap((block) => {
      const field = (name: string) => block.split("\n").find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
      const data = field("data");
      return data === undefined ? [] : [{ name: field("event") ?? "message", data }];
    });
  }
}
