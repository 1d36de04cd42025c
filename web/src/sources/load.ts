// What the Sources page asks: the ledger, the quarantine, and the records by day.
import { get } from "../api/client";
import { quoted, sql, type Range } from "../api/ask";
import type { Row } from "../api/types";
import { textOf } from "../ui/visible";

/** What came in, and what became of it. */
export interface Sums {
  readonly received: number;
  readonly stored: number;
  readonly quarantined: number;
  readonly duplicates: number;
  readonly filtered: number;
  readonly sampledOut: number;
  readonly erased: number;
  readonly expired: number;
}

export interface Account extends Sums {
  /** Rows that the tables hold, counted in the same state of the store. */
  readonly counted: number;
}

const COUNTS = ["received", "stored", "quarantined", "duplicates", "filtered", "sampled_out", "erased", "expired"];
const SUMS = COUNTS.map((name) => `coalesce(sum(${name}), 0) AS ${name}`).join(", ");

function sums(row: Row): Sums {
  const [received, stored, quarantined, duplicates, filtered, sampledOut, erased, expired] = COUNTS.map((name) => Number(row[name] ?? 0)) as [number, number, number, number, number, number, number, number];
  return { received, stored, quarantined, duplicates, filtered, sampledOut, erased, expired };
}

/** The whole account, since the first record. */
export async function account(signal: AbortSignal): Promise<Account> {
  const { rows } = await sql(`SELECT ${SUMS}, (SELECT count(*) FROM logs) + (SELECT count(*) FROM quarantine) AS counted FROM ledger`, signal);
  return { ...sums(rows[0] ?? {}), counted: Number(rows[0]?.counted ?? 0) };
}

/** Records that the ledger cannot say anything about. Zero, or something is wrong. */
export function unaccounted({ received, stored, quarantined, duplicates, filtered, sampledOut, erased, expired, counted }: Account): number {
  const outcomes = stored + quarantined + duplicates + filtered + sampledOut + erased + expired;
  return Math.max(Math.abs(received - outcomes), Math.abs(stored + quarantined - counted));
}

/** Bars of a source's rate. */
export const RATE_BINS = 32;

export interface Source extends Sums {
  readonly name: string;
  readonly first: number;
  readonly last: number;
  readonly rate: readonly number[];
}

/** Sources by what was received from them in a stretch of time. */
export async function sources(range: Range, signal: AbortSignal): Promise<Source[]> {
  const where = `minute >= date_trunc('minute', TIMESTAMP ${quoted(range.start)}) AND minute < TIMESTAMP ${quoted(range.end)}`;
  const [start, end] = [Date.parse(range.start), Date.parse(range.end)];
  const width = Math.max(60_000, Math.ceil((end - start) / RATE_BINS / 60_000) * 60_000);
  const [totals, rates] = await Promise.all([
    sql(`SELECT source, ${SUMS}, min(minute) AS first, max(minute) AS last FROM ledger WHERE ${where} GROUP BY source ORDER BY received DESC`, signal),
    sql(
      `SELECT source, date_bin(INTERVAL '${width} milliseconds', minute, TIMESTAMP ${quoted(range.start)}) AS bin, sum(received) AS n
       FROM ledger WHERE ${where} GROUP BY source, bin`,
      signal,
    ),
  ]);
  const bins = new Map<string, number[]>();
  for (const row of rates.rows) {
    const of = bins.get(textOf(row.source)) ?? new Array<number>(RATE_BINS).fill(0);
    const index = Math.floor((Date.parse(String(row.bin)) - start) / width);
    if (index >= 0 && index < RATE_BINS) of[index]! += Number(row.n);
    bins.set(textOf(row.source), of);
  }
  // Rows without a source count what expired or was set back, which no sender did.
  const isSender = (row: Row) => row.source !== undefined || Number(row.received) > 0;
  return totals.rows.filter(isSender).map((row) => {
    const name = textOf(row.source);
    return { ...sums(row), name, first: Date.parse(String(row.first)), last: Date.parse(String(row.last)), rate: bins.get(name) ?? [] };
  });
}

