// The open record stands in the address, so that one can send it to somebody.
import { effect } from "@preact/signals";
import { context } from "../api/ask";
import { change, params } from "../app/route";
import { textOf } from "../ui/visible";
import { opened } from "./state";

/** Opens the record that the address names, and keeps the address as the open record says. Returns what ends this. */
export function openFromAddress(): () => void {
  const { id, at } = params.peek();
  const abort = new AbortController();
  if (id && opened.peek()?.record_id !== id) {
    // A record that is gone: the list is shown, and the address loses its name with the next click.
    context(id, at ?? "", 0, abort.signal).then((answer) => (opened.value = answer.record), () => undefined);
  }
  let first = true;
  const end = effect(() => {
    const row = opened.value;
    if (first && !row) return void (first = false);
    first = false;
    change({ id: textOf(row?.record_id) || undefined, at: row ? textOf(row.timestamp) : undefined }, true);
  });
  return () => {
    abort.abort();
    end();
    opened.value = undefined;
  };
}
