"""Reads Dendro's tables with readers that nobody of this project wrote.

Takes a JSON question a line, gives a JSON answer a line, until its input ends:

  {"do": "newest", "table": T}                                         -> {"version": V}
  {"do": "read", "reader": R, "table": T, "version": V, "columns": [..], "order": C, "groups": G, "sums": [..], ...}
                                                                       -> {"totals": {..}, "groups": {..}, "rows": [..]}
  {"do": "files", "table": T, "version": V, "times": [..]}             -> {"files": N, "rows": N, "types": [..]}

R is "deltalake" (the Delta log read by delta-rs, the Parquet files by Arrow C++) or "clickhouse" (both by ClickHouse).
Times are whole microseconds since 1970 everywhere: what is compared is the value and not how somebody spells it.
"""

import json
import os
import sys
import traceback
from decimal import Decimal

import chdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.fs
import pyarrow.parquet as pq
from deltalake import DeltaTable


def newest(ask):
    return {"version": DeltaTable(ask["table"], storage_options=ask.get("options")).version()}


def read(ask):
    reader = {"deltalake": by_deltalake, "clickhouse": by_clickhouse}[ask["reader"]]
    totals, groups, rows = reader(ask)
    return {"totals": plain(totals), "groups": groups, "rows": [plain(row) for row in rows]}


def by_deltalake(ask):
    table = DeltaTable(ask["table"], version=ask["version"], storage_options=ask.get("options"))
    rows = micros(table.to_pyarrow_table())
    totals = {"count": rows.num_rows}
    for column in ask["sums"]:
        totals[f"sum {column}"] = pc.sum(rows[column]).as_py()
    for column in ask["bounds"]:
        bounds = pc.min_max(rows[column]).as_py()
        totals[f"min {column}"], totals[f"max {column}"] = bounds["min"], bounds["max"]
    for column in ask["distinct"]:
        totals[f"distinct {column}"] = pc.count_distinct(rows[column], mode="only_valid").as_py()
    groups = {}
    if ask["groups"]:
        counted = pc.value_counts(rows[ask["groups"]].combine_chunks())
        groups = {str(one["values"]): one["counts"] for one in counted.to_pylist()}
    ordered = rows.select(ask["columns"]).sort_by(ask["order"]) if ask["columns"] else None
    return totals, groups, ordered.to_pylist() if ordered else []


def by_clickhouse(ask):
    source = f"deltaLakeLocal('{ask['table']}')"
    if options := ask.get("options"):
        url = ask["table"].replace("s3://", options["AWS_ENDPOINT_URL"] + "/")
        source = f"deltaLake('{url}', '{options['AWS_ACCESS_KEY_ID']}', '{options['AWS_SECRET_ACCESS_KEY']}')"
    # The version is pinned by a setting. One query is one read of the Delta log.
    pinned = f"SETTINGS delta_lake_snapshot_version = {ask['version']}"
    totals = {"count": "count()"}
    totals |= {f"sum {column}": f'sum("{column}")' for column in ask["sums"]}
    totals |= {f"min {column}": f'min("{column}")' for column in ask["bounds"]}
    totals |= {f"max {column}": f'max("{column}")' for column in ask["bounds"]}
    totals |= {f"distinct {column}": f'uniqExact("{column}")' for column in ask["distinct"]}
    totals = ", ".join(f'{expression} AS "{name}"' for name, expression in totals.items())
    totals = clickhouse(f"SELECT {totals} FROM {source} {pinned}").to_pylist()[0]
    groups = {}
    if ask["groups"]:
        counted = clickhouse(f'SELECT "{ask["groups"]}" AS g, count() AS n FROM {source} GROUP BY g {pinned}')
        groups = {str(one["g"]): one["n"] for one in counted.to_pylist()}
    rows = []
    if ask["columns"]:
        columns = ", ".join(f'"{column}"' for column in ask["columns"])
        rows = clickhouse(f'SELECT {columns} FROM {source} ORDER BY "{ask["order"]}" {pinned}').to_pylist()
    return totals, groups, rows


def clickhouse(query):
    # Without this, ClickHouse hands texts over as bytes.
    return micros(chdb.query(f"{query}, output_format_arrow_string_as_string = 1", "ArrowTable"))


def micros(rows):
    """Every time as whole microseconds; a time that is not exact to the microsecond is an error."""
    for index, field in enumerate(rows.schema):
        if pa.types.is_timestamp(field.type):
            exact = rows.column(index).cast(pa.timestamp("us", tz=field.type.tz))
            rows = rows.set_column(index, field.name, exact.cast(pa.int64()))
    return rows


def files(ask):
    """What Arrow C++ finds in the files themselves, without the Delta log's word for their types."""
    table = DeltaTable(ask["table"], version=ask["version"])
    types, rows, count = set(), 0, 0
    for path in table.file_uris():
        file = pq.ParquetFile(path)
        rows += file.read().num_rows
        count += 1
        for column in ask["times"]:
            at = file.schema.names.index(column)
            types.add(f"{file.schema_arrow.field(column).type} {file.schema.column(at).physical_type}")
    return {"files": count, "rows": rows, "types": sorted(types)}


def plain(row):
    """As Dendro writes rows in JSON: what is absent is left out."""
    row = {name: value for name, value in row.items() if value is not None}
    return {name: int(value) if isinstance(value, Decimal) else value for name, value in row.items()}


def main():
    # ClickHouse opens local tables only below the folder it runs in.
    os.chdir("/")
    answers = {"newest": newest, "read": read, "files": files}
    for line in sys.stdin:
        ask = json.loads(line)
        try:
            answer = answers[ask["do"]](ask)
        except Exception:
            answer = {"error": traceback.format_exc()}
        print(json.dumps(answer), flush=True)


main()
