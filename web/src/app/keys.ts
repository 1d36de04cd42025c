// Keys: one table, which the help shows and the pages act on.

export interface Key {
  readonly keys: string;
  readonly does: string;
  readonly run: () => void;
}

const groups = new Map<string, readonly Key[]>();

/** Keys that work while something is shown. Returns what takes them away again. */
export function bind(group: string, keys: readonly Key[]): () => void {
  groups.set(group, keys);
  return () => {
    if (groups.get(group) === keys) groups.delete(group);
  };
}

/** All keys that work now. */
export function bound(): readonly (readonly [group: string, keys: readonly Key[]])[] {
  return [...groups];
}

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || types(event)) return;
  if (document.querySelector("dialog[open]")) return;
  for (const [, keys] of [...groups].reverse()) {
    const key = keys.find(({ keys }) => keys.split(" ").includes(event.key));
    if (!key) continue;
    event.preventDefault();
    return key.run();
  }
});

/** Whether the key goes into a text. Keys that make no text work everywhere but in the query box, which has its own. */
function types(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0] as HTMLElement;
  const native = /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.isContentEditable;
  const pressed = event.key === "Enter" && /^(BUTTON|A|SUMMARY)$/.test(target.tagName);
  return native || pressed;
}
