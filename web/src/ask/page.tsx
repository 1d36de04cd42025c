// Ask: a question in words, the answer with the records that it rests on, and the evidence below.
import { computed, useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { change, href, params } from "../app/route";
import { zone } from "../app/settings";
import { count, duration, minute, moment } from "../ui/format";
import { Icon, sentence, Trouble, Waiting } from "../ui/parts";
import { useAnswer } from "../ui/use-answer";
import { oneLine, visible } from "../ui/visible";
import { Evidence } from "./evidence";
import { analyze, judge, type Analysis, type Citation, type Narration, type Sentence } from "./load";

const QUESTION_MAX = 4096;
const EXAMPLES = ["What went wrong in the last hour?", "What went wrong yesterday?", "Why did payments fail at 2 PM?"];

const question = computed(() => params.value.q ?? "");

/** The page. */
export function Ask() {
  const text = useSignal(question.value);
  useEffect(() => void (text.value = question.value), [question.value]);
  const asked = useAnswer((signal) => (question.value ? analyze(question.value, signal) : undefined));
  const submit = (event: Event) => {
    event.preventDefault();
    const next = text.value.trim();
    if (next === question.value) asked.again();
    else change({ q: next });
  };
  return (
    <div class="sheet-page ask-page">
      <header class="page-head">
        <h1>Ask</h1>
      </header>
      <form class="question" role="search" onSubmit={submit}>
        <input type="search" aria-label="Question" placeholder="Why did payments fail at 2 PM?" maxLength={QUESTION_MAX} value={text.value} onInput={(event) => (text.value = event.currentTarget.value)} />
        <button class="primary" type="submit">
          Ask
        </button>
      </form>
      {!question.value ? (
        <Examples />
      ) : asked.waiting ? (
        <Waiting what="Comparing with the time before" />
      ) : asked.error !== undefined ? (
        <Trouble error={asked.error} retry={asked.again} />
      ) : (
        asked.answer && <Answer key={question.value} question={question.value} answer={asked.answer} />
      )}
    </div>
  );
}

function Examples() {
  return (
    <div class="note" role="status">
      <p>
        Say a time and a service, if you know them; times of day are UTC. What differs from before is counted, led back to where it most likely came from, and shown with its records. A language model
        takes part only if the operator of this server has configured one, and says nothing that was not counted.
      </p>
      <ul class="ways">
        {EXAMPLES.map((example) => (
          <li key={example}>
            <a href={href("ask", { q: example })}>{example}</a>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Answer({ question, answer }: { question: string; answer: Analysis }) {
  const { sentences, root_cause: cause, confidence, remediation, supporting_logs: records, notes } = answer;
  const [first, ...others] = cause === undefined ? [undefined, ...sentences] : sentences;
  return (
    <>
      {answer.narration && answer.narration.sentences.length > 0 && <Narrated narration={answer.narration} records={records} />}
      <section class="panel-box answer" aria-label="Answer">
        {first && (
          <p class="cause">
            <Said sentence={first} records={records} />
          </p>
        )}
        {others.map((one, index) => one && <p key={index}><Said sentence={one} records={records} /></p>)}
        {confidence !== undefined && <p class="dim">As sure as {Math.round(confidence * 100)} in 100.</p>}
        {notes.map((note) => (
          <p key={note} class="dim note-line">
            {sentence(oneLine(note, 1000))}
          </p>
        ))}
        <Judge question={question} answer={answer} />
      </section>
      <Candidates answer={answer} />
      <Timeline answer={answer} />
      <Evidence answer={answer} />
      <Listed title="What may help" items={remediation}>
        {(remedy) => sentence(remedy)}
      </Listed>
      <Records records={records} />
      <p class="dim">
        {count(answer.records)} records compared in {duration(answer.execution_time_ms)}
        {answer.compared_with && `, with those from ${minute(answer.compared_with.start, zone.value)} to ${minute(answer.compared_with.end, zone.value)}`}; table version {answer.version}.{" "}
        {answer.complete ? <span class="badge good">complete</span> : <span class="badge bad">incomplete</span>}
      </p>
    </>
  );
}

/** What a language model makes of the evidence, apart from what was counted. */
function Narrated({ narration: { model, sentences, facts, dropped, tokens_in: prompt, tokens_out: said, execution_time_ms: took }, records }: { narration: Narration; records: readonly Citation[] }) {
  return (
    <section class="panel-box answer narrated" aria-label="In a language model's words">
      <p>
        {sentences.map((told, index) => (
          <span key={index}>
            <Said sentence={told} records={records} />
            {told.facts.map((number) => (
              <abbr key={number} class="fact" title={oneLine(facts.find((fact) => fact.number === number)?.text ?? "", 600)}>
                {number}
              </abbr>
            ))}{" "}
          </span>
        ))}
      </p>
      <p class="dim">
        In the words of {oneLine(model, 100)}, each sentence held against what was counted below
        {dropped > 0 && `; ${count(dropped)} ${dropped === 1 ? "was" : "were"} left out`}. {count(prompt + said)} tokens, {duration(took)}.
      </p>
      {facts.length > 0 && (
        <details>
          <summary>Counted facts that it cites</summary>
          <ul class="listed">
            {facts.map(({ number, text }) => (
              <li key={number}>
                <b>{number}</b> {oneLine(text, 600)}
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

/** A sentence, and behind it the records that it rests on. */
function Said({ sentence: { text, citations }, records }: { sentence: Sentence; records: readonly Citation[] }) {
  return (
    <>
      {visible(/[.…]$/.test(text) ? text : `${text}.`)}{" "}
      {citations.map((number) => {
        const record = records.find((record) => record.number === number);
        return record && <Mark key={number} record={record} />;
      })}
    </>
  );
}

function Mark({ record }: { record: Citation }) {
  return (
    <a class="citation" href={recordHref(record)} title={oneLine(`${record.source}: ${record.message}`, 300)} aria-label={`Record ${record.number}, of ${oneLine(record.source, 100)}`}>
      {record.number}
    </a>
  );
}

/** Explore around a record, which is open there. */
function recordHref({ id, timestamp, source }: Citation): string {
  const at = Date.parse(timestamp);
  const [from, to] = [at - 300_000, at + 300_000].map((at) => new Date(at).toISOString());
  return href("explore", { q: source ? `source:=${JSON.stringify(source)}` : "", from, to, id, at: timestamp });
}

function Judge({ question, answer }: { question: string; answer: Analysis }) {
  const said = useSignal<"no" | "sending" | "kept" | Error>("no");
  const send = (helpful: boolean) => {
    said.value = "sending";
    judge(question, answer, helpful).then(
      () => (said.value = "kept"),
      (error: Error) => (said.value = error),
    );
  };
  if (said.value === "kept") return <p class="judge dim" role="status">Thank you: kept as a record of dendro-feedback.</p>;
  return (
    <div class="judge">
      <button class="quiet" disabled={said.value === "sending"} onClick={() => send(true)} aria-label="This answer helps" title="This answer helps">
        <Icon name="up" />
      </button>
      <button class="quiet" disabled={said.value === "sending"} onClick={() => send(false)} aria-label="This answer does not help" title="This answer does not help">
        <Icon name="down" />
      </button>
      {said.value instanceof Error && <Trouble error={said.value} />}
    </div>
  );
}

function Candidates({ answer: { candidates, root_cause: cause } }: { answer: Analysis }) {
  if (cause === undefined || candidates.length === 0) return null;
  return (
    <section>
      <h2>Where it may have come from</h2>
      <div class="panel-box bars">
        {candidates.map(({ source, share, reasons }) => (
          <div key={source} class="line candidate">
            <span class="label">{oneLine(source, 200) || "(no source)"}</span>
            <span class="track">
              <i class="fill" style={{ width: `${100 * share}%` }} />
            </span>
            <span class="n">{Math.round(100 * share)} %</span>
            <span class="dim reasons">{reasons.map((reason) => oneLine(reason, 300)).join("; ")}</span>
          </div>
        ))}
      </div>
    </section>
  );
}

function Timeline({ answer: { timeline, supporting_logs: records } }: { answer: Analysis }) {
  if (timeline.length === 0) return null;
  return (
    <section>
      <h2>What happened</h2>
      <ol class="panel-box timeline">
        {timeline.map((event, index) => (
          <li key={index}>
            <time dateTime={event.timestamp}>{moment(event.timestamp, zone.value).slice(11, 19)}</time>
            <span>
              <b>{oneLine(event.source, 200) || "(no source)"}</b> <Said sentence={event} records={records} />
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Listed({ title, items, children }: { title: string; items: readonly string[]; children: (item: string) => ComponentChildren }) {
  if (items.length === 0) return null;
  return (
    <section>
      <h2>{title}</h2>
      <ul class="panel-box listed">
        {items.map((item) => (
          <li key={item}>{children(item)}</li>
        ))}
      </ul>
    </section>
  );
}

function Records({ records }: { records: readonly Citation[] }) {
  if (records.length === 0) return null;
  return (
    <section>
      <h2>Records</h2>
      <ol class="panel-box cited">
        {records.map((record) => (
          <li key={record.id}>
            <Mark record={record} />
            <div>
              <span class="dim">
                {moment(record.timestamp, zone.value)} {record.severity ?? ""} {oneLine(record.source, 200)}
              </span>
              <code>{oneLine(record.message, 600)}</code>
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}
