// Explore: ask, see when, see what, and look closer.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Problem } from "../api/client";
import { bind } from "../app/keys";
import { change } from "../app/route";
import { focusQuery, QueryEditor, typed } from "../query/editor";
import { indexOfByte } from "../query/position";
import { Icon, sentence, Trouble, Waiting } from "../ui/parts";
import { Detail } from "./detail";
import { Facets } from "./facets";
import { Histogram } from "./histogram";
import { RecordList } from "./list";
import { LiveList } from "./live";
import { NothingFound } from "./nothing";
import { openFromAddress } from "./opened";
import { ResultTable } from "./result-table";
import { ask, asked, failed, live, opened, pages, query, run, shift, table, waiting, wrap } from "./state";
import { Status } from "./status";
import { TimePicker } from "./time-picker";
import { Tools } from "./tools";

/** The page that most people open first. */
export function Explore() {
  useEffect(
    () =>
      bind("Explore", [
        { keys: "/", does: "write a query", run: focusQuery },
        { keys: "r", does: "run it again", run },
        { keys: "[", does: "earlier", run: () => shift(-1) },
        { keys: "]", does: "later", run: () => shift(1) },
        { keys: "z", does: "zoom out", run: () => shift("out") },
        { keys: "l", does: "follow new records, or stop", run: () => change({ live: live.peek() ? undefined : "1" }) },
        { keys: "w", does: "wrap long lines", run: () => change({ wrap: wrap.peek() ? undefined : "1" }, true) },
      ]),
    [],
  );
  useEffect(openFromAddress, []);
  const facets = useSignal(false);
  return (
    <div class={`explore${opened.value ? " with-detail" : ""}${facets.value ? " with-facets" : ""}`}>
      <h1 class="only-said">Explore</h1>
      <QueryBar />
      {!live.value && <Histogram />}
      <div class="bar">
        <button class="quiet narrow" aria-expanded={facets.value} onClick={() => (facets.value = !facets.value)}>
          <Icon name="filter" /> Fields
        </button>
        <Status />
        <Tools />
      </div>
      <Facets />
      <div class="results" aria-busy={waiting.value}>
        {live.value ? <LiveList /> : <Found />}
      </div>
      {opened.value && <Detail row={opened.value} />}
    </div>
  );
}

function QueryBar() {
  const problem = failed.value instanceof Problem && failed.value.status === 400 ? failed.value : undefined;
  const position = problem?.faults[0]?.position;
  // Pipes and filter are parsed together, so a place in the query is one in the text that was run.
  const wrongAt = position === undefined ? undefined : indexOfByte(query.value, position);
  const toggleLive = () => change({ live: live.value ? undefined : "1" });
  return (
    <form class="query-bar" role="search" onSubmit={(event) => event.preventDefault()}>
      <div class={`query-box${problem ? " wrong" : ""}`}>
        <QueryEditor value={query.value} run={ask} wrongAt={wrongAt} describedBy="query-problem" />
        <button class="primary" type="button" onClick={() => ask((typed() ?? query.value).trim())} disabled={waiting.value && !pages.value && !table.value}>
          Run
        </button>
      </div>
      <TimePicker />
      <button type="button" class={`live${live.value ? " on" : ""}`} aria-pressed={live.value} onClick={toggleLive} title="Follow new records (l)">
        <i aria-hidden="true" /> Live
      </button>
      {problem && (
        <p id="query-problem" class="wrong" role="alert">
          {sentence(problem.detail)} {problem.hint && <span>{sentence(problem.hint)}</span>}
        </p>
      )}
    </form>
  );
}

/** Records, or what pipes made of them, or why there are none. */
function Found() {
  const error = failed.value;
  if (!asked.value) return <Trouble error={new Problem(0, "the time range of this address cannot be read", "choose another one")} />;
  if (error instanceof Problem && error.status === 400 && error.faults.length > 0) {
    return <p class="note dim">The query was not run: the place where it goes wrong is marked above. Press ? for the search language.</p>;
  }
  if (error) return <Trouble error={error} retry={run} />;
  if (table.value) return <ResultTable rows={table.value} />;
  const found = pages.value;
  if (!found) return <Waiting what="Looking" />;
  if (found.length.value === 0) return <NothingFound />;
  const rows = { length: found.length.value, row: (index: number) => found.row(index), more: () => void found.more() };
  return (
    <>
      <RecordList key={asked.value.query} rows={rows} version={found.arrived.value} label="Records, newest first" />
      {found.failed.value !== undefined && <Trouble error={found.failed.value} retry={() => void found.more()} />}
    </>
  );
}