/** Milliseconds between what happened and its receipt: the middle one of each source's records of the stretch. */
export async function lags(range: Range, signal: AbortSignal): Promise<Map<string, number>> {
  const { rows } = await sql(
    `SELECT source, approx_percentile_cont(CAST(observed_at AS BIGINT) - CAST(timestamp AS BIGINT), 0.5) AS lag
     FROM logs WHERE observed_at >= ${quoted(range.start)} AND observed_at < ${quoted(range.end)} GROUP BY source`,
    signal,
  );
  return new Map(rows.map((row) => [textOf(row.source), Number(row.lag) / 1000]));
}

export interface Quarantined {
  readonly id: string;
  readonly receivedAt: string;
  readonly source: string;
  readonly reason: string;
  readonly line: number;
  readonly offset: number;
  readonly raw: string;
  readonly length: number;
}

/** Lines shown. */
const LINES_MAX = 50;
/** Characters of a line that are fetched: a line may be megabytes long. */
const RAW_MAX = 300;

/** The newest lines that could not be read, and how many there are for each reason. */
export async function quarantine(signal: AbortSignal): Promise<{ lines: Quarantined[]; reasons: [string, number][] }> {
  const [lines, reasons] = await Promise.all([
    sql(
      `SELECT record_id, received_at, source, reason, line, "offset", substr(raw, 1, ${RAW_MAX}) AS head, length(raw) AS size
       FROM quarantine ORDER BY received_at DESC, record_id DESC LIMIT ${LINES_MAX}`,
      signal,
    ),
    sql("SELECT reason, count(*) AS n FROM quarantine GROUP BY reason ORDER BY n DESC", signal),
  ]);
  const line = (row: Row): Quarantined => ({
    id: textOf(row.record_id),
    receivedAt: textOf(row.received_at),
    source: textOf(row.source),
    reason: textOf(row.reason),
    line: Number(row.line),
    offset: Number(row.offset),
    raw: textOf(row.head),
    length: Number(row.size ?? 0),
  });
  return { lines: lines.rows.map(line), reasons: reasons.rows.map((row) => [textOf(row.reason), Number(row.n)]) };
}

export interface Storage {
  /** Newest first. */
  readonly days: readonly string[];
  /** Largest first. */
  readonly sources: readonly string[];
  readonly records: (source: string, day: string) => number;
  readonly total: number;
  /** All segments. */
  readonly bytes: number;
}

/** Days shown. */
const DAYS_MAX = 14;

interface Health {
  readonly parts: readonly { readonly name: string; readonly details: { readonly logs?: { readonly bytes: number; readonly rows: number } } }[];
}

/** Records by day and source, and how many bytes all of them take. */
export async function storage(signal: AbortSignal): Promise<Storage> {
  const [byDay, health] = await Promise.all([
    sql("SELECT date, source, count(*) AS n FROM logs GROUP BY date, source", signal),
    get<Health>("/healthz", {}, signal),
  ]);
  const counts = new Map<string, number>();
  const [days, sizes] = [new Set<string>(), new Map<string, number>()];
  for (const row of byDay.rows) {
    const [source, day, n] = [textOf(row.source), textOf(row.date), Number(row.n)];
    counts.set(`${day} ${source}`, n);
    days.add(day);
    sizes.set(source, (sizes.get(source) ?? 0) + n);
  }
  const lake = health.parts.find(({ name }) => name === "lake");
  return {
    days: [...days].sort().reverse().slice(0, DAYS_MAX),
    sources: [...sizes].sort((a, b) => b[1] - a[1]).map(([name]) => name),
    records: (source, day) => counts.get(`${day} ${source}`) ?? 0,
    total: [...sizes.values()].reduce((sum, n) => sum + n, 0),
    bytes: lake?.details.logs?.bytes ?? 0,
  };
}
