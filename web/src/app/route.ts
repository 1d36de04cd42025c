// The address holds the whole state of a page, behind the `#`: so it can be sent to a colleague, Back undoes a click, and
// nothing of what is asked reaches a proxy's log or a Referer.
import { computed, signal } from "@preact/signals";

export type Params = Readonly<Record<string, string>>;

/** Where one is: `#/explore?q=timeout` is page `explore` with `{ q: "timeout" }`. */
export interface Place {
  readonly page: string;
  readonly params: Params;
}

export const place = signal<Place>(read(location.hash));
export const page = computed(() => place.value.page);
export const params = computed(() => place.value.params);

addEventListener("hashchange", () => (place.value = read(location.hash)));

/** Reads an address. */
export function read(hash: string): Place {
  const [path = "", query = ""] = split(hash.replace(/^#?\/?/, ""));
  return { page: path || "explore", params: Object.fromEntries(new URLSearchParams(query)) };
}

function split(text: string): [string, string] {
  const at = text.indexOf("?");
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

/** The address of a place. Empty values are left out. */
export function href(page: string, params: Record<string, string | undefined> = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) if (value) query.set(name, value);
  const text = query.toString();
  return `#/${page}${text ? `?${text}` : ""}`;
}

/** Changes some parameters of the page. With `replace` there is no new entry in the history. */
export function change(patch: Record<string, string | undefined>, replace = false): void {
  const next = href(place.value.page, { ...place.value.params, ...patch });
  if (next === location.hash) return;
  if (!replace) return void (location.hash = next);
  history.replaceState(null, "", next);
  place.value = read(next);
}
