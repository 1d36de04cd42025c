// Text of records is shown, never obeyed. It reaches the page as text nodes only; what a terminal or the bidirectional
// algorithm would act on becomes a visible sign here, so that a record cannot show other words than it holds.

const SILENT = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g;

/** ESC becomes ␛, a direction override becomes its number in brackets. Line breaks and tabs stay. */
export function visible(text: string): string {
  return text.replace(SILENT, sign);
}

function sign(c: string): string {
  const code = c.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return "\u2421";
  return `\u27e8U+${code.toString(16).toUpperCase().padStart(4, "0")}\u27e9`;
}

/** The beginning of a text, on one line: a row shows no more, however long the message is. */
export function oneLine(text: string, max: number): string {
  const cut = text.length > max ? `${text.slice(0, max)}\u2026` : text;
  return visible(cut.replace(/\s*\n\s*/g, " \u23ce ").replaceAll("\t", " "));
}

/** A value of a record as text. */
export function textOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
