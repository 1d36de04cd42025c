import { describe, expect, test } from "vitest";
import { and, exactly, has, ofPattern, removed, without } from "./filters";
import { pieces, wanted } from "./highlight";
import { indexOfByte } from "./position";
import { split, tokens } from "./tokens";

const shown = (query: string) => tokens(query).map(({ kind, from, to }) => `${kind}:${query.slice(from, to)}`).join(" ");

test("tokens", () => {
  const check = (query: string, want: string) => expect(shown(query)).toBe(want);
  check("", "");
  check("timeout", "word:timeout");
  check("severity:>=error x", "field:severity compare::>= word:error word:x");
  check('source:"a b" -host:x', 'field:source compare:: phrase:"a b" operator:- field:host compare:: word:x');
  check("a OR NOT b and", "word:a operator:OR operator:NOT word:b word:and");
  check("path:/^\\/api|x/ y", "field:path compare:: regex:/^\\/api|x/ word:y");
  check("* | stats count() by source", "word:* pipe:| step:stats word:count bracket:( bracket:) operator:by word:source");
  check('"open', 'phrase:"open');
  check("`my field`:x", "field:`my field` compare:: word:x");
  check("timestamp:>now-1h a/b", "field:timestamp compare::> word:now-1h word:a/b");
  check("at:12:30", "field:at compare:: word:12:30");
});

test("a pipe within quotes or a regular expression ends no filter", () => {
  expect(split('"a|b" /c|d/ | head 2')).toEqual({ filter: '"a|b" /c|d/', pipes: "| head 2" });
  expect(split(" a ")).toEqual({ filter: "a", pipes: "" });
});

describe("filters by click", () => {
  test("exactly", () => {
    expect(exactly("source", "checkout")).toBe("source:=checkout");
    expect(exactly("http.status", 504)).toBe("http.status:=504");
    expect(exactly("pattern_id", "-1050408183766261988")).toBe("pattern_id:=-1050408183766261988");
    expect(exactly("my field", 'a "b" \\c')).toBe('`my field`:="a \\"b\\" \\\\c"');
    expect(exactly("host", undefined)).toBe("NOT host:*");
    expect(exactly("url", "http://x")).toBe('url:="http://x"');
  });

  test("and", () => {
    expect(and("", "a:=1")).toBe("a:=1");
    expect(and("*", "a:=1")).toBe("a:=1");
    expect(and("x | head 3", "a:=1")).toBe("x a:=1 | head 3");
    expect(and("x OR y", "a:=1")).toBe("(x OR y) a:=1");
    expect(and("a:=1 x", "a:=1")).toBe("a:=1 x");
    expect(and("a:=12 x", "a:=1")).toBe("a:=12 x a:=1");
  });

  test("without, removed, has", () => {
    expect(without("a:=1 x", "a:=1")).toBe("x -a:=1");
    expect(without("", "NOT host:*")).toBe("host:*");
    expect(removed("x a:=1 y | head", "a:=1")).toBe("x y | head");
    expect(has("x a:=1", "a:=1")).toBe(true);
    expect(has("x -a:=1", "a:=1")).toBe(false);
    expect(has("NOT a:=1", "a:=1")).toBe(false);
    expect(has("b OR a:=1", "a:=1")).toBe(false);
  });

  test("of a pattern", () => {
    expect(ofPattern("order ORD-<*> placed by cust-<*> total=<*> EUR")).toBe('"placed by cust" "order ORD" "total" "EUR"');
    expect(ofPattern("<*>")).toBe("");
  });
});

test("marks", () => {
  const check = (query: string, text: string, want: string[]) => expect(pieces(text, wanted(query))).toEqual(want);
  check("timeout", "a Timeout, timeouts", ["a ", "Timeout", ", timeouts"]);
  check("time*", "timeouts", ["", "timeouts", ""]);
  check('"pool ledger-db"', "from pool ledger-db now", ["from ", "pool ledger-db", " now"]);
  check("-timeout source:pool", "timeout pool", ["timeout pool"]);
  check("*", "x", ["x"]);
});

test("a byte of UTF-8 is found in UTF-16", () => {
  expect(indexOfByte("äöü x", 7)).toBe(4);
  expect(indexOfByte("a😀b", 5)).toBe(3);
  expect(indexOfByte("abc", 99)).toBe(3);
});
