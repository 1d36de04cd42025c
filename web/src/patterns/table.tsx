import { useSignal } from "@preact/signals";
import { Fragment } from "preact";
import { href, params } from "../app/route";
import { zone } from "../app/settings";
import { and, exactly, name, ofPattern } from "../query/filters";
import { ago, count, minute, short } from "../ui/format";
import { Spark } from "../ui/spark";
import { oneLine } from "../ui/visible";
import { filterOf, TREND_BINS, type Seen, type Wanted } from "./load";
import { pieces } from "./match";
import type { Pattern } from "./model";

/** Rows that are drawn at first. */
const SHOWN = 100;

interface Props {
  readonly patterns: readonly Pattern[];
  readonly compared: boolean;
  readonly bySource: boolean;
  readonly wanted: Wanted;
  readonly trends: Map<string, number[]> | undefined;
  readonly seen: Map<string, Seen> | undefined;
}

/** Patterns, most frequent first, or in one group for each source. */
export function PatternTable(props: Props) {
  const shown = useSignal(SHOWN);
  const rows = props.patterns.slice(0, shown.value);
  const groups = props.bySource ? grouped(rows) : [["", rows] as const];
  return (
    <>
      <div class="table-scroll" tabIndex={0} role="region" aria-label="Patterns">
        <table class="rows-table patterns">
          <thead>
            <tr>
              <th scope="col">Trend</th>
              <th scope="col" class="number">
                Records
              </th>
              {props.compared && <th scope="col">Change</th>}
              <th scope="col">Pattern</th>
              {!props.bySource && <th scope="col">Source</th>}
              <th scope="col">First seen</th>
              <th scope="col">Last seen</th>
            </tr>
          </thead>
          {groups.map(([source, patterns]) => (
            <tbody key={source}>
              {source && (
                <tr class="group">
                  <th colSpan={7} scope="rowgroup">
                    {source} <span class="dim">{count(patterns.length)} patterns</span>
                  </th>
                </tr>
              )}
              {patterns.map((pattern) => (
                <Line key={pattern.pattern} pattern={pattern} {...props} />
              ))}
            </tbody>
          ))}
        </table>
      </div>
      {props.patterns.length > shown.value && (
        <p class="more">
          <button onClick={() => (shown.value += SHOWN)}>
            Show more ({count(shown.value)} of {count(props.patterns.length)})
          </button>
        </p>
      )}
    </>
  );
}

/** By the source that most of a pattern's records come from, the largest first. */
function grouped(patterns: readonly Pattern[]): (readonly [string, readonly Pattern[]])[] {
  const groups = new Map<string, Pattern[]>();
  for (const pattern of patterns) {
    const source = pattern.sources[0]?.[0] || "(no source)";
    groups.set(source, [...(groups.get(source) ?? []), pattern]);
  }
  const size = (patterns: readonly Pattern[]) => patterns.reduce((sum, pattern) => sum + pattern.count, 0);
  return [...groups].sort((a, b) => size(b[1]) - size(a[1]));
}

function Line({ pattern, compared, bySource, wanted, trends, seen }: Props & { pattern: Pattern }) {
  const trend = sum(pattern.ids, trends);
  const times = span(pattern.ids, seen);
  return (
    <tr>
      <td>{trend ? <Spark values={trend} label={`Most at once: ${count(Math.max(...trend))}`} /> : <span class="spark-room" />}</td>
      <td class="number">{count(pattern.count)}</td>
      {compared && (
        <td>
          <ChangeBadge pattern={pattern} />
        </td>
      )}
      <td class="text">
        <a class={`pattern sev-${group(pattern.severity)}`} href={records(pattern, wanted)} title="Show its records">
          {pieces(pattern.pattern).map((piece, index) => (
            <Fragment key={index}>
              {index > 0 && <i class="hole">{"∗"}</i>}
              {oneLine(piece, 400)}
            </Fragment>
          ))}
        </a>
      </td>
      {!bySource && <td class="from">{pattern.sources.length === 0 ? "" : `${pattern.sources[0]![0]}${pattern.sources.length > 1 ? ` +${pattern.sources.length - 1}` : ""}`}</td>}
      <td class="when">{times && <time title={minute(times.first, zone.value)}>{ago(times.first, Date.now())}</time>}</td>
      <td class="when">{times && <time title={minute(times.last, zone.value)}>{ago(times.last, Date.now())}</time>}</td>
    </tr>
  );
}

function ChangeBadge({ pattern: { change, count: now, before } }: { pattern: Pattern }) {
  const title = `${count(before)} before, ${count(now)} now`;
  if (change === "new") return <span class="badge new" title={title}>new</span>;
  if (change === "gone") return <span class="badge" title={title}>gone, was {short(before)}</span>;
  if (change === "same" || change === "unknown") return <span class="dim" title={title}>as before</span>;
  const factor = now / Math.max(before, 1);
  const text = factor >= 1 ? `× ${factor < 10 ? factor.toFixed(1) : Math.round(factor)}` : `− ${Math.round(100 * (1 - factor))} %`;
  return (
    <span class={`badge ${change === "more" ? "bad" : ""}`} title={title}>
      {text}
    </span>
  );
}

const group = (severity: number) => (severity >= 21 ? "fatal" : severity >= 17 ? "error" : severity >= 13 ? "warn" : severity >= 9 ? "info" : "debug");

/** Ids that still fit into a query that one can read. */
const IDS_MAX = 40;

/** Where the pattern's records are: by their ids, or by the words around the holes when there are too many. */
function records(pattern: Pattern, wanted: Wanted): string {
  const { ids } = pattern;
  const these = ids.length === 1 ? exactly("pattern_id", ids[0]) : ids.length <= IDS_MAX ? `${name("pattern_id")}:(${ids.join(" OR ")})` : ofPattern(pattern.pattern);
  const { from, to } = params.value;
  return href("explore", { q: ids.length === 0 ? and(filterOf(wanted), ofPattern(pattern.pattern)) : and(filterOf(wanted), these), from, to });
}

function sum(ids: readonly string[], trends: Map<string, number[]> | undefined): readonly number[] | undefined {
  if (!trends) return undefined;
  const out = new Array<number>(TREND_BINS).fill(0);
  for (const id of ids) trends.get(id)?.forEach((n, index) => (out[index]! += n));
  return out;
}

function span(ids: readonly string[], seen: Map<string, Seen> | undefined): Seen | undefined {
  const all = ids.flatMap((id) => seen?.get(id) ?? []);
  if (all.length === 0) return undefined;
  return { first: Math.min(...all.map(({ first }) => first)), last: Math.max(...all.map(({ last }) => last)) };
}
