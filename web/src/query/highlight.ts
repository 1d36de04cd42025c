// Which words of a message a query looks for, so that they can be marked.
import { split, tokens } from "./tokens";

/** A pattern for the words and phrases that the query wants in the message; `undefined` when it wants none. */
export function wanted(query: string): RegExp | undefined {
  const { filter } = split(query);
  const alternatives: string[] = [];
  const all = tokens(filter);
  all.forEach((token, index) => {
    const before = all[index - 1];
    const text = filter.slice(token.from, token.to);
    const denied = before?.kind === "operator" && /^(-|NOT)$/.test(filter.slice(before.from, before.to));
    if (denied || before?.kind === "compare" || text === "*") return;
    if (token.kind === "word") alternatives.push(ofWords(text.replace(/\*$/, ""), text.endsWith("*")));
    if (token.kind === "phrase") alternatives.push(ofWords(text.replace(/^"|"$/g, ""), false));
  });
  const found = alternatives.filter(Boolean);
  return found.length === 0 ? undefined : new RegExp(found.join("|"), "giu");
}

/** Words next to each other, with anything that is no word between them. */
function ofWords(text: string, open: boolean): string {
  const words = text.match(/[\p{L}\p{N}_]+/gu);
  if (!words) return "";
  const end = open ? "[\\p{L}\\p{N}_]*" : "";
  return `(?<![\\p{L}\\p{N}_])${words.join("[^\\p{L}\\p{N}_]+")}${end}(?![\\p{L}\\p{N}_])`;
}

/** The text in pieces; every second one is marked. */
export function pieces(text: string, marks: RegExp | undefined): string[] {
  if (!marks) return [text];
  const out: string[] = [];
  let from = 0;
  for (const match of text.matchAll(marks)) {
    out.push(text.slice(from, match.index), match[0]);
    from = match.index + match[0].length;
  }
  out.push(text.slice(from));
  return out;
}
