import { expect, test } from "vitest";
import { Finder, fits, pieces } from "./match";
import { changeOf, compare, type Fact, type Stretch } from "./model";

test("a message fits its pattern, and no other", () => {
  const check = (pattern: string, message: string, want: boolean) => expect(fits(pieces(pattern), message), `${pattern} ${message}`).toBe(want);
  check("GET <*> in <*> ms", "GET /a in 5 ms", true);
  check("GET <*> in <*> ms", "GET /a in 5 s", false);
  check("GET <*>", "PUT /a", false);
  check("a <*> a", "a a", false);
  check("done", "done", true);
  check("done", "done 2", false);
  check("<*>", "", true);
  check("<*> of <*>", "3 of 4 of 5", true);
  expect(new Finder(["<*> <*>", "login of <*>"]).of("login of ann")).toBe("login of <*>");
});

test("a change is large, and no chance", () => {
  const check = (now: number, before: number, want: string) => expect(changeOf(now, before), `${before} -> ${now}`).toBe(want);
  check(5, 0, "new");
  check(10, 4, "same");
  check(1000, 400, "more");
  check(400, 1000, "fewer");
  check(1500, 1000, "same");
  check(0, 0, "same");
});

const fact = (id: string, count: number, sample: string, source = "s"): Fact => ({ id, source, count, severity: 9, sample });

test("patterns of two days", () => {
  const now: Stretch = {
    named: [
      { id: "7", pattern: "login of <*>", count: 30 },
      { id: "3", pattern: "disk full", count: 4 },
    ],
    facts: [fact("1", 10, "login of ann"), fact("2", 20, "login of bob", "t"), fact("3", 4, "disk full")],
  };
  const before: Stretch = {
    named: [
      { id: "9", pattern: "login of ann", count: 10 },
      { id: "5", pattern: "bye <*>", count: 8 },
    ],
    facts: [fact("9", 10, "login of ann"), fact("1", 12, "login of ann"), fact("5", 8, "bye x")],
  };
  const told = compare(now, before).map(({ pattern, count, before, change, sources }) => [pattern, count, before, change, sources.map(([name]) => name).join()]);
  expect(told).toEqual([
    ["login of <*>", 30, 12, "same", "t,s"],
    ["disk full", 4, 0, "new", "s"],
    ["bye <*>", 0, 8, "gone", "s"],
  ]);
  expect(compare(now, undefined)[0]!.change).toBe("unknown");
  expect(compare(now, { named: [], facts: [] })[0]!.change).toBe("unknown");
});
