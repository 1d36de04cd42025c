// What one browser remembers: tastes, not data.
import { effect, signal } from "@preact/signals";
import type { Zone } from "../ui/format";

export type Theme = "system" | "light" | "dark";

/** A signal that is kept in local storage. What cannot be read is forgotten. */
export function kept<T>(name: string, standard: T, isOne: (value: unknown) => value is T) {
  const key = `dendro.${name}`;
  const state = signal<T>(stored(key, standard, isOne));
  effect(() => {
    try {
      localStorage.setItem(key, JSON.stringify(state.value));
    } catch {
      // A browser that stores nothing: the taste lasts as long as the page.
    }
  });
  return state;
}

function stored<T>(key: string, standard: T, isOne: (value: unknown) => value is T): T {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key) ?? "null");
    return isOne(value) ? value : standard;
  } catch {
    return standard;
  }
}

const oneOf =
  <T extends string>(...all: T[]) =>
  (value: unknown): value is T =>
    all.includes(value as T);

export const theme = kept<Theme>("theme", "system", oneOf("system", "light", "dark"));
export const zone = kept<Zone>("zone", "local", oneOf("local", "utc"));

/** Counts changes of colours, for what is painted by hand. */
export const painted = signal(0);

effect(() => {
  document.documentElement.dataset.theme = theme.value;
  painted.value = painted.peek() + 1;
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => painted.value++);
