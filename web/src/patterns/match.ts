// Which pattern a message belongs to. The engine merges skeletons into patterns but does not say which; a message of the
// skeleton fits the pattern's text, with anything in its holes.

const HOLE = "<*>";

/** A pattern's constant pieces, in order. */
export function pieces(pattern: string): string[] {
  return pattern.split(HOLE);
}

/** Whether the message is the pieces with something between them. Linear: each piece is looked for once, from the left. */
export function fits(pieces: readonly string[], message: string): boolean {
  const [first = "", ...rest] = pieces;
  const last = rest.pop();
  if (last === undefined) return message === first;
  if (!message.startsWith(first) || !message.endsWith(last)) return false;
  const end = message.length - last.length;
  let at = first.length;
  for (const piece of rest) {
    const found = message.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return at <= end;
}

/** Finds patterns: those with the most constant text first, as they say most about a message. */
export class Finder {
  private readonly byWeight: readonly { pattern: string; pieces: readonly string[] }[];

  constructor(patterns: readonly string[]) {
    const weighed = patterns.map((pattern) => ({ pattern, pieces: pieces(pattern) }));
    this.byWeight = weighed.sort((a, b) => weight(b.pieces) - weight(a.pieces));
  }

  of(message: string): string | undefined {
    return this.byWeight.find(({ pieces }) => fits(pieces, message))?.pattern;
  }
}

function weight(pieces: readonly string[]): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0);
}
