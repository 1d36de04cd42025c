// The query box: colours, completion, and errors at their place. It lives in a shadow tree, where its styles need no
// `<style>` element: the pages' policy allows none.
import {
  acceptCompletion,
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  completionStatus,
  moveCompletionSelection,
  selectedCompletion,
  startCompletion,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { EditorState, StateEffect, StateField, type Range as Marked } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, keymap, placeholder, ViewPlugin, type ViewUpdate } from "@codemirror/view";
import { useEffect, useRef } from "preact/hooks";
import { complete } from "./complete";
import { theme } from "./editor-theme";
import { tokens } from "./tokens";

/** The server takes 8 KiB. */
const QUERY_MAX = 8192;

interface Props {
  /** The query in force; typing changes nothing until Enter. */
  readonly value: string;
  readonly run: (query: string) => void;
  /** Where the query is wrong, as an index of the text. */
  readonly wrongAt: number | undefined;
  readonly describedBy: string;
}

/** Text with colours. Enter runs it, Shift-Enter begins a line. */
export function QueryEditor({ value, run, wrongAt, describedBy }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | undefined>(undefined);
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => {
    const shadow = host.current!.shadowRoot ?? host.current!.attachShadow({ mode: "open" });
    const editor = new EditorView({ state: state(value, (query) => latest.current(query)), parent: shadow, root: shadow });
    view.current = editor;
    const focus = () => editor.focus();
    host.current!.addEventListener("focus-query", focus);
    return () => editor.destroy();
  }, []);
  useEffect(() => {
    const editor = view.current!;
    if (editor.state.doc.toString() === value) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value }, selection: { anchor: value.length } });
  }, [value]);
  useEffect(() => {
    view.current!.dispatch({ effects: setWrong.of(wrongAt) });
    view.current!.contentDOM.setAttribute("aria-invalid", String(wrongAt !== undefined));
  }, [wrongAt]);
  useEffect(() => {
    // Names do not reach into a shadow tree, so the description is copied.
    const text = document.getElementById(describedBy)?.textContent;
    if (text) view.current!.contentDOM.setAttribute("aria-description", text);
    else view.current!.contentDOM.removeAttribute("aria-description");
  });
  return <div class="query-editor" ref={host} />;
}

/** Puts the cursor into the query box. */
export function focusQuery(): void {
  document.querySelector(".query-editor")?.dispatchEvent(new Event("focus-query"));
}

/** The text in the query box, run or not. */
export function typed(): string | undefined {
  const content = document.querySelector(".query-editor")?.shadowRoot?.querySelector<HTMLElement>(".cm-content");
  return content ? EditorView.findFromDOM(content)?.state.doc.toString() : undefined;
}

function state(doc: string, run: (query: string) => void): EditorState {
  const enter = (view: EditorView) => {
    run(view.state.doc.toString().trim());
    return true;
  };
  const escape = (view: EditorView) => {
    view.contentDOM.blur();
    return true;
  };
  return EditorState.create({
    doc,
    extensions: [
      history(),
      closeBrackets(),
      autocompletion({ override: [complete], icons: false, activateOnTypingDelay: 60, selectOnOpen: false }),
      // Enter runs what stands there, unless something was chosen with the arrows; Tab takes the first that is offered.
      // With nothing offered Tab moves on, and Escape leaves the box: nobody is caught in it.
      keymap.of([{ key: "Tab", run: takeFirst }]),
      keymap.of([...completionKeymap, { key: "Enter", run: enter }, { key: "Escape", run: escape }]),
      keymap.of([{ key: "Ctrl-Space", run: startCompletion }, ...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap]),
      placeholder('Search: timeout severity:>=error -source:"test" …'),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ "aria-label": "Query", spellcheck: "false", autocapitalize: "off", autocorrect: "off" }),
      EditorState.changeFilter.of((change) => change.newDoc.length <= QUERY_MAX),
      coloured,
      wrong,
      theme,
    ],
  });
}

function takeFirst(view: EditorView): boolean {
  if (completionStatus(view.state) !== "active") return false;
  if (!selectedCompletion(view.state)) moveCompletionSelection(true)(view);
  return acceptCompletion(view);
}

const coloured = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;

    constructor(view: EditorView) {
      this.decorations = colours(view.state.doc.toString());
    }

    update(update: ViewUpdate) {
      if (update.docChanged) this.decorations = colours(update.state.doc.toString());
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

function colours(text: string): DecorationSet {
  const marks: Marked<Decoration>[] = tokens(text).map(({ kind, from, to }) => Decoration.mark({ class: `t-${kind}` }).range(from, to));
  return Decoration.set(marks);
}

const setWrong = StateEffect.define<number | undefined>();

/** The place that the server named. It goes with the next change. */
const wrong = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    for (const effect of transaction.effects) if (effect.is(setWrong)) return marked(transaction.state, effect.value);
    return transaction.docChanged ? Decoration.none : marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});

function marked(state: EditorState, at: number | undefined): DecorationSet {
  if (at === undefined || state.doc.length === 0) return Decoration.none;
  const text = state.doc.toString();
  const token = tokens(text).find(({ from, to }) => from <= at && at < to);
  const [from, to] = token ? [at, token.to] : [Math.max(0, Math.min(at, text.length) - 1), Math.min(Math.max(at, 1), text.length)];
  return from < to ? Decoration.set([Decoration.mark({ class: "t-wrong" }).range(from, to)]) : Decoration.none;
}
