// Patterns: what kinds of messages there are, and what became of them since a day or a week ago.
import { computed, useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { Range } from "../api/ask";
import { change, params } from "../app/route";
import { NothingFound } from "../explore/nothing";
import { asked, run } from "../explore/state";
import { TimePicker } from "../explore/time-picker";
import { count } from "../ui/format";
import { Icon, Trouble, Waiting } from "../ui/parts";
import { useAnswer } from "../ui/use-answer";
import { seen, SEVERITIES, sources, stretch, trends, type Wanted } from "./load";
import { compare, type Change, type Pattern } from "./model";
import { PatternTable } from "./table";

const DAY_MS = 86_400_000;

/** What the stretch is compared with. */
const AGAINST = [
  { name: "day", label: "the day before", ms: DAY_MS },
  { name: "week", label: "the week before", ms: 7 * DAY_MS },
  { name: "same", label: "just before", ms: undefined },
  { name: "none", label: "nothing", ms: 0 },
] as const;

const TABS: readonly { name: string; label: string; shows: (change: Change) => boolean }[] = [
  { name: "all", label: "All", shows: (change) => change !== "gone" },
  { name: "new", label: "New", shows: (change) => change === "new" },
  { name: "gone", label: "Gone", shows: (change) => change === "gone" },
  { name: "changed", label: "More or fewer", shows: (change) => change === "more" || change === "fewer" },
];

// Texts of the address: a signal that says the same again asks nothing.
const wantedText = computed(() => {
  const { source = "", severity = "", words = "" } = params.value;
  return JSON.stringify({ source, severity, words });
});
const against = computed(() => AGAINST.find(({ name }) => name === params.value.vs) ?? AGAINST[0]);

/** The page. */
export function Patterns() {
  const wanted = JSON.parse(wantedText.value) as Wanted;
  const current = useAnswer((signal) => {
    const text = wantedText.value;
    return asked.value && stretch(JSON.parse(text) as Wanted, asked.value.range, signal);
  });
  const earlier = useAnswer((signal) => {
    const [text, { ms }] = [wantedText.value, against.value];
    const range = asked.value?.range;
    if (!range || ms === 0) return range && Promise.resolve(undefined);
    return stretch(JSON.parse(text) as Wanted, before(range, ms), signal);
  });
  const trend = useAnswer((signal) => {
    const text = wantedText.value;
    return asked.value && trends(JSON.parse(text) as Wanted, asked.value.range, signal);
  });
  const times = useAnswer((signal) => (void asked.value, seen(signal)));
  const patterns = useMemo(
    () => (current.answer ? compare(current.answer, earlier.waiting ? undefined : earlier.answer) : undefined),
    [current.answer, earlier.answer, earlier.waiting],
  );
  return (
    <div class="sheet-page">
      <header class="page-head">
        <h1>Patterns</h1>
        <TimePicker />
      </header>
      <Filters wanted={wanted} />
      {current.error !== undefined ? (
        <Trouble error={current.error} retry={current.again} />
      ) : !patterns ? (
        <Waiting what="Looking for patterns" />
      ) : patterns.length === 0 ? (
        <NothingFound />
      ) : (
        <Found patterns={patterns} wanted={wanted} trends={trend.answer} seen={times.answer} />
      )}
      {earlier.answer?.facts.length === 0 && !earlier.waiting && patterns && patterns.length > 0 && (
        <p class="note dim">Nothing is stored from {against.value.label}, so there is nothing to compare with.</p>
      )}
      {earlier.error !== undefined && <Trouble error={earlier.error} retry={earlier.again} />}
      {current.answer && !current.answer.complete && <p class="note dim">There are more patterns than can be shown: narrow the time or the words.</p>}
    </div>
  );
}

function before(range: Range, ms: number | undefined): Range {
  const [start, end] = [Date.parse(range.start), Date.parse(range.end)];
  const by = ms ?? end - start;
  return { start: new Date(start - by).toISOString(), end: new Date(end - by).toISOString() };
}

function Filters({ wanted }: { wanted: Wanted }) {
  const { answer } = useAnswer((signal) => asked.value && sources(asked.value.range, signal));
  const words = useSignal(wanted.words);
  const names = [...new Set([...(answer ?? []), ...(wanted.source ? [wanted.source] : [])])];
  const submit = (event: Event) => {
    event.preventDefault();
    change({ words: words.value.trim() });
  };
  return (
    <form class="filters" onSubmit={submit}>
      <input type="search" aria-label="Words next to each other in the message" placeholder="Words in the message" value={words.value} onInput={(event) => (words.value = event.currentTarget.value)} onChange={submit} />
      <select aria-label="Source" value={wanted.source} onChange={(event) => change({ source: event.currentTarget.value })}>
        <option value="">All sources</option>
        {names.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      <select aria-label="Severity" value={wanted.severity} onChange={(event) => change({ severity: event.currentTarget.value })}>
        <option value="">All severities</option>
        {SEVERITIES.map((name) => (
          <option key={name} value={name}>
            {name} and up
          </option>
        ))}
      </select>
      <label>
        Compared with{" "}
        <select value={against.value.name} onChange={(event) => change({ vs: event.currentTarget.value })}>
          {AGAINST.map(({ name, label }) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <label class="check">
        <input type="checkbox" checked={params.value.group === "source"} onChange={(event) => change({ group: event.currentTarget.checked ? "source" : undefined })} /> By source
      </label>
      <button type="button" class="quiet" onClick={run} title="Ask again">
        <Icon name="again" />
        <span class="only-said">Ask again</span>
      </button>
    </form>
  );
}

function Found(props: { patterns: readonly Pattern[]; wanted: Wanted; trends: Map<string, number[]> | undefined; seen: Parameters<typeof PatternTable>[0]["seen"] }) {
  const { patterns, ...rest } = props;
  const compared = patterns.some(({ change }) => change !== "unknown");
  const tab = (compared && TABS.find(({ name }) => name === params.value.show)) || TABS[0]!;
  const shown = patterns.filter(({ change }) => tab.shows(change));
  return (
    <>
      {compared && (
        <div class="tabs" role="group" aria-label="Which patterns">
          {TABS.map(({ name, label, shows }) => (
            <button key={name} aria-pressed={name === tab.name} onClick={() => change({ show: name === "all" ? undefined : name })}>
              {label} <span class="n">{count(patterns.filter(({ change }) => shows(change)).length)}</span>
            </button>
          ))}
        </div>
      )}
      {shown.length === 0 ? <p class="note dim">None compared with {against.value.label}.</p> : <PatternTable patterns={shown} compared={compared} bySource={params.value.group === "source"} {...rest} />}
    </>
  );
}
