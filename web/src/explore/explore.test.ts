import { beforeEach, expect, test } from "vitest";
import { readAccount } from "./account-entries";
import { csv } from "./export";
import { Heights } from "./heights";
import { Pages } from "./pages";

test("accounts", () => {
  expect(readAccount("EMAIL/mask/2/message PHONE/keep/1/a%20b/c%25d")).toEqual([
    { class: "EMAIL", action: "mask", count: 2, field: "message" },
    { class: "PHONE", action: "keep", count: 1, field: "a b/c%d" },
  ]);
  expect(readAccount("")).toEqual([]);
  expect(readAccount("rubbish a/b")).toEqual([]);
});

test("CSV quotes what it must, and no cell is a formula", () => {
  const check = (value: unknown, want: string) => expect(csv([{ a: value as string }])[1]).toBe(`${want}\r\n`);
  check("plain", "plain");
  check('a "b", c', '"a ""b"", c"');
  check("two\nlines", '"two\nlines"');
  check('=HYPERLINK("http://x")', '"\'=HYPERLINK(""http://x"")"');
  check("@x", "'@x");
  check("-5", "-5");
  check(-5, "-5");
  expect(csv([{ a: 1 }, { b: 2 }]).join("")).toBe("a,b\r\n1,\r\n,2\r\n");
});

test("heights", () => {
  const heights = new Heights(25);
  heights.grow(1000);
  expect([heights.top(0), heights.top(10), heights.total(1000)]).toEqual([0, 250, 25_000]);
  expect([heights.at(0), heights.at(24), heights.at(25), heights.at(1e9)]).toEqual([0, 0, 1, 1000]);
  expect(heights.set(3, 100)).toBe(true);
  expect(heights.set(3, 100)).toBe(false);
  expect([heights.top(3), heights.top(4), heights.at(174), heights.at(175)]).toEqual([75, 175, 3, 4]);
  heights.grow(5000);
  expect([heights.top(4), heights.total(5000)]).toEqual([175, 5000 * 25 + 75]);
});

/** A server that has so many records, each of which is its number. */
function serve(records: number) {
  const asked: (string | undefined)[] = [];
  globalThis.sessionStorage = { getItem: () => null } as unknown as Storage;
  globalThis.fetch = async (_url, init) => {
    const { limit, cursor } = JSON.parse(String(init?.body)) as { limit: number; cursor?: string };
    asked.push(cursor);
    const from = Number(cursor ?? 0);
    const to = Math.min(records, from + limit);
    const rows = Array.from({ length: to - from }, (_, index) => ({ n: from + index }));
    const columns = [{ name: "n", kind: "int", level: "internal" }];
    return new Response(JSON.stringify({ columns, rows, complete: to === records, ...(to < records ? { next_cursor: String(to) } : {}) }));
  };
  return asked;
}

let asked: (string | undefined)[];
const range = { start: "", end: "" };

beforeEach(() => {
  asked = serve(40_000);
});

test("a long list holds the pages near the eye, and asks for the others again", async () => {
  const pages = new Pages("", range);
  while (!pages.done) await pages.more();
  expect(pages.length.value).toBe(40_000);
  expect(pages.row(39_999)).toEqual({ n: 39_999 });
  const before = asked.length;
  expect(pages.row(5)).toBeUndefined();
  expect(pages.row(6)).toBeUndefined();
  const arrived = pages.arrived.value;
  await expect.poll(() => pages.arrived.value).toBe(arrived + 1);
  expect(asked.length).toBe(before + 1);
  expect(pages.row(5)).toEqual({ n: 5 });
  expect(pages.row(40_000)).toBeUndefined();
});

test("a page that fails is told, and the next try goes on where it was", async () => {
  const pages = new Pages("", range);
  await pages.more();
  const works = globalThis.fetch;
  globalThis.fetch = () => Promise.reject(new TypeError("gone"));
  await pages.more();
  expect(String(pages.failed.value)).toMatch(/does not answer/);
  globalThis.fetch = works;
  await pages.more();
  expect(pages.failed.value).toBeUndefined();
  expect([pages.length.value, pages.row(100)]).toEqual([600, { n: 100 }]);
});
