// Writes what was found into a file.
import { request } from "../api/client";
import { parse } from "../api/json";
import type { Row } from "../api/types";
import { textOf } from "../ui/visible";
import type { Asked } from "./state";

/** More than this is a question for the API or for a reader of the open table. */
export const EXPORT_ROWS_MAX = 100_000;
/** The most rows that a page of the API has. */
const PAGE_ROWS = 1000;

export type Format = "ndjson" | "csv";

/** Reads page after page and hands the browser a file. What is not finished is not handed out. */
export async function save(asked: Asked, format: Format, signal: AbortSignal, told: (rows: number) => void): Promise<void> {
  const lines: string[] = [];
  let cursor: string | null = null;
  do {
    const { text, next }: { text: string; next: string | null } = await page(asked, cursor, signal);
    for (const line of text.split("\n")) if (line) lines.push(line);
    cursor = next;
    told(lines.length);
  } while (cursor && lines.length < EXPORT_ROWS_MAX);
  const name = `dendro-${asked.range.end.replace(/[:.]/g, "-")}`;
  if (format === "ndjson") return hand([lines.join("\n"), "\n"], "application/x-ndjson", `${name}.ndjson`);
  hand(csv(lines.map((line) => parse(line) as Row)), "text/csv;charset=utf-8", `${name}.csv`);
}

async function page(asked: Asked, cursor: string | null, signal: AbortSignal) {
  const headers = { "Content-Type": "application/json", Accept: "application/x-ndjson" };
  const question = { query: asked.pipes ? asked.query : asked.filter, ...asked.range, limit: PAGE_ROWS, ...(cursor ? { cursor } : {}) };
  const response = await request("/api/v1/query", { method: "POST", headers, body: JSON.stringify(question), signal });
  return { text: await response.text(), next: response.headers.get("X-Dendro-Next-Cursor") };
}

/** Rows with all columns that any of them has, as RFC 4180 has it. */
export function csv(rows: readonly Row[]): string[] {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const line = (values: readonly unknown[]) => `${values.map(cell).join(",")}\r\n`;
  return [line(columns), ...rows.map((row) => line(columns.map((name) => row[name])))];
}

function cell(value: unknown): string {
  const text = textOf(value);
  // A spreadsheet would run a text that begins so as a formula, and anybody can write into a log.
  const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function hand(parts: string[], type: string, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(parts, { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
