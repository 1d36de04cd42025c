// Fields with their most frequent values among the records found: a click adds one to the query.
import { computed, useSignal } from "@preact/signals";
import { fields, search } from "../api/ask";
import type { Field, Row } from "../api/types";
import { kept } from "../app/settings";
import { and, exactly, has, name, removed, without } from "../query/filters";
import { short } from "../ui/format";
import { Icon, Trouble } from "../ui/parts";
import { useAnswer } from "../ui/use-answer";
import { oneLine, textOf } from "../ui/visible";
import { groupOf } from "./severity";
import { ask, asked, columns, firstRowsMs, live, query, toggleColumn } from "./state";

const isNames = (value: unknown): value is string[] => Array.isArray(value) && value.every((name) => typeof name === "string");
const open = kept<string[]>("facets", ["severity", "source"], isNames);

/** Values that a facet shows. */
const VALUES_MAX = 10;
/** Fields that have a value of their own for nearly every record: counting them says nothing. */
const NO_FACETS = new Set(["record_id", "timestamp", "timestamp_nanos", "observed_at", "message", "severity_number"]);
const FIRST = ["severity", "source", "host", "error_code"];

/** Facets wait for the first rows: those are what people look for. */
const after = computed(() => (firstRowsMs.value === undefined ? undefined : asked.value));

/** All fields; the open ones with values. */
export function Facets() {
  const wanted = useSignal("");
  const { answer, error, again } = useAnswer(() => {
    return firstRowsMs.value === undefined && !live.value ? undefined : fields(true);
  });
  if (error) return <Trouble error={error} retry={again} />;
  const all = sorted(answer ?? []).filter((field) => !NO_FACETS.has(field.name));
  const shown = all.filter((field) => field.name.toLowerCase().includes(wanted.value.toLowerCase()));
  return (
    <section class="facets" aria-label="Fields">
      {all.length > 12 && (
        <input
          type="search"
          placeholder="Find a field"
          aria-label="Find a field"
          value={wanted.value}
          onInput={(event) => (wanted.value = event.currentTarget.value)}
        />
      )}
      {shown.map((field) => (
        <Facet key={field.name} field={field} />
      ))}
      {answer && shown.length === 0 && <p class="dim pad">{all.length === 0 ? "Fields appear with the first records." : "No field is called so."}</p>}
    </section>
  );
}

function sorted(all: readonly Field[]): readonly Field[] {
  const rank = (field: Field) => (FIRST.includes(field.name) ? FIRST.indexOf(field.name) : FIRST.length);
  return [...all].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

function Facet({ field }: { field: Field }) {
  const isOpen = open.value.includes(field.name);
  const toggle = () => (open.value = isOpen ? open.value.filter((name) => name !== field.name) : [...open.value, field.name]);
  const isColumn = columns.value.includes(field.name);
  return (
    <div class={`facet${isOpen ? " open" : ""}`}>
      <h2>
        <button class="quiet" aria-expanded={isOpen} onClick={toggle}>
          <Icon name="right" />
          <span class="name">{field.name}</span>
        </button>
        <button
          class="quiet small"
          aria-pressed={isColumn}
          aria-label={`Column ${field.name}`}
          title={isColumn ? "Hide the column" : "Show as a column"}
          onClick={() => toggleColumn(field.name)}
        >
          <Icon name="columns" />
        </button>
      </h2>
      {isOpen && <Values field={field.name} />}
    </div>
  );
}

function Values({ field }: { field: string }) {
  const { answer, error, waiting, again } = useAnswer((signal) => {
    const now = after.value;
    if (!now) return undefined;
    const { filter, range } = now;
    return search(`${filter} | top ${VALUES_MAX} ${name(field)}`, range, VALUES_MAX, undefined, signal);
  });
  if (error) return <Trouble error={error} retry={again} />;
  if (!answer) return waiting && after.value ? <ul class="values waiting" aria-hidden="true" /> : null;
  const most = Math.max(...answer.rows.map((row) => Number(row.count)), 1);
  return (
    <ul class="values">
      {answer.rows.map((row) => (
        <Value key={textOf(row[field])} field={field} row={row} most={most} />
      ))}
      {answer.rows.length === 0 && <li class="dim pad">No record has it.</li>}
    </ul>
  );
}

function Value({ field, row, most }: { field: string; row: Row; most: number }) {
  const filter = exactly(field, row[field]);
  const isOn = has(query.value, filter);
  const text = row[field] === undefined ? "(none)" : oneLine(textOf(row[field]), 200);
  const share = { width: `${(100 * Number(row.count)) / most}%` };
  return (
    <li class={`value${field === "severity" ? ` sev-${groupOf(row[field])}` : ""}`}>
      <button class="pick" aria-pressed={isOn} title={isOn ? "Remove from the query" : `Only ${filter}`} onClick={() => ask(isOn ? removed(query.value, filter) : and(query.value, filter))}>
        <i class="bar" style={share} />
        <span class="text">{text}</span>
        <span class="n">{short(Number(row.count))}</span>
      </button>
      <button class="quiet small" aria-label={`Without ${text}`} title={`Without ${filter}`} onClick={() => ask(without(query.value, filter))}>
        <Icon name="minus" />
      </button>
    </li>
  );
}
