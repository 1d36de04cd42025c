// The questions that pages ask.
import { get, post } from "./client";
import type { Context, Field, Histogram, Rows } from "./types";

/** A stretch of time, as absolute moments: what is asked together looks at the same records. */
export interface Range {
  readonly start: string;
  readonly end: string;
}

/** The search language. */
export function search(query: string, range: Range | undefined, limit: number, cursor?: string, signal?: AbortSignal): Promise<Rows> {
  return post("/api/v1/query", { query, ...range, limit, ...(cursor ? { cursor } : {}) }, signal);
}

/** SQL, over all tables. */
export function sql(query: string, signal?: AbortSignal): Promise<Rows> {
  return post("/api/v1/sql", { query }, signal);
}

/** Counts over time, by severity. */
export function histogram(query: string, range: Range, signal?: AbortSignal): Promise<Histogram> {
  return get("/api/v1/histogram", { query, ...range }, signal);
}

/** What happened around a record. */
export function context(id: string, timestamp: string, side: number, signal?: AbortSignal): Promise<Context> {
  const sides = { before: String(side), after: String(side) };
  return get(`/api/v1/context/${encodeURIComponent(id)}`, { ...sides, timestamp }, signal);
}

let known: Promise<readonly Field[]> | undefined;

/** The fields there are; asked once, and again when `fresh`. */
export function fields(fresh = false): Promise<readonly Field[]> {
  if (!known || fresh) {
    known = get<{ fields: Field[] }>("/api/v1/fields").then((answer) => answer.fields);
    known.catch(() => (known = undefined));
  }
  return known;
}

/** A text as SQL writes it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
