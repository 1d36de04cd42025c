// What the Patterns page asks: in the search language for the patterns, in SQL for what goes with each skeleton.
import { quoted, search, sql, type Range } from "../api/ask";
import { exactly, phrase } from "../query/filters";
import { textOf } from "../ui/visible";
import { facts, named, type Stretch } from "./model";

/** Patterns of a stretch, the most frequent: as many as an answer may have. */
const PATTERNS_MAX = 1000;
/** Bars of a trend. */
export const TREND_BINS = 32;

/** Which records patterns are made of. */
export interface Wanted {
  readonly source: string;
  /** Severities from this one on. */
  readonly severity: string;
  readonly words: string;
}

const LEVELS: Readonly<Record<string, number>> = { warn: 13, error: 17 };

/** Severities that a page offers as a lower bound. */
export const SEVERITIES = Object.keys(LEVELS);

/** As a filter of the search language. */
export function filterOf({ source, severity, words }: Wanted): string {
  const parts = [source && exactly("source", source), severity && `severity:>=${severity}`, words && phrase(words)];
  return parts.filter(Boolean).join(" ");
}

/** As a condition of SQL. */
function conditionOf({ source, severity, words }: Wanted, range: Range | undefined): string {
  const parts = [
    range && `timestamp >= ${quoted(range.start)}`,
    range && `timestamp < ${quoted(range.end)}`,
    source && `source = ${quoted(source)}`,
    severity && `severity_number >= ${LEVELS[severity] ?? 0}`,
    words && `match_phrase(message, ${quoted(words)})`,
  ];
  return parts.filter(Boolean).join(" AND ") || "true";
}

/** The patterns of a stretch, and what is known of their skeletons. */
export async function stretch(wanted: Wanted, range: Range, signal: AbortSignal): Promise<Stretch & { complete: boolean }> {
  const facting = sql(
    `SELECT pattern_id, source, count(*) AS n, max(severity_number) AS severity, first_value(message) AS sample
     FROM logs WHERE ${conditionOf(wanted, range)} GROUP BY pattern_id, source ORDER BY n DESC LIMIT 20000`,
    signal,
  );
  const naming = search(`${filterOf(wanted)} | pattern`, range, PATTERNS_MAX, undefined, signal);
  const [byName, byId] = await Promise.all([naming, facting]);
  return { named: named(byName.rows), facts: facts(byId.rows), complete: byName.complete && byId.complete };
}

/** Counts of each skeleton over time. */
export async function trends(wanted: Wanted, range: Range, signal: AbortSignal): Promise<Map<string, number[]>> {
  const [start, end] = [Date.parse(range.start), Date.parse(range.end)];
  const width = Math.max(1000, Math.ceil((end - start) / TREND_BINS));
  const { rows } = await sql(
    `SELECT pattern_id, date_bin(INTERVAL '${width} milliseconds', timestamp, TIMESTAMP ${quoted(range.start)}) AS bin, count(*) AS n
     FROM logs WHERE ${conditionOf(wanted, range)} GROUP BY pattern_id, bin`,
    signal,
  );
  const out = new Map<string, number[]>();
  for (const row of rows) {
    const id = textOf(row.pattern_id);
    const bins = out.get(id) ?? new Array<number>(TREND_BINS).fill(0);
    const index = Math.floor((Date.parse(String(row.bin)) - start) / width);
    if (index >= 0 && index < TREND_BINS) bins[index]! += Number(row.n);
    out.set(id, bins);
  }
  return out;
}

export interface Seen {
  readonly first: number;
  readonly last: number;
}

/** When each skeleton was seen first and last, in all that is stored. */
export async function seen(signal: AbortSignal): Promise<Map<string, Seen>> {
  const { rows } = await sql("SELECT pattern_id, min(timestamp) AS first, max(timestamp) AS last FROM logs GROUP BY pattern_id", signal);
  const moments = (row: (typeof rows)[number]) => ({ first: Date.parse(String(row.first)), last: Date.parse(String(row.last)) });
  return new Map(rows.map((row) => [textOf(row.pattern_id), moments(row)]));
}

/** Names of all sources of a stretch. */
export async function sources(range: Range, signal: AbortSignal): Promise<string[]> {
  const { rows } = await search("* | stats count() by source | sort -count", range, PATTERNS_MAX, undefined, signal);
  return rows.map((row) => textOf(row.source)).filter(Boolean);
}
