// Changes a query by a click: adds a value to look for, or one to leave out.
import { split, tokens } from "./tokens";

const PLAIN_NAME = /^[\p{L}\p{N}_.@-]+$/u;
const PLAIN_VALUE = /^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u;

/** A field's name as it stands in a query. */
export function name(field: string): string {
  return PLAIN_NAME.test(field) ? field : `\`${field.replaceAll("`", "\\`")}\``;
}

/** A text in double quotes. */
export function phrase(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

/** A filter for records whose field is exactly this. `undefined`: records without the field. */
export function exactly(field: string, value: unknown): string {
  if (value === undefined || value === null) return `NOT ${name(field)}:*`;
  if (typeof value === "number" || typeof value === "boolean") return `${name(field)}:=${value}`;
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  const operand = PLAIN_VALUE.test(text) || /^-?\d+$/.test(text) ? text : phrase(text);
  return `${name(field)}:=${operand}`;
}

/** The query, and this filter too. The pipes stay. What stands there already is not added again. */
export function and(query: string, filter: string): string {
  const { filter: before, pipes } = split(query);
  const all = before === "" || before === "*" ? filter : has(before, filter) ? before : `${enclosed(before)} ${filter}`;
  return [all, pipes].filter(Boolean).join(" ");
}

/** The query without what matches this filter. */
export function without(query: string, filter: string): string {
  const { filter: before, pipes } = split(query);
  // Asked for before, and now unwanted: the opposite replaces it.
  const rest = has(before, filter) ? drop(before, filter) : before;
  const not = filter.startsWith("NOT ") ? filter.slice(4) : `-${filter}`;
  const all = rest === "" || rest === "*" ? not : `${enclosed(rest)} ${not}`;
  return [all, pipes].filter(Boolean).join(" ");
}

/** The query without this part of it. */
export function removed(query: string, filter: string): string {
  const { filter: before, pipes } = split(query);
  return [drop(before, filter), pipes].filter(Boolean).join(" ");
}

/** Whether the filter stands in the query, as a part that must hold. */
export function has(query: string, filter: string): boolean {
  return place(split(query).filter, filter) >= 0;
}

function place(query: string, filter: string): number {
  if (tokens(query).some((token) => token.kind === "operator" && query.slice(token.from, token.to) === "OR")) return -1;
  for (let at = query.indexOf(filter); at >= 0; at = query.indexOf(filter, at + 1)) {
    const after = query[at + filter.length];
    const starts = at === 0 || query[at - 1] === " ";
    if (starts && (after === undefined || after === " ") && !query.slice(0, at).endsWith("NOT ")) return at;
  }
  return -1;
}

function drop(query: string, filter: string): string {
  const at = place(query, filter);
  if (at < 0) return query;
  return `${query.slice(0, at)}${query.slice(at + filter.length)}`.replace(/\s+/g, " ").trim();
}

/** Alternatives bind weaker than neighbours. */
function enclosed(filter: string): string {
  const alternatives = tokens(filter).some((token) => token.kind === "operator" && filter.slice(token.from, token.to) === "OR");
  return alternatives ? `(${filter})` : filter;
}

/** A filter for the records of a pattern, from its constant words: `order <*> placed` looks for the phrases around the holes. */
export function ofPattern(pattern: string): string {
  const pieces = pattern.split("<*>").map((piece) => piece.match(/[\p{L}\p{N}_]+(?:[^\p{L}\p{N}_]+[\p{L}\p{N}_]+)*/u)?.[0] ?? "");
  // A word that touches a hole may be a part of a longer one.
  const whole = pieces.filter((piece) => piece.length > 2).sort((a, b) => b.length - a.length);
  return whole.slice(0, 4).map(phrase).join(" ");
}
