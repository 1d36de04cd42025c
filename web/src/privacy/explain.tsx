import { useSignal } from "@preact/signals";
import { indexOfByte } from "../query/position";
import { Trouble } from "../ui/parts";
import { visible } from "../ui/visible";
import { explain, type Explained } from "./load";

/** What would be found in a text, and why. The text is neither stored nor logged. */
export function Explain() {
  const text = useSignal("");
  const told = useSignal<{ text: string; answer: Explained } | undefined>(undefined);
  const error = useSignal<unknown>(undefined);
  const ask = async (event: Event) => {
    event.preventDefault();
    const asked = text.value;
    error.value = undefined;
    await explain(asked).then(
      (answer) => (told.value = { text: asked, answer }),
      (failed: unknown) => (error.value = failed),
    );
  };
  return (
    <section>
      <h2>What would be found in …</h2>
      <p class="dim">A text is looked at as if it came in. It is neither stored nor logged.</p>
      <form class="form-row" onSubmit={(event) => void ask(event)}>
        <input aria-label="Text to look at" placeholder="login of ann@example.com, password=hunter2" value={text.value} onInput={(event) => (text.value = event.currentTarget.value)} />
        <button type="submit" disabled={text.value === ""}>
          Look
        </button>
      </form>
      {error.value !== undefined && <Trouble error={error.value} />}
      {told.value && <Told text={told.value.text} answer={told.value.answer} />}
    </section>
  );
}

function Told({ text, answer: { findings, stored_as } }: { text: string; answer: Explained }) {
  if (findings.length === 0) {
    return (
      <p class="panel-box" role="status">
        <span class="badge good">nothing</span> It would be stored as it is.
      </p>
    );
  }
  const pieces = [];
  let from = 0;
  for (const found of findings) {
    const [start, end] = [indexOfByte(text, found.start), indexOfByte(text, found.end)];
    if (start < from) continue;
    pieces.push(visible(text.slice(from, start)), <span class="found-in">{visible(text.slice(start, end))}</span>);
    from = end;
  }
  return (
    <div class="panel-box" role="status">
      <p>
        {pieces}
        {visible(text.slice(from))}
      </p>
      <ul style={{ margin: "8px 0" }}>
        {findings.map((found) => (
          <li key={found.start}>
            <b>{found.class}</b> <span class="dim">{found.action}:</span> {found.why}
          </li>
        ))}
      </ul>
      <p>
        <span class="dim">Stored as</span> <code>{visible(stored_as)}</code>
      </p>
    </div>
  );
}
