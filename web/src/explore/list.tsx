// The list of records: only the rows near the eye are in the page, however many there are.
import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { Row } from "../api/types";
import { bind } from "../app/keys";
import { zone } from "../app/settings";
import { wanted } from "../query/highlight";
import { Heights, rowPx } from "./heights";
import { cellClass, RecordRow } from "./row";
import { asked, columns, opened, wrap } from "./state";

/** Rows beyond the edges of the window that are drawn, so that scrolling does not show them coming. */
const OVERSCAN = 12;
/** Rows before the end at which the next page is asked for. */
const AHEAD = 150;

export interface Rows {
  readonly length: number;
  readonly row: (index: number) => Row | undefined;
  /** Called when the end comes near. */
  readonly more: () => void;
}

/** A virtual list with the keys j, k, Enter and Escape. `version` changes when rows changed. */
export function RecordList({ rows, version, label }: { rows: Rows; version: unknown; label: string }) {
  const box = useRef<HTMLDivElement>(null);
  const top = useSignal(0);
  const height = useSignal(600);
  const selected = useSignal(-1);
  const measured = useSignal(0);
  // A window that was turned or resized draws its rows again: `height` changes with it.
  void height.value;
  const usual = rowPx();
  const heights = useMemo(() => new Heights(usual), [wrap.value, columns.value, usual]);
  heights.grow(rows.length);
  const marks = useMemo(() => wanted(asked.value?.filter ?? ""), [asked.value?.filter]);

  useLayoutEffect(() => {
    const view = box.current!;
    const see = new ResizeObserver(() => (height.value = view.clientHeight));
    see.observe(view);
    return () => see.disconnect();
  }, []);

  const [from, to] = visibleRows(heights, rows.length, top.value, height.value, measured.value);
  useEffect(() => {
    if (rows.length > 0 && to > rows.length - AHEAD) rows.more();
  }, [to, rows.length, version]);

  useLayoutEffect(() => {
    if (!wrap.value) return;
    let changed = false;
    for (const node of box.current!.querySelectorAll<HTMLElement>("[data-row]")) {
      changed = heights.set(Number(node.dataset.row), node.offsetHeight) || changed;
    }
    if (changed) measured.value++;
  });

  const open = (index: number) => {
    const row = rows.row(index);
    if (!row) return;
    selected.value = index;
    opened.value = row;
  };
  const move = (by: number) => {
    const next = Math.max(0, Math.min(rows.length - 1, selected.value + by));
    if (next < 0) return;
    selected.value = next;
    show(box.current!, heights, next);
    // What is open follows the selection: reading on is one key.
    if (opened.value) open(next);
  };
  useEffect(
    () =>
      bind("Records", [
        { keys: "j ArrowDown", does: "next record", run: () => move(1) },
        { keys: "k ArrowUp", does: "record before", run: () => move(-1) },
        { keys: "Enter o", does: "open the record", run: () => open(Math.max(0, selected.value)) },
        { keys: "Escape", does: "close the record", run: () => (opened.value = undefined) },
      ]),
    [rows, heights],
  );

  const shown = [];
  for (let index = from; index < to; index++) {
    const row = rows.row(index);
    shown.push(
      <RecordRow
        key={index}
        index={index}
        row={row}
        top={heights.top(index)}
        columns={columns.value}
        wrap={wrap.value}
        zone={zone.value}
        marks={marks}
        selected={index === selected.value}
        opened={row !== undefined && row.record_id === opened.value?.record_id}
      />,
    );
  }
  const click = (event: MouseEvent) => {
    const row = (event.target as Element).closest<HTMLElement>("[data-row]");
    // Who selects text does not want the record opened.
    if (row && !getSelection()?.toString()) open(Number(row.dataset.row));
  };
  return (
    <div class="list" role="grid" aria-label={label} aria-rowcount={rows.length + 1} aria-colcount={columns.value.length}>
      <div class="head" role="row" aria-rowindex={1}>
        {columns.value.map((name) => (
          <span key={name} role="columnheader" class={`cell ${cellClass(name)}`}>
            {name}
          </span>
        ))}
      </div>
      <div
        ref={box}
        class="rows"
        role="rowgroup"
        tabIndex={0}
        aria-label={`${label}: j and k move, Enter opens`}
        onScroll={(event) => (top.value = event.currentTarget.scrollTop)}
        onClick={click}
      >
        <div class="all" role="presentation" style={{ height: `${heights.total(rows.length)}px` }}>
          {shown}
        </div>
      </div>
    </div>
  );
}

function visibleRows(heights: Heights, length: number, top: number, height: number, _measured: number): [number, number] {
  const from = Math.max(0, heights.at(top) - OVERSCAN);
  const to = Math.min(length, heights.at(top + height) + 1 + OVERSCAN);
  return [from, to];
}

function show(box: HTMLElement, heights: Heights, index: number): void {
  const [top, bottom] = [heights.top(index), heights.top(index + 1)];
  if (top < box.scrollTop) box.scrollTop = top;
  else if (bottom > box.scrollTop + box.clientHeight) box.scrollTop = bottom - box.clientHeight;
}
