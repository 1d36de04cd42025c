// Stretches of time as people write them: `now-1h`, a date, a moment.

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** Milliseconds of `1h30m`. */
export function durationMs(text: string): number | undefined {
  if (!/^(\d+(ms|s|m|h|d|w))+$/.test(text)) return undefined;
  let sum = 0;
  for (const [, n, unit] of text.matchAll(/(\d+)(ms|s|m|h|d|w)/g)) sum += Number(n) * UNITS[unit!]!;
  return sum;
}

/** The moment that a text means: `now`, `now-1h`, a date, or a date and time; without a zone, in the zone shown. */
export function resolve(text: string, now: number, utc: boolean): number | undefined {
  const relative = /^now(?:([+-])(.+))?$/.exec(text.trim());
  if (relative) {
    const [, sign, by] = relative;
    const ms = by === undefined ? 0 : durationMs(by);
    return ms === undefined ? undefined : now + (sign === "-" ? -ms : ms);
  }
  const written = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?)?$/.exec(text.trim());
  if (!written) return undefined;
  const [, day, time = "00:00", zone = utc ? "Z" : ""] = written;
  const at = Date.parse(`${day}T${time}${zone}`);
  return Number.isNaN(at) ? undefined : at;
}

/** Ready-made ranges, the shortest first. */
export const QUICK: readonly (readonly [from: string, label: string])[] = [
  ["now-5m", "Last 5 minutes"],
  ["now-15m", "Last 15 minutes"],
  ["now-1h", "Last hour"],
  ["now-6h", "Last 6 hours"],
  ["now-24h", "Last 24 hours"],
  ["now-2d", "Last 2 days"],
  ["now-7d", "Last 7 days"],
  ["now-30d", "Last 30 days"],
];

export const DEFAULT_FROM = "now-24h";
