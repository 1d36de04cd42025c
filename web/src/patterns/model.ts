// Patterns of a stretch of time beside those of an earlier one.
import { textOf } from "../ui/visible";
import type { Row } from "../api/types";
import { Finder } from "./match";

/** What the engine's `| pattern` says. */
export interface Named {
  readonly id: string;
  readonly pattern: string;
  readonly count: number;
}

/** What a skeleton has to say: one row of a group by `pattern_id` and `source`. */
export interface Fact {
  readonly id: string;
  readonly source: string;
  readonly count: number;
  readonly severity: number;
  readonly sample: string;
}

export type Change = "new" | "gone" | "more" | "fewer" | "same" | "unknown";

export interface Pattern {
  readonly pattern: string;
  /** The skeletons that make it up. */
  readonly ids: readonly string[];
  readonly count: number;
  readonly before: number;
  readonly change: Change;
  /** Most records first. */
  readonly sources: readonly (readonly [source: string, count: number])[];
  readonly severity: number;
}

/** A stretch of time: patterns, and the facts about their skeletons. */
export interface Stretch {
  readonly named: readonly Named[];
  readonly facts: readonly Fact[];
}

export function named(rows: readonly Row[]): Named[] {
  return rows.map((row) => ({ id: textOf(row.pattern_id), pattern: textOf(row.pattern), count: Number(row.count) }));
}

export function facts(rows: readonly Row[]): Fact[] {
  return rows.map((row) => ({
    id: textOf(row.pattern_id),
    source: textOf(row.source),
    count: Number(row.n),
    severity: Number(row.severity ?? 0),
    sample: textOf(row.sample),
  }));
}

/** The patterns of `now`, and those of `before` that are no more. */
export function compare(now: Stretch, before: Stretch | undefined): Pattern[] {
  const here = gather(now);
  // With nothing stored from then, everything would be new: that is not what the word is for.
  if (!before || before.facts.length === 0) return here.map((group) => put(group, 0, "unknown"));
  const earlier = new Map<string, number>();
  for (const { id, count } of before.facts) earlier.set(id, (earlier.get(id) ?? 0) + count);
  const current = here.map((group) => {
    const count = [...group.ids].reduce((sum, id) => sum + (earlier.get(id) ?? 0), 0);
    return put(group, count, changeOf(group.count, count));
  });
  const present = new Set(now.facts.map(({ id }) => id));
  const finder = new Finder(now.named.map(({ pattern }) => pattern));
  // A skeleton that is new may belong to a pattern that is not, and the other way round: both ids and texts are asked.
  const isGone = (group: Group) => ![...group.ids].some((id) => present.has(id)) && finder.of(group.sample) === undefined;
  return [...current, ...gather(before).filter(isGone).map((group) => ({ ...put(group, group.count, "gone"), count: 0 }))];
}

/** Fewer records than this, and a factor of two is chance. */
const SIGMAS = 4;

/** How a count changed: at least by half or to the double, and by more than chance would have it (Poisson). */
export function changeOf(now: number, before: number): Change {
  if (before === 0) return now > 0 ? "new" : "same";
  const surprise = Math.abs(now - before) / Math.sqrt(now + before);
  if (surprise < SIGMAS) return "same";
  return now >= 2 * before ? "more" : now <= before / 2 ? "fewer" : "same";
}

interface Group {
  pattern: string;
  ids: Set<string>;
  count: number;
  sources: Map<string, number>;
  severity: number;
  sample: string;
}

function gather({ named, facts }: Stretch): Group[] {
  const groups = new Map<string, Group>();
  const byId = new Map<string, Group>();
  for (const { id, pattern, count } of named) {
    const group: Group = { pattern, ids: new Set(), count, sources: new Map(), severity: 0, sample: "" };
    groups.set(pattern, group);
    byId.set(id, group);
  }
  const finder = new Finder(named.map(({ pattern }) => pattern));
  for (const fact of facts) {
    const found = byId.get(fact.id) ?? groups.get(finder.of(fact.sample) ?? "");
    if (!found) continue;
    byId.set(fact.id, found);
    found.ids.add(fact.id);
    found.sources.set(fact.source, (found.sources.get(fact.source) ?? 0) + fact.count);
    found.severity = Math.max(found.severity, fact.severity);
    found.sample ||= fact.sample;
  }
  return [...groups.values()];
}

function put({ pattern, ids, count, sources, severity }: Group, before: number, change: Change): Pattern {
  const bySize = [...sources].sort((a, b) => b[1] - a[1]);
  return { pattern, ids: [...ids], count, before, change, sources: bySize, severity };
}
