// Asks a question while a part of a page is shown.
import { useSignal, useSignalEffect, type ReadonlySignal } from "@preact/signals";
import { useCallback } from "preact/hooks";
import { isAbort, session } from "../api/client";

export interface Asked<T> {
  /** The last answer; it stays while a newer one is on its way. */
  readonly answer: T | undefined;
  readonly error: unknown;
  readonly waiting: boolean;
  readonly again: () => void;
}

/**
 * Asks when first shown, and again when a signal changes that `ask` reads before it first waits. An answer to a question
 * that nobody asks any more is thrown away.
 */
export function useAnswer<T>(ask: (signal: AbortSignal) => Promise<T> | undefined): Asked<T> {
  const state = useSignal<Omit<Asked<T>, "again">>({ answer: undefined, error: undefined, waiting: true });
  const times = useSignal(0);
  useSignalEffect(() => {
    void times.value;
    void session.value;
    const abort = new AbortController();
    const asked = ask(abort.signal);
    if (!asked) return;
    state.value = { ...state.peek(), waiting: true };
    asked.then(
      (answer) => abort.signal.aborted || (state.value = { answer, error: undefined, waiting: false }),
      (error: unknown) => abort.signal.aborted || isAbort(error) || (state.value = { ...state.peek(), error, waiting: false }),
    );
    return () => abort.abort();
  });
  const again = useCallback(() => void times.value++, []);
  return { ...state.value, again };
}

export type { ReadonlySignal };
