// What the Privacy page asks.
import { get, post } from "../api/client";
import { quoted, sql, type Range } from "../api/ask";
import type { Kind } from "../api/types";
import { textOf } from "../ui/visible";

export interface Found {
  readonly class: string;
  readonly action: string;
  readonly count: number;
}

export interface FieldEntry {
  readonly name: string;
  /** Absent when it is stored no more. */
  readonly kind?: Kind;
  readonly level: string;
  readonly categories: readonly string[];
  readonly classified_by: string;
  readonly action?: string;
  readonly present?: number;
  readonly findings: readonly Found[];
}

export interface Inventory {
  readonly policy: string;
  readonly fields: readonly FieldEntry[];
  readonly complete: boolean;
}

export interface Policy {
  readonly version: string;
  readonly policy: string;
  readonly actions: readonly { readonly class: string; readonly action: string }[];
}

export interface Trial {
  readonly version: string;
  readonly records: number;
  readonly changed: number;
  readonly fields: readonly { readonly name: string; readonly findings: readonly Found[] }[];
  readonly examples: readonly { readonly record_id: string; readonly field: string; readonly would_be: string }[];
}

export interface Explained {
  readonly findings: readonly { readonly start: number; readonly end: number; readonly class: string; readonly why: string; readonly action: string }[];
  readonly stored_as: string;
}

export const inventory = (range: Range, signal: AbortSignal) => get<Inventory>("/api/v1/privacy/inventory", { ...range }, signal);
export const policy = (signal?: AbortSignal) => get<Policy>("/api/v1/privacy/policy", {}, signal);
export const trial = (text: string, query: string, range: Range, limit: number) => post<Trial>("/api/v1/privacy/trial", { policy: text, query, ...range, limit });
export const replace = (text: string) => post<Policy>("/api/v1/privacy/policy", { policy: text }, undefined, "PUT");
export const explain = (text: string) => post<Explained>("/api/v1/privacy/explain", { text });

/** How often something was found, by one thing it can be told apart by. */
export interface Share {
  readonly name: string;
  readonly count: number;
  /** What was done, where that is one thing. */
  readonly action: string;
}

/** Bars over time. */
export const TIME_BINS = 60;

export interface Findings {
  readonly total: number;
  readonly classes: readonly Share[];
  readonly sources: readonly Share[];
  readonly overTime: readonly number[];
}

/** What was found in a stretch of time: by class, by source, over time. */
export async function findings(range: Range, signal: AbortSignal): Promise<Findings> {
  const [start, end] = [Date.parse(range.start), Date.parse(range.end)];
  const width = Math.max(1000, Math.ceil((end - start) / TIME_BINS));
  const where = `timestamp >= ${quoted(range.start)} AND timestamp < ${quoted(range.end)}`;
  const { rows } = await sql(
    `SELECT class, action, source, date_bin(INTERVAL '${width} milliseconds', timestamp, TIMESTAMP ${quoted(range.start)}) AS bin, sum(count) AS n
     FROM log_privacy WHERE ${where} GROUP BY class, action, source, bin`,
    signal,
  );
  const [classes, sources, overTime] = [new Shares(), new Shares(), new Array<number>(TIME_BINS).fill(0)];
  for (const row of rows) {
    const n = Number(row.n);
    classes.add(textOf(row.class), n, textOf(row.action));
    sources.add(textOf(row.source), n, "");
    const index = Math.floor((Date.parse(String(row.bin)) - start) / width);
    if (index >= 0 && index < TIME_BINS) overTime[index]! += n;
  }
  const total = overTime.reduce((sum, n) => sum + n, 0);
  return { total, classes: classes.sorted(), sources: sources.sorted(), overTime };
}

class Shares {
  private readonly counts = new Map<string, { count: number; actions: Set<string> }>();

  add(name: string, count: number, action: string): void {
    const share = this.counts.get(name) ?? { count: 0, actions: new Set() };
    share.count += count;
    if (action) share.actions.add(action);
    this.counts.set(name, share);
  }

  /** The largest first. */
  sorted(): Share[] {
    const all = [...this.counts].map(([name, { count, actions }]) => ({ name, count, action: [...actions].join(", ") }));
    return all.sort((a, b) => b.count - a.count);
  }
}
