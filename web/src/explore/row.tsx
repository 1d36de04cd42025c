import { memo } from "./memo";
import type { Row } from "../api/types";
import { moment, type Zone } from "../ui/format";
import { oneLine, textOf, visible } from "../ui/visible";
import { pieces } from "../query/highlight";
import { groupOf } from "./severity";

/** Characters of a value on one line: more than any screen is wide. */
const LINE_MAX = 600;
/** Characters of a value in a row that wraps. The whole stands beside the list. */
const WRAP_MAX = 4000;

interface Props {
  readonly index: number;
  /** `undefined` while it is on its way. */
  readonly row: Row | undefined;
  readonly top: number;
  readonly columns: readonly string[];
  readonly wrap: boolean;
  readonly zone: Zone;
  readonly marks: RegExp | undefined;
  readonly selected: boolean;
  readonly opened: boolean;
}

/** A record on one line, or on several. */
export const RecordRow = memo(function RecordRow(props: Props) {
  const { index, row, top, columns, wrap, selected, opened } = props;
  const state = `${selected ? " selected" : ""}${opened ? " opened" : ""}${wrap ? " wrapped" : ""}`;
  return (
    <div
      class={`row sev-${groupOf(row?.severity)}${state}`}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      data-row={index}
      style={{ transform: `translateY(${top}px)` }}
    >
      {columns.map((name) => (
        <span key={name} role="gridcell" class={`cell ${cellClass(name)}`} dir={name === "message" ? "auto" : undefined}>
          {row ? <Cell name={name} value={row[name]} {...props} /> : "…"}
        </span>
      ))}
    </div>
  );
});

function Cell({ name, value, wrap, zone, marks }: Props & { name: string; value: unknown }) {
  if (value === undefined) return <span class="absent">–</span>;
  if (name === "timestamp" || name === "observed_at") return <Time text={moment(String(value), zone)} />;
  const text = textOf(value);
  const shown = wrap ? visible(text.length > WRAP_MAX ? `${text.slice(0, WRAP_MAX)}…` : text) : oneLine(text, LINE_MAX);
  if (name !== "message" || !marks) return <>{shown}</>;
  return <>{pieces(shown, marks).map((piece, index) => (index % 2 ? <mark key={index}>{piece}</mark> : piece))}</>;
}

/** Narrow screens leave the day out: the bar above the list says it. */
function Time({ text }: { text: string }) {
  return (
    <>
      <span class="day">{text.slice(0, 11)}</span>
      {text.slice(11)}
    </>
  );
}

/** The kind of column, for its width. */
export function cellClass(name: string): string {
  const known = { timestamp: "c-time", observed_at: "c-time", severity: "c-severity", source: "c-source", message: "c-message" };
  return known[name as keyof typeof known] ?? "c-field";
}
