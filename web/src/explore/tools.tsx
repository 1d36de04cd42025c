import { computed, useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { change } from "../app/route";
import { count } from "../ui/format";
import { Icon, Menu, Trouble } from "../ui/parts";
import { EXPORT_ROWS_MAX, save, type Format } from "./export";
import { Saved } from "./saved";
import { asked, columns, live, pages, toggleColumn, wrap } from "./state";

/** Columns, wrapping, export and saved searches. */
export function Tools() {
  return (
    <div class="tools">
      <button class="quiet" aria-pressed={wrap.value} onClick={() => change({ wrap: wrap.value ? undefined : "1" }, true)} title="Wrap long lines (w)">
        <Icon name="wrap" /> <span class="wide">Wrap</span>
        <span class="only-said">long lines</span>
      </button>
      <Columns />
      {!live.value && <Export />}
      <Saved />
    </div>
  );
}

const known = computed(() => [...new Set([...columns.value, ...(pages.value?.columns.value ?? []).map(({ name }) => name)])]);

function Columns() {
  return (
    <Menu label={<><Icon name="columns" /> <span class="wide">Columns</span></>} title="Columns">
      {() => (
        <ul class="checks">
          {known.value.map((name) => (
            <li key={name}>
              <label>
                <input type="checkbox" checked={columns.value.includes(name)} onChange={() => toggleColumn(name)} /> {name}
              </label>
            </li>
          ))}
        </ul>
      )}
    </Menu>
  );
}

function Export() {
  const written = useSignal<number | undefined>(undefined);
  const error = useSignal<unknown>(undefined);
  const abort = useRef<AbortController | undefined>(undefined);
  const begin = async (format: Format) => {
    const now = asked.peek();
    if (!now) return;
    abort.current = new AbortController();
    error.value = undefined;
    written.value = 0;
    try {
      await save(now, format, abort.current.signal, (rows) => (written.value = rows));
    } catch (failed) {
      error.value = failed;
    } finally {
      written.value = undefined;
    }
  };
  return (
    <Menu label={<><Icon name="export" /> <span class="wide">Export</span></>} title="Export">
      {() => (
        <div class="export">
          {written.value === undefined ? (
            <>
              <button onClick={() => void begin("ndjson")}>NDJSON: every field, exactly</button>
              <button onClick={() => void begin("csv")}>CSV: for spreadsheets</button>
              <p class="dim">At most {count(EXPORT_ROWS_MAX)} rows, newest first.</p>
            </>
          ) : (
            <p role="status">
              <span class="ring" /> {count(written.value)} rows… <button onClick={() => abort.current?.abort()}>Stop</button>
            </p>
          )}
          {error.value !== undefined && <Trouble error={error.value} />}
        </div>
      )}
    </Menu>
  );
}
