// Sources: who sends, whether all of it is accounted for, what could not be read, and how to connect more.
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { href } from "../app/route";
import { zone } from "../app/settings";
import { asked } from "../explore/state";
import { TimePicker } from "../explore/time-picker";
import { exactly } from "../query/filters";
import { ago, bytes, count, duration, minute, moment, rate } from "../ui/format";
import { Empty, Trouble, Waiting } from "../ui/parts";
import { Spark } from "../ui/spark";
import { useAnswer, type Asked } from "../ui/use-answer";
import { oneLine } from "../ui/visible";
import { Connect } from "./connect";
import { account, lags, quarantine, sources, storage, unaccounted, type Account, type Source, type Storage } from "./load";

/** The page. */
export function Sources() {
  const sums = useAnswer(account);
  const isEmpty = sums.answer?.received === 0;
  return (
    <div class="sheet-page">
      <header class="page-head">
        <h1>Sources</h1>
        <TimePicker />
      </header>
      <section aria-label="Account">
        <Told asked={sums} what="Counting">
          {(answer) => (answer.received === 0 ? <Empty title="Nothing was received yet">Senders connect in one of the ways below. What they send appears here at once.</Empty> : <Sum account={answer} />)}
        </Told>
      </section>
      {isEmpty && <ConnectSection />}
      {!isEmpty && (
        <>
          <Senders />
          <Quarantine />
          <Stored />
          <ConnectSection />
        </>
      )}
    </div>
  );
}

function ConnectSection() {
  return (
    <section>
      <h2>Connect a sender</h2>
      <Connect />
    </section>
  );
}

/** An answer, or what there is instead of it. */
function Told<T>({ asked, what, children }: { asked: Asked<T>; what: string; children: (answer: T) => ComponentChildren }) {
  if (asked.error !== undefined) return <Trouble error={asked.error} retry={asked.again} />;
  return <>{asked.answer === undefined ? <Waiting what={what} /> : children(asked.answer)}</>;
}

function Sum({ account }: { account: Account }) {
  const missing = unaccounted(account);
  const terms: [string, number, boolean][] = [
    ["stored", account.stored, true],
    ["in quarantine", account.quarantined, true],
    ["duplicates", account.duplicates, true],
    ["filtered", account.filtered, account.filtered > 0],
    ["sampled out", account.sampledOut, account.sampledOut > 0],
    ["erased", account.erased, account.erased !== 0],
    ["expired", account.expired, account.expired > 0],
  ];
  return (
    <>
      <h2>Everything that was received, and what became of it</h2>
      <dl class="account-sum">
        <Term label="received" n={account.received} />
        {terms
          .filter(([, , shown]) => shown)
          .map(([label, n], index) => (
            <Term key={label} label={label} n={n} sign={index === 0 ? "=" : "+"} />
          ))}
        <div class="verdict">
          <dt class="only-said">Verdict</dt>
          <dd style={{ fontSize: "13px", fontWeight: 400 }}>
            {missing === 0 ? (
              <span class="badge good">nothing is missing</span>
            ) : (
              <span class="badge bad" title="dendro check looks at every file">
                {count(missing)} records are not accounted for: run dendro check
              </span>
            )}
          </dd>
        </div>
      </dl>
    </>
  );
}

function Term({ label, n, sign }: { label: string; n: number; sign?: string }) {
  return (
    <div>
      <dt>
        {sign && <span class="sign">{sign} </span>}
        {label}
      </dt>
      <dd>{count(n)}</dd>
    </div>
  );
}

/** Sources shown at first. */
const ROWS_MAX = 20;

/** Longer than this without a record, and a source that sent before is called silent. */
const SILENT_MS = 15 * 60_000;

function Senders() {
  const found = useAnswer((signal) => asked.value && sources(asked.value.range, signal));
  const lag = useAnswer((signal) => asked.value && lags(asked.value.range, signal));
  return (
    <section>
      <h2>Who sends</h2>
      <p class="dim">What was received in the time above, by the source that the records name.</p>
      <Told asked={found} what="Reading the ledger">
        {(all) => (all.length === 0 ? <p class="note dim">Nothing was received in this time.</p> : <SenderTable sources={all} lags={lag.answer} />)}
      </Told>
    </section>
  );
}

