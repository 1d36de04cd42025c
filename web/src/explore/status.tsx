import { count, duration } from "../ui/format";
import { Scanned } from "../ui/parts";
import type { Told } from "../api/types";
import { countsNow, firstRowsMs, live, pages, table, waiting } from "./state";

/** How the answer came about: how many, how fast, what was read, and whether it is complete. */
export function Status() {
  if (live.value) return <p class="status" />;
  if (waiting.value) {
    return (
      <p class="status" role="status">
        <span class="ring" aria-hidden="true" /> <span class="dim">Looking</span>
      </p>
    );
  }
  const told = table.value ?? whole();
  const total = table.value ? table.value.rows.length : countsNow.value?.total;
  return (
    <p class="status" role="status">
      {total !== undefined && (
        <span>
          <b>{count(total)}</b> {table.value ? "rows" : "records"}
        </span>
      )}
      {told && firstRowsMs.value !== undefined && <span class="dim" title="From the question to the first rows in this page">first rows in {duration(firstRowsMs.value)}</span>}
      {told && <Scanned told={told} />}
    </p>
  );
}

/** A first page says "row limit reached", which only means that there are more pages: the counts say whether all was read. */
function whole(): Told | undefined {
  const told = pages.value?.told;
  const all = countsNow.value;
  if (!told || !all) return undefined;
  return { ...told, complete: all.complete, ...(all.incomplete_reason ? { incomplete_reason: all.incomplete_reason } : {}) };
}
