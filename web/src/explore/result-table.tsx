// What pipes make of records: rows of any columns.
import type { Column, Rows, Value } from "../api/types";
import { zone } from "../app/settings";
import { and, exactly } from "../query/filters";
import { count, moment } from "../ui/format";
import { Empty } from "../ui/parts";
import { oneLine, textOf } from "../ui/visible";
import { ask, asked } from "./state";

/** A table of at most 1,000 rows. A click on a field's value looks at its records. */
export function ResultTable({ rows: { columns, rows } }: { rows: Rows }) {
  if (rows.length === 0) return <Empty title="No rows">The filter before the first | may match nothing in this time.</Empty>;
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label="Rows">
      <table class="rows-table">
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.name} scope="col" class={isNumber(column) ? "number" : ""}>
                {column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {columns.map((column) => (
                <td key={column.name} class={isNumber(column) ? "number" : ""} dir="auto">
                  <Cell column={column} value={row[column.name]} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const isNumber = (column: Column) => (column.kind === "int" || column.kind === "float") && column.name !== "pattern_id";

function Cell({ column, value }: { column: Column; value: Value | undefined }) {
  if (value === undefined) return <span class="absent">–</span>;
  if (column.kind === "time") return <>{moment(String(value), zone.value)}</>;
  if (typeof value === "number" && column.kind === "int") return <>{count(value)}</>;
  if (typeof value === "number") return <>{Number(value.toPrecision(6)).toLocaleString("en-US")}</>;
  // A column that is confidential may be computed; one that is internal has a field's name, and can be asked for.
  const filter = exactly(column.name, value);
  if (column.level === "confidential") return <>{oneLine(textOf(value), 500)}</>;
  return (
    <button class="link" title={`Records with ${filter}`} onClick={() => ask(and(asked.peek()?.filter ?? "", filter))}>
      {oneLine(textOf(value), 500)}
    </button>
  );
}
