// Whole numbers beyond 2^53 (pattern ids are 64-bit) would be rounded by JSON.parse. They become texts of their digits.

type Reviver = (this: unknown, key: string, value: unknown, context?: { source?: string }) => unknown;

const LONG_NUMBER = /[:[,]\s*-?\d{16,}/;

const keepDigits: Reviver = (_key, value, context) =>
  typeof value === "number" && !Number.isSafeInteger(value) && context?.source && /^-?\d+$/.test(context.source)
    ? context.source
    : value;

/** Parses JSON; a whole number that does not fit becomes a text. */
export function parse(text: string): unknown {
  // A reviver costs a call for each value, so only texts that may need it get one.
  return LONG_NUMBER.test(text) ? JSON.parse(text, keepDigits as Parameters<typeof JSON.parse>[1]) : JSON.parse(text);
}
