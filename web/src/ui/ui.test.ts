import { expect, test } from "vitest";
import { ago, bytes, duration, moment, percent, rate, short } from "./format";
import { durationMs, resolve } from "./time";
import { oneLine, textOf, visible } from "./visible";

test("what would act becomes a sign", () => {
  expect(visible("a\u001b[31mb")).toBe("a\u241b[31mb");
  expect(visible("\u202etxt.exe")).toBe("\u27e8U+202E\u27e9txt.exe");
  expect(visible("\u007f\u0000")).toBe("\u2421\u2400");
  expect(visible("line\n\ttab \u05e9\u05dc")).toBe("line\n\ttab \u05e9\u05dc");
  expect(oneLine("a\n  b", 9)).toBe("a \u23ce b");
  expect(oneLine("0123456789", 3)).toBe("012\u2026");
  expect([textOf(undefined), textOf(0), textOf({ a: 1 })]).toEqual(["", "0", '{"a":1}']);
});

test("times", () => {
  const now = Date.parse("2026-02-06T12:00:00Z");
  const check = (text: string, want: string | undefined) => {
    const at = resolve(text, now, true);
    expect(at === undefined ? undefined : new Date(at).toISOString().replace(".000Z", "Z"), text).toBe(want);
  };
  check("now", "2026-02-06T12:00:00Z");
  check("now-1h30m", "2026-02-06T10:30:00Z");
  check("now+1d", "2026-02-07T12:00:00Z");
  check("2026-02-05", "2026-02-05T00:00:00Z");
  check("2026-02-05 14:30", "2026-02-05T14:30:00Z");
  check("2026-02-05T14:30:15+02:00", "2026-02-05T12:30:15Z");
  check("yesterday", undefined);
  check("now-1x", undefined);
  check("2026-13-40", undefined);
  expect(durationMs("1w2d")).toBe(9 * 86_400_000);
});

test("numbers as people read them", () => {
  expect([short(999), short(9999), short(14_299)]).toEqual(["999", "9,999", "14.3K"]);
  expect([bytes(12), bytes(1234), bytes(12_345_678)]).toEqual(["12 B", "1.2 kB", "12 MB"]);
  expect([duration(12), duration(1500), duration(90_000), duration(7_200_000)]).toEqual(["12 ms", "1.5 s", "1.5 min", "2 h"]);
  expect([percent(0, 0), percent(1, 1000), percent(1, 3)]).toEqual(["0 %", "< 1 %", "33 %"]);
  expect([rate(0), rate(0.01), rate(2.34), rate(124)]).toEqual(["0.0", "< 0.1", "2.3", "124"]);
  expect([ago(0, 90_000), ago(0, 10), ago(5000, 0)]).toEqual(["1.5 min ago", "now", "in 5 s"]);
  expect(moment("2026-02-06T14:23:45.12Z", "utc")).toBe("2026-02-06 14:23:45.120");
});
