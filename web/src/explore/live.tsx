// Records as they come in, newest first. Pausing holds the view still while records go on arriving.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { isAbort, Problem, session } from "../api/client";
import { follow } from "../api/tail";
import type { Row } from "../api/types";
import { bind } from "../app/keys";
import { split } from "../query/tokens";
import { count } from "../ui/format";
import { Empty, Icon, Trouble } from "../ui/parts";
import { RecordList } from "./list";
import { failed, query, waiting } from "./state";

/** Records kept. The older ones are found by a search. */
const KEPT_MAX = 5000;

/** The live list. */
export function LiveList() {
  const shown = useSignal<readonly Row[]>([]);
  const paused = useSignal(false);
  const held = useSignal(0);
  const dropped = useSignal(0);
  const connected = useSignal(false);
  const arrived = useRef<Row[]>([]);
  const { filter, pipes } = split(query.value);

  const flush = () => {
    if (paused.peek() || arrived.current.length === 0) return void (held.value = arrived.current.length);
    shown.value = [...arrived.current.reverse(), ...shown.peek()].slice(0, KEPT_MAX);
    arrived.current = [];
    held.value = 0;
  };
  const pause = (on: boolean) => {
    paused.value = on;
    flush();
  };

  useEffect(() => {
    const abort = new AbortController();
    [shown.value, arrived.current, failed.value, waiting.value] = [[], [], undefined, false];
    const take = (row: Row) => {
      arrived.current.push(row);
      // While paused, the newest are kept.
      if (arrived.current.length > KEPT_MAX) arrived.current.shift();
    };
    const follower = { open: () => (connected.value = true), record: take, dropped: (n: number) => (dropped.value += n) };
    void keepFollowing(filter, follower, abort.signal, (error) => {
      connected.value = false;
      failed.value = error;
    });
    // The eye reads no faster: many records are drawn at once.
    const timer = setInterval(flush, 250);
    return () => {
      abort.abort();
      clearInterval(timer);
    };
  }, [filter, session.value]);
  useEffect(() => bind("Live", [{ keys: "p", does: "pause, or go on", run: () => pause(!paused.peek()) }]), []);

  const rows = { length: shown.value.length, row: (index: number) => shown.value[index], more: () => undefined };
  return (
    <>
      <p class="live-bar" role="status">
        <button class="quiet" aria-pressed={paused.value} onClick={() => pause(!paused.value)}>
          <Icon name={paused.value ? "play" : "pause"} /> {paused.value ? "Go on" : "Pause"}
        </button>
        <span>{connected.value ? (paused.value ? "Paused" : "Following") : "Connecting"}</span>
        {paused.value && held.value > 0 && <span>{count(held.value)} new</span>}
        {dropped.value > 0 && <span class="badge bad">{count(dropped.value)} left out: too many at once, narrow the query</span>}
        {pipes && <span class="dim">Pipes do not apply to live records.</span>}
      </p>
      {failed.value !== undefined && <Trouble error={failed.value} />}
      {rows.length > 0 && <RecordList rows={rows} version={shown.value} label="New records, newest first" />}
      {rows.length === 0 && connected.value && <Empty title="Waiting for records">They appear here once they are on disk.</Empty>}
    </>
  );
}

/** Comes back after the server went away; a query that it refuses is told and not repeated. */
async function keepFollowing(filter: string, follower: Parameters<typeof follow>[1], signal: AbortSignal, tell: (error: unknown) => void) {
  while (!signal.aborted) {
    try {
      await follow(filter, follower, signal);
    } catch (error) {
      if (isAbort(error) || signal.aborted) return;
      tell(error);
      if (error instanceof Problem && error.status >= 400 && error.status < 500 && error.status !== 429) return;
    }
    await new Promise((done) => setTimeout(done, 1000));
  }
}
