// What may come next: fields, their values, steps and functions.
import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import { fields, search } from "../api/ask";
import { asked } from "../explore/state";
import { short } from "../ui/format";
import { textOf } from "../ui/visible";
import { name, phrase } from "./filters";
import { tokens, type Token } from "./tokens";

const STEPS: readonly (readonly [string, string])[] = [
  ["stats count() by ", "numbers over groups"],
  ["top 10 ", "most frequent values"],
  ["pattern", "patterns of messages"],
  ["sort -", "order"],
  ["head 20", "the first rows"],
  ["where ", "keep rows"],
  ["fields ", "only these columns"],
];
const FUNCTIONS = ["count()", "distinct(", "sum(", "avg(", "min(", "max(", "median(", "p50(", "p95(", "p99(", "bin(5m)"];
const OPERATORS = ["AND", "OR", "NOT"];
const SEVERITIES = ["trace", "debug", "info", "notice", "warn", "error", "critical", "alert", "fatal"];
/** Values offered for a field. */
const VALUES_MAX = 50;

/** CodeMirror's way to ask. */
export async function complete(context: CompletionContext): Promise<CompletionResult | null> {
  const text = context.state.doc.toString();
  const at = context.pos;
  const before = tokens(text.slice(0, at));
  const last = before.at(-1);
  const touching = last && last.to === at ? last : undefined;
  const value = valueOf(before, touching, text);
  if (value) return values(value.field, value.from);
  const pipe = before.findLast((token) => token.kind === "pipe");
  if (touching?.kind === "step" || (last?.kind === "pipe" && (context.explicit || last.to <= at))) {
    return { from: touching?.kind === "step" ? touching.from : at, options: steps(), validFor: /^\w*$/ };
  }
  if (!touching && !context.explicit) return null;
  if (touching && touching.kind !== "word" && touching.kind !== "field" && !context.explicit) return null;
  const from = touching && /word|field/.test(touching.kind) ? touching.from : at;
  return { from, options: pipe ? await columns() : await names(), validFor: /^[\p{L}\p{N}_.@-]*$/u };
}

/** The field whose value is being typed. */
function valueOf(before: readonly Token[], touching: Token | undefined, text: string) {
  if (!touching) return undefined;
  const isCompare = touching.kind === "compare";
  const compare = isCompare ? touching : before.at(-2);
  const field = before.at(isCompare ? -2 : -3);
  if (compare?.kind !== "compare" || field?.kind !== "field" || compare.from !== field.to) return undefined;
  if (!isCompare && compare.to !== touching.from) return undefined;
  return { field: text.slice(field.from, field.to).replace(/^`|`$/g, ""), from: isCompare ? touching.to : touching.from };
}

async function names(): Promise<Completion[]> {
  const all = (await fields()).map((field) => ({ label: name(field.name), apply: `${name(field.name)}:`, detail: field.kind, boost: 1 }));
  return [...all, ...OPERATORS.map((label) => ({ label, apply: `${label} `, detail: "operator" }))];
}

async function columns(): Promise<Completion[]> {
  const all = (await fields()).map((field) => ({ label: name(field.name), detail: field.kind }));
  const functions = FUNCTIONS.map((label) => ({ label, detail: "function" }));
  return [...all, ...functions, ...["by ", "as "].map((label) => ({ label, detail: "keyword" }))];
}

function steps(): Completion[] {
  return STEPS.map(([apply, detail]) => ({ label: apply.trim().split(" ")[0]!, apply, detail }));
}

const remembered = new Map<string, Promise<Completion[]>>();

async function values(field: string, from: number): Promise<CompletionResult | null> {
  const fixed = field === "severity" ? SEVERITIES.map((label) => ({ label, detail: "severity" })) : undefined;
  const options = fixed ?? (await valuesOf(field).catch(() => []));
  return options.length === 0 ? null : { from, options, validFor: /^[^\s()|]*$/ };
}

/** The most frequent values, in the time that is looked at. */
function valuesOf(field: string): Promise<Completion[]> {
  const range = asked.peek()?.range;
  const key = JSON.stringify([field, range]);
  const known = remembered.get(key);
  if (known) return known;
  // Bounded: one entry for each field and time that was looked at, forgotten all at once.
  if (remembered.size > 200) remembered.clear();
  const asking = search(`${name(field)}:* | top ${VALUES_MAX} ${name(field)}`, range, VALUES_MAX).then(({ rows, columns }) => {
    const column = columns[0]?.name ?? field;
    return rows.map((row, index) => ({
      label: textOf(row[column]),
      apply: operand(textOf(row[column])),
      detail: short(Number(row.count)),
      boost: -index / 10,
    }));
  });
  remembered.set(key, asking);
  asking.catch(() => remembered.delete(key));
  return asking;
}

function operand(text: string): string {
  return /^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u.test(text) ? text : phrase(text);
}
