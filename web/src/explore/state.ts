// What Explore shows, derived from the address; and what it asked for.
import { batch, computed, effect, signal } from "@preact/signals";
import { histogram, search, type Range } from "../api/ask";
import { isAbort, session } from "../api/client";
import type { Histogram, Row, Rows } from "../api/types";
import { change, page, params } from "../app/route";
import { zone } from "../app/settings";
import { split } from "../query/tokens";
import { DEFAULT_FROM, resolve } from "../ui/time";
import { Pages } from "./pages";

export const DEFAULT_COLUMNS: readonly string[] = ["timestamp", "severity", "source", "message"];
/** How long the rows have the server for themselves. */
const ROWS_ALONE_MS = 300;
/** Rows of a table that pipes make: as many as an answer of the API may have. */
const TABLE_ROWS_MAX = 1000;

export const query = computed(() => params.value.q ?? "");
export const from = computed(() => params.value.from ?? DEFAULT_FROM);
export const to = computed(() => params.value.to ?? "now");
const columnsText = computed(() => params.value.cols ?? "");
export const columns = computed(() => (columnsText.value ? columnsText.value.split(",").filter(Boolean) : DEFAULT_COLUMNS));
export const wrap = computed(() => params.value.wrap === "1");
export const live = computed(() => params.value.live === "1");

/** Counts runs that were asked for by hand. */
const runs = signal(0);
export const run = () => void runs.value++;

/** What is asked at present: a new one for each run. */
export interface Asked {
  readonly query: string;
  /** The query up to its first pipe: which records it is about. */
  readonly filter: string;
  readonly pipes: string;
  readonly range: Range;
  readonly since: number;
}

/** `undefined` when the times in the address cannot be read. */
export const asked = computed<Asked | undefined>(() => {
  void runs.value;
  void session.value;
  const now = Date.now();
  const utc = zone.peek() === "utc";
  const [start, end] = [resolve(from.value, now, utc), resolve(to.value, now, utc)];
  if (start === undefined || end === undefined) return undefined;
  const range = { start: new Date(start).toISOString(), end: new Date(end).toISOString() };
  return { query: query.value, ...split(query.value), range, since: performance.now() };
});

export const pages = signal<Pages | undefined>(undefined);
/** What pipes made of the records. */
export const table = signal<Rows | undefined>(undefined);
/** The last counts; they stay while newer ones are on their way, so that the chart does not flicker. */
export const counts = signal<Histogram | undefined>(undefined);
const countedFor = signal<Asked | undefined>(undefined);
/** The counts of what is asked now, and of nothing before. */
export const countsNow = computed(() => (countedFor.value === asked.value ? counts.value : undefined));
export const failed = signal<unknown>(undefined);
export const waiting = signal(false);
/** Milliseconds from the question to the first rows in the page's hands; `undefined` until they are there. */
export const firstRowsMs = signal<number | undefined>(undefined);

/** The record that is open beside the list. */
export const opened = signal<Row | undefined>(undefined);

effect(() => {
  if (page.value !== "explore" || live.value) return;
  const now = asked.value;
  failed.value = undefined;
  if (!now) return;
  const abort = new AbortController();
  waiting.value = true;
  firstRowsMs.value = undefined;
  const fail = (error: unknown) => {
    if (abort.signal.aborted || isAbort(error)) return;
    failed.value = error;
    waiting.value = false;
  };
  const rows = (now.pipes ? askTable(now, abort.signal) : askRecords(now, abort.signal)).catch(fail);
  // Rows first: they are what people look for, and counting may take all cores. A wrong query is told once, by them.
  const turn = Promise.race([rows, new Promise((done) => setTimeout(done, ROWS_ALONE_MS))]);
  turn.then(() => histogram(now.filter, now.range, abort.signal)).then(
    (answer) => abort.signal.aborted || batch(() => ([counts.value, countedFor.value] = [answer, now])),
    () => abort.signal.aborted || (counts.value = undefined),
  );
  return () => abort.abort();
});

async function askRecords(now: Asked, signal: AbortSignal): Promise<void> {
  const next = new Pages(now.filter, now.range);
  await next.more(signal);
  if (signal.aborted) return;
  table.value = undefined;
  pages.value = next;
  arrived(now);
}

async function askTable(now: Asked, signal: AbortSignal): Promise<void> {
  const answer = await search(now.query, now.range, TABLE_ROWS_MAX, undefined, signal);
  if (signal.aborted) return;
  pages.value = undefined;
  opened.value = undefined;
  table.value = answer;
  arrived(now);
}

function arrived(now: Asked): void {
  waiting.value = false;
  firstRowsMs.value = performance.now() - now.since;
}

/** Looks at another stretch of time, given as moments. */
export function zoom(start: number, end: number): void {
  const text = (at: number) => new Date(at).toISOString().replace(/\.000Z$/, "Z");
  change({ from: text(Math.floor(start)), to: text(Math.ceil(end)) });
}

/** Moves the stretch by its own length, or makes it longer on both sides. */
export function shift(by: -1 | 1 | "out"): void {
  const range = asked.peek()?.range;
  if (!range) return;
  const [start, end] = [Date.parse(range.start), Date.parse(range.end)];
  const width = end - start;
  if (by === "out") return zoom(start - width / 2, end + width / 2);
  zoom(start + by * width, end + by * width);
}

/** Asks something else of the same time. */
export function ask(q: string): void {
  if (q === query.peek()) run();
  else change({ q });
}

/** Shows or hides a column. */
export function toggleColumn(name: string): void {
  const now = columns.peek();
  const next = now.includes(name) ? now.filter((column) => column !== name) : insert(now, name);
  change({ cols: next.join(",") === DEFAULT_COLUMNS.join(",") ? undefined : next.join(",") }, true);
}

/** The message is long and stands last. */
function insert(columns: readonly string[], name: string): readonly string[] {
  const at = columns.indexOf("message");
  return at < 0 || name === "message" ? [...columns, name] : [...columns.slice(0, at), name, ...columns.slice(at)];
}
