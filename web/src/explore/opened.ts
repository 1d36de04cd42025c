// The open record stands in the address, so that one can send it to somebody, and Back closes what was opened.
import { effect } from "@preact/signals";
import { context } from "../api/ask";
import { change, params } from "../app/route";
import { textOf } from "../ui/visible";
import { opened } from "./state";

/** Keeps the open record and the address the same, whichever of them changes. Returns what ends this. */
export function openFromAddress(): () => void {
  const ends = [followAddress(), tellAddress()];
  return () => {
    for (const end of ends) end();
    opened.value = undefined;
  };
}

function followAddress(): () => void {
  return effect(() => {
    const { id, at } = params.value;
    if (id === idOf(opened.peek())) return;
    if (!id) return void (opened.value = undefined);
    const abort = new AbortController();
    // A record that is gone: the list is shown, and the address loses its name with the next click.
    context(id, at ?? "", 0, abort.signal).then((answer) => (opened.value = answer.record), () => undefined);
    return () => abort.abort();
  });
}

function tellAddress(): () => void {
  // What the address names at first is on its way, and not yet open.
  let begun = false;
  return effect(() => {
    const row = opened.value;
    if (begun || row) change({ id: idOf(row), at: row ? textOf(row.timestamp) : undefined }, true);
    begun = true;
  });
}

const idOf = (row: typeof opened.value) => textOf(row?.record_id) || undefined;
