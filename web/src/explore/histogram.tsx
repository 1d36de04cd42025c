// Records over time, by severity. Dragging zooms in; the buttons beside the time do the same for the keyboard.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Histogram as Answer } from "../api/types";
import { painted, zone } from "../app/settings";
import { colour } from "../ui/colour";
import { count, minute, moment, short } from "../ui/format";
import { GROUPS } from "./severity";
import { counts, zoom } from "./state";

const HEIGHT = 104;

/** The chart, with words for who does not see it. */
export function Histogram() {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const at = useSignal<number | undefined>(undefined);
  const answer = counts.value;
  useEffect(() => {
    if (!answer || !box.current) return;
    plot.current = draw(box.current, answer, (index) => (at.value = index));
    const resize = new ResizeObserver(([entry]) => plot.current?.setSize({ width: entry!.contentRect.width, height: HEIGHT }));
    resize.observe(box.current);
    return () => {
      resize.disconnect();
      plot.current?.destroy();
    };
  }, [answer, painted.value, zone.value]);
  return (
    <section class="histogram" aria-label="Records over time">
      <p class="only-said">{answer ? said(answer) : "Counting"}</p>
      <div ref={box} class="plot" style={{ height: `${HEIGHT}px` }} aria-hidden="true" />
      {answer && <Legend answer={answer} at={at.value} />}
    </section>
  );
}

function Legend({ answer, at }: { answer: Answer; at: number | undefined }) {
  const bin = at === undefined ? undefined : answer.bins[at];
  const bins = bin ? [bin] : answer.bins;
  return (
    <p class="legend" aria-hidden="true">
      {GROUPS.map((group) => {
        const n = bins.reduce((sum, bin) => sum + ofGroup(bin.by_severity, group.severities), 0);
        return n === 0 ? null : (
          <span key={group.id} class={`sev-${group.id}`}>
            <i /> {group.label} <b>{short(n)}</b>
          </span>
        );
      })}
      {bin && (
        <span>
          {minute(bin.start, zone.value)} · <b>{count(bin.total)}</b>
        </span>
      )}
    </p>
  );
}

function said(answer: Answer): string {
  const most = answer.bins.reduce((best, bin) => (bin.total > best.total ? bin : best), { total: 0, start: "" });
  const peak = most.total > 0 ? ` Most in the bin that begins ${moment(most.start, zone.value)}: ${count(most.total)}.` : "";
  return `${count(answer.total)} records in ${answer.bins.length} bins of ${answer.bin_seconds} seconds.${peak}`;
}

const ofGroup = (bin: Readonly<Record<string, number>>, severities: readonly string[]) =>
  severities.reduce((sum, severity) => sum + (bin[severity] ?? 0), 0);

function draw(box: HTMLElement, answer: Answer, hover: (index: number | undefined) => void): uPlot {
  const times = answer.bins.map((bin) => Date.parse(bin.start) / 1000);
  const present = GROUPS.filter((group) => answer.bins.some((bin) => ofGroup(bin.by_severity, group.severities) > 0));
  // The most serious stands at the bottom, where small numbers can be compared; drawn last, over the sums above it.
  const sums: number[][] = [];
  for (const group of present) {
    const below = sums.at(-1);
    sums.push(answer.bins.map((bin, i) => (below?.[i] ?? 0) + ofGroup(bin.by_severity, group.severities)));
  }
  const paths = uPlot.paths.bars!({ size: [0.86, 40], align: 1, radius: 0.08 });
  const series = present.map((group) => ({ fill: colour(`--chart-${group.id}`), stroke: "", width: 0, points: { show: false }, paths }));
  const [text, line] = [colour("--dim"), colour("--line")];
  const font = "11px system-ui, sans-serif";
  const axis = { stroke: text, font, grid: { stroke: line, width: 1 }, ticks: { show: false } };
  const width = answer.bin_seconds;
  const range = () => [times[0]!, times.at(-1)! + width] as uPlot.Range.MinMax;
  const options: uPlot.Options = {
    width: box.clientWidth || 600,
    height: HEIGHT,
    padding: [8, 20, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: false } },
    scales: { x: { time: true, range }, y: { range: (_, __, max) => [0, Math.max(max, 1)] } },
    axes: [
      { ...axis, grid: { show: false }, size: 22, gap: 4, space: 84, values: (_, splits, __, ___, step) => labels(splits, step) },
      { ...axis, size: 46, gap: 4, splits: (_, __, ___, max) => [0, max / 2, max], values: (_, values) => values.map((v) => (v % 1 ? "" : short(v))) },
    ],
    ...(zone.value === "utc" ? { tzDate: (at: number) => uPlot.tzDate(new Date(at * 1000), "Etc/UTC") } : {}),
    series: [{}, ...series.reverse()],
    hooks: {
      setCursor: [(plot) => hover(plot.cursor.left! >= 0 ? binAt(plot, times, width) : undefined)],
      setSelect: [(plot) => select(plot)],
    },
  };
  return new uPlot(options, [times, ...sums.reverse()] as uPlot.AlignedData, box);
}

/** Times of day; the day itself where it begins. */
function labels(splits: readonly number[], step: number): string[] {
  return splits.map((at) => {
    const text = moment(at * 1000, zone.value);
    const time = text.slice(11, step < 60 ? 19 : 16);
    return step >= 86_400 || time.replaceAll(/[0:]/g, "") === "" ? text.slice(5, 10) : time;
  });
}

function binAt(plot: uPlot, times: readonly number[], width: number): number | undefined {
  const index = Math.floor((plot.posToVal(plot.cursor.left!, "x") - times[0]!) / width);
  return index >= 0 && index < times.length ? index : undefined;
}

/** Narrower than this is a click that slipped. */
const DRAG_MIN_PX = 4;

function select(plot: uPlot): void {
  const { left, width } = plot.select;
  if (width < DRAG_MIN_PX) return;
  const [start, end] = [left, left + width].map((px) => plot.posToVal(px, "x") * 1000);
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  zoom(start!, Math.max(end!, start! + 1));
}