function SenderTable({ sources, lags }: { sources: readonly Source[]; lags: Map<string, number> | undefined }) {
  const shown = useSignal(ROWS_MAX);
  const range = asked.value!.range;
  const minutes = Math.max(1, (Math.min(Date.now(), Date.parse(range.end)) - Date.parse(range.start)) / 60_000);
  const upToNow = Date.parse(range.end) > Date.now() - SILENT_MS;
  return (
    <>
    <div class="table-scroll" tabIndex={0} role="region" aria-label="Sources">
      <table class="rows-table">
        <thead>
          <tr>
            <th scope="col">Source</th>
            <th scope="col">Received over time</th>
            <th scope="col" class="number">Received</th>
            <th scope="col" class="number">Per minute</th>
            <th scope="col">Last</th>
            <th scope="col" class="number" title="From the record's own time to its receipt, the middle one">Lag</th>
            <th scope="col" class="number">Quarantine</th>
            <th scope="col" class="number">Duplicates</th>
          </tr>
        </thead>
        <tbody>
          {sources.slice(0, shown.value).map((source) => (
            <tr key={source.name}>
              <td>
                <a href={href("explore", { q: exactly("source", source.name || undefined), from: "now-7d" })}>{oneLine(source.name, 120) || "(none)"}</a>
              </td>
              <td>
                <Spark values={source.rate} label={`At most ${count(Math.max(...source.rate, 0))} in a bar`} />
              </td>
              <td class="number">{count(source.received)}</td>
              <td class="number">{rate(source.received / minutes)}</td>
              <td>
                <time title={minute(source.last, zone.value)}>{ago(source.last, Date.now())}</time>{" "}
                {upToNow && Date.now() - source.last > SILENT_MS && <span class="badge">silent</span>}
              </td>
              <td class="number">{lagText(lags?.get(source.name))}</td>
              <td class="number">{source.quarantined > 0 ? <span class="wrong">{count(source.quarantined)}</span> : "0"}</td>
              <td class="number">{count(source.duplicates)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
    {sources.length > shown.value && (
      <p class="more">
        <button onClick={() => (shown.value = sources.length)}>Show all {count(sources.length)}</button>
      </p>
    )}
    </>
  );
}

function lagText(ms: number | undefined): string {
  if (ms === undefined || Number.isNaN(ms)) return "–";
  return ms < 0 ? `−${duration(-ms)}` : duration(ms);
}

const WHAT_TO_DO: Readonly<Record<string, string>> = {
  invalid_json: "the line is no JSON: was it cut, or is it text? Send text with format=text",
  not_an_object: "each record has to be a JSON object",
  duplicate_key: "a name stands twice in one object",
  too_deep: "objects stand too deep within each other",
  too_many_fields: "send fewer fields, or put them into one text",
  name_too_long: "the name of a field is too long",
  text_too_long: "a text is longer than a record may hold",
  invalid_line: "the line does not have the format that was named",
};

function Quarantine() {
  const asked = useAnswer(quarantine);
  return (
    <section>
      <h2>Quarantine</h2>
      <p class="dim">Input that could not become a record. It is kept as it came, after the privacy gateway.</p>
      <Told asked={asked} what="Reading the quarantine">
        {({ lines, reasons }) =>
          lines.length === 0 ? (
            <p class="panel-box">
              <span class="badge good">empty</span> All that was received could be read.
            </p>
          ) : (
            <>
              <ul class="panel-box">
                {reasons.map(([reason, n]) => (
                  <li key={reason}>
                    <b>{count(n)}</b> <code>{reason}</code>: <span class="dim">{WHAT_TO_DO[reason] ?? "see the lines below"}</span>
                  </li>
                ))}
              </ul>
              <div class="table-scroll" tabIndex={0} role="region" aria-label="Quarantined lines" style={{ marginTop: "8px" }}>
                <table class="rows-table">
                  <thead>
                    <tr>
                      <th scope="col">Received</th>
                      <th scope="col">Source</th>
                      <th scope="col">Reason</th>
                      <th scope="col">At</th>
                      <th scope="col" class="number">Size</th>
                      <th scope="col">What came</th>
                    </tr>
                  </thead>
                  <tbody>
                    {lines.map((line) => (
                      <tr key={line.id}>
                        <td>{moment(line.receivedAt, zone.value)}</td>
                        <td>{oneLine(line.source, 80) || "–"}</td>
                        <td>
                          <code>{line.reason}</code>
                        </td>
                        <td>
                          line {count(line.line)}, byte {count(line.offset)}
                        </td>
                        <td class="number">{bytes(line.length)}</td>
                        <td>
                          <span class="raw" dir="auto" title={oneLine(line.raw, 300)}>
                            {oneLine(line.raw, 300)}
                          </span>
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            </>
          )
        }
      </Told>
    </section>
  );
}

function Stored() {
  const asked = useAnswer(storage);
  return (
    <section>
      <h2>Stored, by day and source</h2>
      <Told asked={asked} what="Counting">
        {(storage) => <StorageTable storage={storage} />}
      </Told>
    </section>
  );
}

function StorageTable({ storage }: { storage: Storage }) {
  const { days, sources, records, total, bytes: size } = storage;
  const perRecord = total > 0 ? size / total : 0;
  const sum = (source: string) => days.reduce((sum, day) => sum + records(source, day), 0);
  const most = Math.max(1, ...sources.flatMap((source) => days.map((day) => records(source, day))));
  return (
    <>
      <p class="dim" style={{ marginBottom: "8px" }}>
        {count(total)} records take {bytes(size)} on disk, {bytes(Math.round(perRecord))} each. Times are UTC; sizes of parts are shares of the whole.
      </p>
      <div class="table-scroll" tabIndex={0} role="region" aria-label="Records by day and source">
        <table class="rows-table">
          <thead>
            <tr>
              <th scope="col">Source</th>
              <th scope="col" class="number">About</th>
              {days.map((day) => (
                <th key={day} scope="col" class="number">
                  {day}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {sources.slice(0, ROWS_MAX).map((source) => (
              <tr key={source}>
                <td>{oneLine(source, 120) || "(none)"}</td>
                <td class="number">{bytes(Math.round(sum(source) * perRecord))}</td>
                {days.map((day) => {
                  const n = records(source, day);
                  return (
                    <td key={day} class="number heat" style={{ "--share": `${Math.round((38 * n) / most)}%` }}>
                      {n === 0 ? "–" : count(n)}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {sources.length > ROWS_MAX && <p class="dim">and {count(sources.length - ROWS_MAX)} smaller sources</p>}
    </>
  );
}
