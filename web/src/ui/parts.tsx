// Small parts that all pages are made of.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { isAbort, Problem } from "../api/client";
import type { Told } from "../api/types";
import { bytes, count, duration } from "./format";

/** Says what went wrong, and what to do. */
export function Trouble({ error, retry }: { error: unknown; retry?: (() => void) | undefined }) {
  if (isAbort(error)) return null;
  const problem = error instanceof Problem ? error : new Problem(0, "this page met a bug", String(error));
  return (
    <div class="note trouble" role="alert">
      <p>
        <strong>{sentence(problem.detail)}</strong>
        {problem.hint && <span class="hint"> {sentence(problem.hint)}</span>}
      </p>
      {problem.request && problem.status >= 500 && (
        <p class="dim">
          In the server's log: <code>{problem.request}</code>
        </p>
      )}
      {retry && <button onClick={retry}>Try again</button>}
    </div>
  );
}

/** `something is wrong` -> `Something is wrong.` */
export function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.?!…]$/.test(first) ? first : `${first}.`;
}

/** Says that nothing is there, and what to do. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="note empty" role="status">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** Something is on its way. Appears only when it takes long enough to be noticed. */
export function Waiting({ what }: { what: string }) {
  return (
    <div class="note waiting" role="status">
      <span class="ring" aria-hidden="true" /> {what}…
    </div>
  );
}

/** What was read for an answer, and whether it is complete. */
export function Scanned({ told }: { told: Told }) {
  const { stats, complete, incomplete_reason: reason } = told;
  const files = stats.files_scanned + stats.files_pruned;
  const read = `read ${count(stats.rows_scanned)} records, ${bytes(stats.bytes_scanned)} in ${stats.files_scanned} of ${files} files`;
  return (
    <span class="scanned">
      <span title={`${read}; table version ${told.version}`}>
        {duration(stats.elapsed_ms)} <span class="wide">· {read}</span>
      </span>{" "}
      {complete ? <span class="badge good">complete</span> : <span class="badge bad">incomplete: {reason}</span>}
    </span>
  );
}

/** A dialog that the browser opens, closes with Escape and keeps the focus in. */
export function Dialog({ title, close, children }: { title: string; close: () => void; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    dialog.current?.showModal();
    return () => before?.focus();
  }, []);
  const outside = (event: MouseEvent) => {
    if (event.target === dialog.current) close();
  };
  return (
    <dialog ref={dialog} onClose={close} onClick={outside} aria-label={title}>
      <div class="sheet">
        <header>
          <h2>{title}</h2>
          <button class="quiet" aria-label="Close" onClick={close}>
            <Icon name="close" />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}

/** A button that opens a small panel. Closes on Escape, and when something else is clicked. */
export function Menu(props: { label: ComponentChildren; title: string; class?: string; children: (close: () => void) => ComponentChildren }) {
  const details = useRef<HTMLDetailsElement>(null);
  const close = () => {
    if (!details.current?.open) return;
    details.current.open = false;
    details.current.querySelector("summary")?.focus();
  };
  useEffect(() => {
    const outside = (event: Event) => {
      if (details.current?.open && !event.composedPath().includes(details.current)) details.current.open = false;
    };
    addEventListener("pointerdown", outside);
    return () => removeEventListener("pointerdown", outside);
  }, []);
  const escape = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !details.current?.open) return;
    event.stopPropagation();
    close();
  };
  return (
    <details ref={details} class={`menu ${props.class ?? ""}`} onKeyDown={escape}>
      <summary class="button" title={props.title} aria-label={props.title}>
        {props.label}
      </summary>
      <div class="panel">{props.children(close)}</div>
    </details>
  );
}

const ICONS = {
  close: "M4 4l8 8M12 4l-8 8",
  plus: "M8 3v10M3 8h10",
  minus: "M3 8h10",
  copy: "M5.5 5.5h7v8h-7zM3.5 10.5v-8h7",
  columns: "M3 3h10v10H3zM6.5 3v10M10 3v10",
  wrap: "M3 4h10M3 8h8a2 2 0 0 1 0 4H8m1.5-1.5L8 12l1.5 1.5M3 12h2",
  export: "M8 2.5v7M5 7l3 3 3-3M3 12.5h10",
  star: "M8 2.5l1.7 3.5 3.8.5-2.8 2.7.7 3.8L8 11.200l-3.4 1.8.7-3.800L2.5 6.500l3.8-.500z",
  clock: "M8 2.500a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM8 5v3.200l2 1.3",
  left: "M10 3L5 8l5 5",
  right: "M6 3l5 5-5 5",
  out: "M7 3a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM10 10l3.5 3.500M5 7h4",
  again: "M12.5 8a4.5 4.5 0 1 1-1.4-3.200M12.5 2.500v3h-3",
  filter: "M2.5 3.500h11L9.5 8.500v4l-3-1.500v-2.500z",
  moon: "M12.5 9.500A5 5 0 0 1 6.5 3.500a5 5 0 1 0 6 6z",
  sun: "M8 5.200a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.600zM8 1.500v1.500M8 13v1.500M1.5 8H3M13 8h1.500M3.4 3.400l1 1M11.6 11.600l1 1M12.6 3.400l-1 1M4.4 11.600l-1 1",
  system: "M2.5 3.500h11v7h-11zM6 13h4M8 10.500V13",
  help: "M6 6.200a2 2 0 1 1 2.8 1.900c-.5.3-.8.6-.8 1.200M8 11.800v.2",
  up: "M8 13V3.500M4 7.500l4-4 4 4",
  down: "M8 3v9.500M4 8.500l4 4 4-4",
  pause: "M5.5 3.500v9M10.5 3.500v9",
  play: "M5 3.500l7 4.5-7 4.500z",
} as const;

export type IconName = keyof typeof ICONS;

/** A small picture, for eyes only: what it means is said beside it. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={ICONS[name]} />
    </svg>
  );
}
