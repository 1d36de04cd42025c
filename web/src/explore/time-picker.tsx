import { useSignal } from "@preact/signals";
import { change } from "../app/route";
import { zone } from "../app/settings";
import { minute } from "../ui/format";
import { Icon, Menu } from "../ui/parts";
import { QUICK, resolve } from "../ui/time";
import { asked, from, shift, to } from "./state";

/** The stretch of time that is looked at, and ways to another one. */
export function TimePicker() {
  return (
    <div class="time-picker">
      <button class="quiet" onClick={() => shift(-1)} aria-label="Earlier" title="Earlier ([)">
        <Icon name="left" />
      </button>
      <Menu label={<><Icon name="clock" /> <span>{label()}</span></>} title={`Time range: ${label()}`}>
        {(close) => (
          <>
            <Custom close={close} />
            <ul class="quick">
              {QUICK.map(([start, label]) => (
                <li key={start}>
                  <button
                    class="quiet"
                    aria-pressed={from.value === start && to.value === "now"}
                    onClick={() => {
                      change({ from: start, to: undefined });
                      close();
                    }}
                  >
                    {label}
                  </button>
                </li>
              ))}
            </ul>
          </>
        )}
      </Menu>
      <button class="quiet" onClick={() => shift(1)} aria-label="Later" title="Later (])">
        <Icon name="right" />
      </button>
      <button class="quiet" onClick={() => shift("out")} aria-label="Zoom out" title="Zoom out (z)">
        <Icon name="out" />
      </button>
    </div>
  );
}

function label(): string {
  const quick = QUICK.find(([start]) => start === from.value);
  if (quick && to.value === "now") return quick[1];
  const range = asked.value?.range;
  if (!range) return "Time cannot be read";
  const [start, end] = [minute(range.start, zone.value), minute(range.end, zone.value)];
  return `${start} – ${start.slice(0, 10) === end.slice(0, 10) ? end.slice(11) : end}`;
}

function Custom({ close }: { close: () => void }) {
  const range = asked.value?.range;
  const shown = (text: string, at: string | undefined) => (text.startsWith("now") || !at ? text : minute(at, zone.value));
  const start = useSignal(shown(from.value, range?.start));
  const end = useSignal(shown(to.value, range?.end));
  const moments = [start.value, end.value].map((text) => resolve(text, Date.now(), zone.value === "utc"));
  const wrong =
    moments[0] === undefined || moments[1] === undefined
      ? "Write now, now-1h, 2026-02-06 or 2026-02-06 14:00"
      : moments[1] <= moments[0]
        ? "The end must be later than the start"
        : undefined;
  const apply = (event: Event) => {
    event.preventDefault();
    if (wrong) return;
    const kept = (text: string, at: number) => (text.trim().startsWith("now") ? text.trim() : new Date(at).toISOString());
    change({ from: kept(start.value, moments[0]!), to: kept(end.value, moments[1]!) });
    close();
  };
  return (
    <form class="custom" onSubmit={apply}>
      <label>
        From
        <input value={start.value} onInput={(event) => (start.value = event.currentTarget.value)} spellcheck={false} />
      </label>
      <label>
        To
        <input value={end.value} onInput={(event) => (end.value = event.currentTarget.value)} spellcheck={false} />
      </label>
      <p class={wrong ? "wrong" : "dim"} role="status">
        {wrong ?? (zone.value === "utc" ? "Times are UTC" : "Times are local")}
      </p>
      <button class="primary" type="submit" disabled={wrong !== undefined}>
        Apply
      </button>
    </form>
  );
}
