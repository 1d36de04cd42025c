// Reads a query into tokens, well enough to colour it, to complete it and to change it. What it means, only the server says.

export type TokenKind = "word" | "field" | "operator" | "compare" | "phrase" | "regex" | "bracket" | "pipe" | "step" | "comma";

export interface Token {
  readonly kind: TokenKind;
  readonly from: number;
  readonly to: number;
}

const SPACE = /\s/;
const ENDS_WORD = /[\s()|,"`]/;
const OPERATORS = new Set(["AND", "OR", "NOT", "TO", "by", "as"]);

/** The tokens of a query, in order; spaces are left out. */
export function tokens(text: string): Token[] {
  const out: Token[] = [];
  let at = 0;
  let afterPipe = false;
  let inPipe = false;
  const push = (kind: TokenKind, to: number) => {
    out.push({ kind, from: at, to });
    at = to;
  };
  while (at < text.length) {
    const c = text[at]!;
    if (SPACE.test(c)) {
      at++;
      continue;
    }
    if (c === "|") {
      push("pipe", at + 1);
      afterPipe = inPipe = true;
      continue;
    }
    if (c === "(" || c === ")" || c === "[" || c === "]" || c === "{" || c === "}") push("bracket", at + 1);
    else if (c === ",") push("comma", at + 1);
    else if (c === '"') push("phrase", quoteEnd(text, at, '"'));
    else if (c === "`") push("field", quoteEnd(text, at, "`"));
    else if (c === "/" && startsTerm(text, at)) push("regex", quoteEnd(text, at, "/"));
    else if (c === ":") push("compare", compareEnd(text, at + 1));
    else if (c === "-" && startsTerm(text, at) && !inPipe) push("operator", at + 1);
    else {
      const to = wordEnd(text, at);
      const word = text.slice(at, to);
      if (text[to] === ":") push("field", to);
      else if (afterPipe) push("step", to);
      else push(OPERATORS.has(word) && (inPipe || word === word.toUpperCase()) ? "operator" : "word", to);
    }
    afterPipe = false;
  }
  return out;
}

function startsTerm(text: string, at: number): boolean {
  return at === 0 || /[\s(:|]/.test(text[at - 1]!);
}

function quoteEnd(text: string, from: number, quote: string): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === quote) return at + 1;
  }
  return text.length;
}

function compareEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && /[<>=!]/.test(text[at]!)) at++;
  return at;
}

function wordEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && !ENDS_WORD.test(text[at]!)) {
    // The first colon ends a field; behind it, colons belong to the value.
    if (text[at] === ":" && text[from - 1] !== ":" && !/[<>=]/.test(text[from - 1] ?? "")) break;
    at++;
  }
  return Math.max(at, from + 1);
}

/** The filter, and the pipes with the first `|`. */
export function split(query: string): { filter: string; pipes: string } {
  const pipe = tokens(query).find((token) => token.kind === "pipe");
  if (!pipe) return { filter: query.trim(), pipes: "" };
  return { filter: query.slice(0, pipe.from).trim(), pipes: query.slice(pipe.from).trim() };
}
