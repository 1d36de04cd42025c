// Privacy: what was found and masked, what each field holds, and what the policy does about it.
import { useSignal } from "@preact/signals";
import { href, params } from "../app/route";
import { asked } from "../explore/state";
import { TimePicker } from "../explore/time-picker";
import { name as fieldName } from "../query/filters";
import { count, percent, short } from "../ui/format";
import { Trouble, Waiting } from "../ui/parts";
import { Spark } from "../ui/spark";
import { useAnswer } from "../ui/use-answer";
import { oneLine } from "../ui/visible";
import { Explain } from "./explain";
import { findings, inventory, type FieldEntry, type Findings, type Share } from "./load";
import { PolicySection } from "./policy";

/** The page. */
export function Privacy() {
  return (
    <div class="sheet-page">
      <header class="page-head">
        <h1>Privacy</h1>
        <TimePicker />
      </header>
      <FoundSection />
      <FieldsSection />
      <PolicySection />
      <Explain />
    </div>
  );
}

function FoundSection() {
  const { answer, error, again } = useAnswer((signal) => asked.value && findings(asked.value.range, signal));
  return (
    <section>
      <h2>Found before anything was stored</h2>
      {error !== undefined ? <Trouble error={error} retry={again} /> : !answer ? <Waiting what="Counting" /> : <Found findings={answer} />}
    </section>
  );
}

function Found({ findings: { total, classes, sources, overTime } }: { findings: Findings }) {
  if (total === 0) {
    return (
      <p class="panel-box">
        <span class="badge good">nothing</span> No personal data and no secrets were found in the records of this time.
      </p>
    );
  }
  const { from, to } = params.value;
  const records = (q: string) => href("explore", { q, from, to, cols: "timestamp,source,privacy.found,message" });
  return (
    <div class="cards">
      <div class="panel-box">
        <h2>By class</h2>
        <Bars shares={classes} total={total} link={(name) => records(`${fieldName("privacy.found")}:${name}`)} />
      </div>
      <div class="panel-box">
        <h2>By source</h2>
        <Bars shares={sources.slice(0, 12)} total={total} link={(name) => records(`${fieldName("privacy.found")}:* source:=${JSON.stringify(name)}`)} />
        {sources.length > 12 && <p class="dim">and {count(sources.length - 12)} more</p>}
      </div>
      <div class="panel-box over-time">
        <h2>Over time</h2>
        <p>
          <b>{count(total)}</b> <span class="dim">findings, at most {count(Math.max(...overTime))} in a bar</span>
        </p>
        <Spark values={overTime} label={`${count(total)} findings over the time above`} />
      </div>
    </div>
  );
}

function Bars({ shares, total, link }: { shares: readonly Share[]; total: number; link: (name: string) => string }) {
  const most = Math.max(...shares.map(({ count }) => count), 1);
  return (
    <div class="bars">
      {shares.map((share) => (
        <a key={share.name} class="line" href={link(share.name)} title={`${count(share.count)}, ${percent(share.count, total)}${share.action ? `, ${share.action}` : ""}`}>
          <span class="label">
            {share.name || "(none)"} {share.action && <span class="dim">{share.action}</span>}
          </span>
          <span class="track">
            <i class="fill" style={{ width: `${(100 * share.count) / most}%` }} />
          </span>
          <span class="n">{short(share.count)}</span>
        </a>
      ))}
    </div>
  );
}

const TABS: readonly { name: string; label: string; shows: (field: FieldEntry) => boolean }[] = [
  { name: "unclassified", label: "Nobody classified", shows: (field) => field.classified_by === "unclassified" },
  { name: "found", label: "With findings", shows: (field) => field.findings.length > 0 },
  { name: "all", label: "All", shows: () => true },
];

function FieldsSection() {
  const tab = useSignal(TABS[0]!.name);
  const { answer, error, again } = useAnswer((signal) => asked.value && inventory(asked.value.range, signal));
  const { shows } = TABS.find(({ name }) => name === tab.value)!;
  const shown = answer?.fields.filter(shows) ?? [];
  return (
    <section>
      <h2>Fields</h2>
      <p class="dim">What each holds, and who says so. A field that nobody classified counts as confidential: name it in the policy.</p>
      {error !== undefined && <Trouble error={error} retry={again} />}
      {!answer && error === undefined && <Waiting what="Reading the inventory" />}
      {answer && (
        <>
          <div class="tabs" role="group" aria-label="Which fields">
            {TABS.map(({ name, label, shows }) => (
              <button key={name} aria-pressed={name === tab.value} onClick={() => (tab.value = name)}>
                {label} <span class="n">{count(answer.fields.filter(shows).length)}</span>
              </button>
            ))}
          </div>
          {shown.length === 0 ? <p class="note dim">No field is here.</p> : <FieldTable fields={shown} />}
          {!answer.complete && <p class="dim">Not all findings of this time could be counted: choose a shorter one.</p>}
        </>
      )}
    </section>
  );
}

function FieldTable({ fields }: { fields: readonly FieldEntry[] }) {
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label="Fields">
      <table class="rows-table">
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Level</th>
            <th scope="col">About</th>
            <th scope="col">Classified by</th>
            <th scope="col">Found in it</th>
            <th scope="col" class="number">
              Records
            </th>
          </tr>
        </thead>
        <tbody>
          {fields.map((field) => (
            <tr key={field.name}>
              <td>
                <code>{oneLine(field.name, 200)}</code> <span class="dim">{field.kind ?? "no more stored"}</span>
              </td>
              <td>
                <span class={`badge ${field.level === "restricted" ? "bad" : ""}`}>{field.level}</span>
              </td>
              <td>{field.categories.join(", ") || <span class="absent">–</span>}</td>
              <td>{field.classified_by === "unclassified" ? <span class="wrong">nobody</span> : field.classified_by}</td>
              <td>
                {field.findings.map((found) => (
                  <div key={`${found.class}/${found.action}`}>
                    {found.class} <span class="dim">{found.action}</span> {count(found.count)}
                  </div>
                ))}
                {field.action && <div class="dim">whole field: {field.action}</div>}
              </td>
              <td class="number">{field.present === undefined ? <span class="absent">–</span> : count(field.present)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
