import { sql } from "../api/ask";
import { change, href } from "../app/route";
import { zone } from "../app/settings";
import { minute } from "../ui/format";
import { Empty } from "../ui/parts";
import { useAnswer } from "../ui/use-answer";
import { ask, asked, shift, zoom } from "./state";

const EXTENT = "SELECT min(timestamp) AS first, max(timestamp) AS last FROM logs";
const DAY_MS = 86_400_000;

/** Nothing was found: says where there would be something. */
export function NothingFound() {
  const { answer } = useAnswer((signal) => sql(EXTENT, signal));
  const row = answer?.rows[0];
  if (answer && row?.last === undefined) return <NothingStored />;
  const last = row ? Date.parse(String(row.last)) : undefined;
  const first = row ? Date.parse(String(row.first)) : undefined;
  const now = asked.value;
  const elsewhere = now && last && (last < Date.parse(now.range.start) || first! >= Date.parse(now.range.end));
  return (
    <Empty title={elsewhere ? "No records in this time" : "Nothing matches"}>
      {last && (
        <p>
          Records are stored from {minute(first!, zone.value)} to {minute(last, zone.value)}.
        </p>
      )}
      <p class="ways">
        {last && (
          <button class={elsewhere ? "primary" : ""} onClick={() => zoom(Math.max(first!, last + 1 - DAY_MS), last + 1)}>
            Show the latest day
          </button>
        )}
        <button onClick={() => shift("out")}>Zoom out</button>
        {now?.filter && <button onClick={() => ask("")}>Without the query</button>}
      </p>
    </Empty>
  );
}

function NothingStored() {
  return (
    <Empty title="No records yet">
      <p>They appear here a moment after they were sent. Try it:</p>
      <pre class="paste">echo '{`{"level":"info","message":"hello"}`}' | curl --data-binary @- -H 'Content-Type: application/x-ndjson' '{location.origin}/api/v1/ingest?source=me'</pre>
      <p class="ways">
        <a class="button primary" href={href("sources")}>
          How to connect senders
        </a>
        <button onClick={() => change({ live: "1" })}>Wait for them here</button>
      </p>
    </Empty>
  );
}
