// Whole numbers beyond 2^53 (pattern ids are 64-bit) would be rounded by JSON.parse. They become texts of their digits.

const LONG_NUMBER = /[:[,]\s*-?\d{16,}/;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** Parses JSON; a whole number that does not fit becomes a text. */
export function parse(text: string): unknown {
  return JSON.parse(LONG_NUMBER.test(text) ? withTexts(text) : text);
}

/** The same JSON, with long numbers in quotes. Walks over strings without looking at what stands in them. */
function withTexts(text: string): string {
  const out: string[] = [];
  for (let at = 0; at < text.length; ) {
    const quote = text.indexOf('"', at);
    const bare = text.slice(at, quote < 0 ? undefined : quote);
    out.push(bare.replace(NUMBER, keep));
    if (quote < 0) break;
    const end = stringEnd(text, quote);
    out.push(text.slice(quote, end));
    at = end;
  }
  return out.join("");
}

function keep(number: string): string {
  return /^-?\d{16,}$/.test(number) && !Number.isSafeInteger(Number(number)) ? `"${number}"` : number;
}

/** Behind the quote that ends the string: one before which stands an even number of backslashes. */
function stringEnd(text: string, from: number): number {
  for (let quote = text.indexOf('"', from + 1); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let before = quote;
    while (text[before - 1] === "\\") before--;
    if ((quote - before) % 2 === 0) return quote + 1;
  }
  return text.length;
}
