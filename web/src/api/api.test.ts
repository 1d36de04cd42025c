import { expect, test } from "vitest";
import { parse } from "./json";
import { Events } from "./tail";

test("long whole numbers keep their digits", () => {
  const check = (text: string, want: unknown) => expect(parse(text)).toEqual(want);
  check('{"id":-1050408183766261988,"n":5}', { id: "-1050408183766261988", n: 5 });
  check("[9007199254740991, 9007199254740993]", [9007199254740991, "9007199254740993"]);
  check('{"text":":12345678901234567890 \\\\","q":"\\",12345678901234567890"}', { text: ":12345678901234567890 \\", q: '",12345678901234567890' });
  check('{"x":12345678901234567890.5,"y":1e300}', { x: 12345678901234567890.5, y: 1e300 });
});

test("events come in pieces", () => {
  const events = new Events();
  expect(events.push(": tail\nretry: 1000\n\nevent: rec")).toEqual([]);
  expect(events.push('ord\ndata: {"a":1}\n')).toEqual([]);
  expect(events.push('\nevent: dropped\ndata: {"records":2}\n\n')).toEqual([
    { name: "record", data: '{"a":1}' },
    { name: "dropped", data: '{"records":2}' },
  ]);
});
