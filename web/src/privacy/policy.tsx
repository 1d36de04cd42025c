// The policy in force, and another one tried on stored records before it is put in force.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Problem } from "../api/client";
import { href } from "../app/route";
import { asked } from "../explore/state";
import { count, percent } from "../ui/format";
import { Dialog, sentence, Trouble, Waiting } from "../ui/parts";
import { useAnswer } from "../ui/use-answer";
import { oneLine } from "../ui/visible";
import { policy, replace, trial, type Policy, type Trial } from "./load";

/** Records that a trial looks at. */
const TRIAL_RECORDS = 5000;

const EXAMPLE = `version = "mine"

[actions]
all = "mask"
ip = "mask"
email = "pseudonymise"
`;

/** What is done about each class, and the text that says so. */
export function PolicySection() {
  const { answer, error, again } = useAnswer(policy);
  return (
    <section>
      <h2>Policy</h2>
      {error !== undefined ? <Trouble error={error} retry={again} /> : !answer ? <Waiting what="Reading the policy" /> : <InForce policy={answer} changed={again} />}
    </section>
  );
}

function InForce({ policy, changed }: { policy: Policy; changed: () => void }) {
  const byAction = new Map<string, string[]>();
  for (const { class: name, action } of policy.actions) byAction.set(action, [...(byAction.get(action) ?? []), name]);
  return (
    <>
      <p class="dim">
        In force: <code>{policy.version}</code>
        {policy.policy === "" && ", the standard one"}. It is about records that come in from now on; what is stored stays as it is.
      </p>
      <div class="cards">
        <div class="panel-box">
          <h2>What is done</h2>
          <dl>
            {[...byAction].map(([action, classes]) => (
              <div key={action} style={{ marginBottom: "8px" }}>
                <dt>
                  <b>{action}</b>
                </dt>
                <dd class="dim">{classes.join(", ")}</dd>
              </div>
            ))}
          </dl>
        </div>
        <Draft policy={policy} changed={changed} />
      </div>
    </>
  );
}

/** Another policy: written, tried, and only then put in force. */
function Draft({ policy, changed }: { policy: Policy; changed: () => void }) {
  const text = useSignal(policy.policy || EXAMPLE);
  const query = useSignal("");
  const busy = useSignal(false);
  const error = useSignal<unknown>(undefined);
  const tried = useSignal<{ text: string; trial: Trial } | undefined>(undefined);
  const asking = useSignal(false);
  useEffect(() => {
    text.value = policy.policy || EXAMPLE;
  }, [policy.policy]);
  const attempt = async (work: () => Promise<void>) => {
    [busy.value, error.value] = [true, undefined];
    await work().catch((failed: unknown) => (error.value = failed));
    busy.value = false;
  };
  const now = asked.value;
  const tryIt = () =>
    attempt(async () => {
      const wanted = text.value;
      tried.value = undefined;
      tried.value = { text: wanted, trial: await trial(wanted, query.value, now!.range, TRIAL_RECORDS) };
    });
  const enforce = () =>
    attempt(async () => {
      asking.value = false;
      await replace(text.value);
      tried.value = undefined;
      changed();
    });
  const isTried = tried.value?.text === text.value;
  return (
    <div class="panel-box">
      <h2>Try another one</h2>
      <label for="policy-text" class="only-said">
        Policy, as TOML
      </label>
      <textarea id="policy-text" class="code" spellcheck={false} value={text.value} onInput={(event) => (text.value = event.currentTarget.value)} />
      <div class="form-row">
        <input aria-label="Query for the records to try it on" placeholder="Records to try it on, such as source:checkout" value={query.value} onInput={(event) => (query.value = event.currentTarget.value)} />
        <button class="primary" disabled={busy.value || !now} onClick={() => void tryIt()}>
          Try on stored records
        </button>
        <button disabled={busy.value || !isTried} title={isTried ? "" : "Try it first"} onClick={() => (asking.value = true)}>
          Put in force…
        </button>
      </div>
      {error.value !== undefined && <Refused error={error.value} />}
      {isTried && <Tried trial={tried.value!.trial} />}
      {asking.value && (
        <Dialog title="Put this policy in force?" close={() => (asking.value = false)}>
          <p>All records that come in from then on are screened by it. The policy before stays in the folder policies of the data folder.</p>
          <p class="ways" style={{ marginTop: "14px" }}>
            <button class="primary" onClick={() => void enforce()}>
              Put in force
            </button>
            <button onClick={() => (asking.value = false)}>Not now</button>
          </p>
        </Dialog>
      )}
    </div>
  );
}

function Refused({ error }: { error: unknown }) {
  const problem = error instanceof Problem && error.status < 500 && error.status >= 400 ? error : undefined;
  if (!problem) return <Trouble error={error} />;
  return (
    <p class="wrong" role="alert">
      {sentence(problem.detail)} {problem.hint && sentence(problem.hint)}
    </p>
  );
}

function Tried({ trial: { records, changed, fields, examples } }: { trial: Trial }) {
  return (
    <div role="status">
      <p>
        Of {count(records)} records that were looked at, <b>{count(changed)}</b> ({percent(changed, records)}) hold something that it would replace or drop.
      </p>
      <ul>
        {fields.map((field) => (
          <li key={field.name}>
            <code>{oneLine(field.name, 200)}</code>: <span class="dim">{field.findings.map((found) => `${found.class} ${found.action} ${count(found.count)}`).join(", ")}</span>
          </li>
        ))}
      </ul>
      {examples.length > 0 && (
        <details>
          <summary>{count(examples.length)} examples, as they would be stored</summary>
          <ul>
            {examples.map((example, index) => (
              <li key={index}>
                <a href={href("explore", { q: `record_id:=${example.record_id}`, from: asked.value?.range.start, to: asked.value?.range.end })}>{oneLine(example.field, 80)}</a>{" "}
                <code>{oneLine(example.would_be, 200)}</code>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
