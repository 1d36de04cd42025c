// Numbers, sizes and times as people read them.

const WHOLE = new Intl.NumberFormat("en-US");
const SHORT = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });

/** 1,284,003 */
export function count(n: number): string {
  return WHOLE.format(n);
}

/** 1.3M */
export function short(n: number): string {
  return n < 10_000 ? WHOLE.format(Math.round(n)) : SHORT.format(n);
}

/** 0.2, 3.5, 124 */
export function rate(n: number): string {
  return n >= 10 ? short(n) : n > 0 && n < 0.1 ? "< 0.1" : n.toFixed(1);
}

/** 1.2 MB */
export function bytes(n: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  while (n >= 1000 && unit < units.length - 1) {
    n /= 1000;
    unit++;
  }
  return `${unit === 0 ? n : n.toFixed(n < 10 ? 1 : 0)} ${units[unit]}`;
}

/** 850 ms, 3.2 s, 4 min, 5 h, 2 d */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const steps: [number, string][] = [[1000, "s"], [60_000, "min"], [3_600_000, "h"], [86_400_000, "d"]];
  const [size, unit] = steps.filter(([size]) => ms >= size).pop()!;
  const n = ms / size;
  return `${n < 10 && n % 1 >= 0.05 ? n.toFixed(1) : Math.round(n)} ${unit}`;
}

/** 12 % */
export function percent(part: number, whole: number): string {
  if (whole === 0) return "0 %";
  const share = (100 * part) / whole;
  return `${share > 0 && share < 1 ? "< 1" : Math.round(share)} %`;
}

export type Zone = "local" | "utc";

const two = (n: number) => String(n).padStart(2, "0");

interface Parts {
  readonly day: string;
  readonly time: string;
  readonly milli: string;
}

// Written by hand: a table of times would spend more on Intl than on all else.
function parts(at: Date, zone: Zone): Parts {
  const utc = zone === "utc";
  const [year, month, day] = utc
    ? [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()]
    : [at.getFullYear(), at.getMonth(), at.getDate()];
  const [hour, minute, second] = utc
    ? [at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()]
    : [at.getHours(), at.getMinutes(), at.getSeconds()];
  return {
    day: `${year}-${two(month + 1)}-${two(day)}`,
    time: `${two(hour)}:${two(minute)}:${two(second)}`,
    milli: String(utc ? at.getUTCMilliseconds() : at.getMilliseconds()).padStart(3, "0"),
  };
}

/** 2026-02-06 14:23:45.120 */
export function moment(text: string | number, zone: Zone): string {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return String(text);
  const { day, time, milli } = parts(at, zone);
  return `${day} ${time}.${milli}`;
}

/** 2026-02-06 14:23 */
export function minute(text: string | number, zone: Zone): string {
  return moment(text, zone).slice(0, 16);
}

/** 3 min ago */
export function ago(text: string | number, now: number): string {
  const ms = now - new Date(text).getTime();
  if (Number.isNaN(ms)) return "";
  if (ms < -1000) return `in ${duration(-ms)}`;
  return ms < 1000 ? "now" : `${duration(ms)} ago`;
}
