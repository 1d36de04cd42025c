// A record beside the list: all of its fields, what happened around it, and why something in it was masked.
import { useSignal } from "@preact/signals";
import { context } from "../api/ask";
import type { Row } from "../api/types";
import { zone } from "../app/settings";
import { and, exactly, without } from "../query/filters";
import { bytes, moment } from "../ui/format";
import { Icon, Trouble, Waiting } from "../ui/parts";
import { useAnswer } from "../ui/use-answer";
import { oneLine, textOf, visible } from "../ui/visible";
import { Account } from "./account";
import { groupOf } from "./severity";
import { ask, columns, opened, query, toggleColumn, zoom } from "./state";

/** Characters of a value that are shown at once. */
const SHOWN_MAX = 20_000;

type Tab = "fields" | "context" | "json";

/** The open record. */
export function Detail({ row }: { row: Row }) {
  const tab = useSignal<Tab>("fields");
  const tabs: readonly (readonly [Tab, string])[] = [["fields", "Fields"], ["context", "Around it"], ["json", "JSON"]];
  return (
    <aside class="detail" aria-label="Record">
      <header>
        <span class={`severity sev-${groupOf(row.severity)}`}>{textOf(row.severity) || "no severity"}</span>
        <time>{moment(String(row.timestamp), zone.value)}</time>
        <button class="quiet" aria-label="Close the record" title="Close (Esc)" onClick={() => (opened.value = undefined)}>
          <Icon name="close" />
        </button>
      </header>
      <Long text={textOf(row.message)} class="message" />
      <Account row={row} />
      <Ways row={row} />
      <div class="tabs" role="tablist" aria-label="Views of the record">
        {tabs.map(([name, label]) => (
          <button key={name} role="tab" id={`tab-${name}`} aria-selected={tab.value === name} aria-controls="tab-body" onClick={() => (tab.value = name)}>
            {label}
          </button>
        ))}
      </div>
      <div class="tab-body" role="tabpanel" id="tab-body" aria-labelledby={`tab-${tab.value}`} tabIndex={0}>
        {tab.value === "fields" && <Fields row={row} />}
        {tab.value === "context" && <Around key={textOf(row.record_id)} row={row} />}
        {tab.value === "json" && <Long text={JSON.stringify(row, null, 2)} class="json" />}
      </div>
    </aside>
  );
}

/** A text of any length. The page shows the beginning, and the rest in steps. */
function Long({ text, class: name }: { text: string; class: string }) {
  const shown = useSignal(SHOWN_MAX);
  return (
    <div class={`long ${name}`}>
      <pre dir="auto">{visible(text.slice(0, shown.value))}</pre>
      {text.length > shown.value && (
        <button onClick={() => (shown.value *= 4)}>
          Show more ({bytes(shown.value)} of {bytes(text.length)})
        </button>
      )}
      <button class="quiet small copy" aria-label="Copy" title="Copy" onClick={() => void navigator.clipboard?.writeText(text)}>
        <Icon name="copy" />
      </button>
    </div>
  );
}

/** Other questions that this record suggests. */
function Ways({ row }: { row: Row }) {
  const at = Date.parse(String(row.timestamp));
  const same = (field: string, label: string) =>
    row[field] === undefined ? null : (
      <button onClick={() => ask(exactly(field, row[field]))} title={exactly(field, row[field])}>
        {label}
      </button>
    );
  return (
    <p class="ways">
      {same("trace_id", "Same trace")}
      {same("transaction_id", "Same transaction")}
      {same("pattern_id", "Same pattern")}
      <button onClick={() => zoom(at - 60_000, at + 60_000)} title="One minute before and after">
        This minute
      </button>
    </p>
  );
}

const OWN = new Set(["message", "privacy.found", "privacy.policy"]);

function Fields({ row }: { row: Row }) {
  const names = Object.keys(row).filter((name) => !OWN.has(name));
  return (
    <table class="fields">
      <tbody>
        {names.map((name) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td dir="auto">{oneLine(textOf(row[name]), 2000)}</td>
            <td class="acts">
              <Act icon="plus" label={`Only ${name} like this`} run={() => ask(and(query.value, exactly(name, row[name])))} />
              <Act icon="minus" label={`Without ${name} like this`} run={() => ask(without(query.value, exactly(name, row[name])))} />
              <Act icon="columns" label={`Column ${name}`} pressed={columns.value.includes(name)} run={() => toggleColumn(name)} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Act(props: { icon: "plus" | "minus" | "columns"; label: string; pressed?: boolean; run: () => void }) {
  return (
    <button class="quiet small" aria-label={props.label} title={props.label} aria-pressed={props.pressed} onClick={props.run}>
      <Icon name={props.icon} />
    </button>
  );
}

/** Records of the same source on each side, more with each step. */
const SIDES = [10, 50, 200];

function Around({ row }: { row: Row }) {
  const step = useSignal(0);
  const { answer, error, waiting, again } = useAnswer((signal) =>
    context(textOf(row.record_id), textOf(row.timestamp), SIDES[step.value]!, signal),
  );
  if (error) return <Trouble error={error} retry={again} />;
  if (!answer) return <Waiting what="Looking around" />;
  const line = (other: Row) => (
    <li key={textOf(other.record_id)} class={`sev-${groupOf(other.severity)}${other.record_id === row.record_id ? " this" : ""}`}>
      <button class="quiet" aria-current={other.record_id === row.record_id} onClick={() => (opened.value = other)}>
        <time>{moment(String(other.timestamp), zone.value).slice(11)}</time> <span dir="auto">{oneLine(textOf(other.message), 300)}</span>
      </button>
    </li>
  );
  return (
    <>
      <p class="dim">Of the same source ({oneLine(textOf(row.source), 100) || "none"}), oldest first.</p>
      <ol class="around">
        {answer.before.map(line)}
        {line(answer.record)}
        {answer.after.map(line)}
      </ol>
      {step.value < SIDES.length - 1 && (
        <button disabled={waiting} onClick={() => step.value++}>
          More on both sides
        </button>
      )}
    </>
  );
}
