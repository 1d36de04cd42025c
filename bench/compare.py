#!/usr/bin/env python3
"""Dendro beside ClickHouse (chdb) and DuckDB on Parquet: the same records, the same questions, in one run.

    cargo xtask bench [RECORDS]

runs it with everything it needs. By hand:

    bench/compare.py --dendro target/release/dendro --day day.jsonl [--runs 7] [--json out.json]

Dendro is asked over HTTP, masks personal data and has everything on disk before it acknowledges; the others run in this
process and do neither. Systems take turns within each question, and the median is told, so that a busy machine is
unfair to none. Answers have to agree, but for the percentiles, of which each makes its own estimate.
"""
import argparse
import http.client
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
from pathlib import Path

BODY_BYTES = 4 << 20
CLIENTS = 4
#: The day of `testkit`'s generator.
HOUR = ("2026-02-06 14:00:00", "2026-02-06 15:00:00")
TWO_HOURS = ("2026-02-06 12:00:00", "2026-02-06 14:00:00")
QUARTER = ("2026-02-06 23:45:00", "2026-02-07 00:00:00")


# -- what is asked ----------------------------------------------------------------------------------------------------

def questions(trace, order):
    """Name, kind of the answer, and the question in a dialect of its own for each system.

    In the texts `{phrase:...}` is a condition on whole words, `{in:a,b}` a stretch of time, `{minute}`, `{hour}` the time
    cut, `{status}`, `{path}` the fields of the request, `{p99}` the 99th percentile of the time it took, and
    `{template}` the message with all numbers made one."""
    errors = "severity IN ('ERROR', 'CRITICAL')"
    return [
        ("one trace", "rows", f"SELECT * FROM logs WHERE trace_id = '{trace}'"),
        ("a rare word", "rows", f"SELECT * FROM logs WHERE {{phrase:{order}}} ORDER BY timestamp DESC LIMIT 100"),
        ("a phrase, newest 100", "rows", "SELECT * FROM logs WHERE {phrase:insufficient funds} ORDER BY timestamp DESC LIMIT 100"),
        ("a substring, counted", "count", "SELECT count(*) AS n FROM logs WHERE message LIKE '%ance check to%'"),
        ("an expression, counted", "count", "SELECT count(*) AS n FROM logs WHERE {regex:answered [45][0-9]+ in [0-9]+ ms}"),
        ("newest 100 errors", "rows", "SELECT * FROM logs WHERE severity = 'ERROR' ORDER BY timestamp DESC LIMIT 100"),
        ("severities by minute", "groups", "SELECT {minute} AS t, severity, count(*) AS n FROM logs GROUP BY 1, 2"),
        ("sources with most errors", "top", f"SELECT source, count(*) AS n FROM logs WHERE {errors} GROUP BY 1 ORDER BY n DESC LIMIT 10"),
        ("error codes", "top", "SELECT error_code, count(*) AS n FROM logs WHERE {has:error_code} GROUP BY 1 ORDER BY n DESC LIMIT 20"),
        ("p99 by source and hour", "groups", "SELECT source, {hour} AS t, {p99} AS p99, count(*) AS n FROM logs WHERE {has:response_time_ms} GROUP BY 1, 2"),
        ("customers, distinct", "count", "SELECT count(DISTINCT {customer}) AS n FROM logs"),
        ("last quarter of an hour", "rows", "SELECT * FROM logs WHERE {in:QUARTER} ORDER BY timestamp DESC LIMIT 200"),
        ("two words, two hours", "rows", "SELECT * FROM logs WHERE {in:TWO_HOURS} AND {phrase:declined} AND {phrase:insufficient} ORDER BY timestamp DESC LIMIT 100"),
        ("shapes of an hour", "top", "SELECT {template} AS p, count(*) AS n FROM logs WHERE {in:HOUR} GROUP BY 1 ORDER BY n DESC LIMIT 20"),
        ("a word by source", "top", "SELECT source, count(*) AS n FROM logs WHERE {phrase:order} GROUP BY 1 ORDER BY n DESC LIMIT 10"),
        ("paths of server errors", "top", "SELECT {path} AS path, count(*) AS n FROM logs WHERE {status} >= 500 GROUP BY 1 ORDER BY n DESC LIMIT 10"),
    ]


def spelled(text, words):
    """The question in one system's dialect. `words` maps a name to a text, or to what makes one of the argument."""
    def one(match):
        name, _, argument = match.group(1).partition(":")
        word = words[name]
        return word(argument) if callable(word) else word
    return re.sub(r"\{([a-z0-9]+(?::[^{}]*)?)\}", one, text)


def between(quote):
    def spell(name):
        start, end = globals()[name]
        return f"timestamp >= {quote(start)} AND timestamp < {quote(end)}"
    return spell


def signature(kind, rows):
    """What has to be the same in every system's answer."""
    if kind == "rows":
        return len(rows)
    counts = [int(row[-1]) for row in rows]
    return counts[0] if kind == "count" else sorted(counts, reverse=True) if kind == "top" else (len(rows), sum(counts))


# -- the systems ------------------------------------------------------------------------------------------------------

class Dendro:
    name = "Dendro"
    words = {
        "phrase": lambda phrase: f"match_phrase(message, '{phrase}')",
        "regex": lambda regex: f"regexp_like(message, '{regex}')",
        "has": lambda column: f"{column} IS NOT NULL",
        "minute": "date_trunc('minute', timestamp)",
        "hour": "date_trunc('hour', timestamp)",
        "p99": "approx_percentile_cont(response_time_ms, 0.99)",
        "template": "regexp_replace(message, '[0-9]+', '#', 'g')",
        "customer": "customer_id", "path": "\"http.path\"", "status": "\"http.status\"",
        "in": between(lambda time: f"'{time.replace(' ', 'T')}Z'"),
    }

    def __init__(self, program, folder):
        self.folder = folder / "dendro"
        log = open(folder / "dendro.log", "wb")
        command = [program, "serve", "--data", str(self.folder), "--listen", "127.0.0.1:0"]
        self.process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        self.port = self.listening(folder / "dendro.log")
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port)

    def listening(self, log):
        for _ in range(300):
            found = re.search(r"listening on http://127\.0\.0\.1:(\d+)", log.read_text(errors="replace"))
            if found:
                return int(found.group(1))
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise SystemExit(f"dendro did not start:\n{log.read_text(errors='replace')}")

    def load(self, day):
        bodies, lock, failed = pieces(day), threading.Lock(), []

        def send():
            connection = http.client.HTTPConnection("127.0.0.1", self.port)
            while not failed:
                with lock:
                    body = next(bodies, None)
                if body is None:
                    return
                if not self.store(connection, body):
                    failed.append(True)

        senders = [threading.Thread(target=send) for _ in range(CLIENTS)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        if failed:
            raise SystemExit("dendro refused records")
        while self.metric("dendro_lake_memtable_bytes") > 0:
            time.sleep(0.1)

    @staticmethod
    def store(connection, body):
        """Sends until it is taken; told to wait, waits."""
        while True:
            connection.request("POST", "/api/v1/ingest", body, {"Content-Type": "application/x-ndjson"})
            response = connection.getresponse()
            response.read()
            if response.status not in (429, 503):
                return response.status < 300
            time.sleep(float(response.headers.get("Retry-After", 1)))

    def get(self, path):
        self.connection.request("GET", path)
        return self.connection.getresponse().read().decode()

    def metric(self, name):
        return sum(float(line.split()[-1]) for line in self.get("/metrics").splitlines() if line.startswith(name))

    def ask(self, sql):
        body = json.dumps({"query": sql})
        self.connection.request("POST", "/api/v1/sql", body, {"Content-Type": "application/json"})
        response = self.connection.getresponse()
        answer = json.loads(response.read())
        if response.status != 200:
            raise SystemExit(f"dendro: {sql}: {answer}")
        return [list(row.values()) for row in answer["rows"]]

    def cpu_seconds(self):
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def peak_bytes(self):
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", status).group(1)) << 10

    def close(self):
        self.process.terminate()
        self.process.wait()


class InProcess:
    """What the systems have in common that run in this process."""

    def cpu_seconds(self):
        used = resource.getrusage(resource.RUSAGE_SELF)
        return used.ru_utime + used.ru_stime

    def peak_bytes(self):
        return None

    def close(self):
        pass


class DuckDb(InProcess):
    name = "DuckDB"
    words = {
        "phrase": lambda phrase: f"(contains(message, '{phrase}') AND regexp_matches(message, '\\b{phrase}\\b'))",
        "regex": lambda regex: f"regexp_matches(message, '{regex}')",
        "has": lambda column: f"{column} IS NOT NULL",
        "minute": "date_trunc('minute', timestamp)",
        "hour": "date_trunc('hour', timestamp)",
        "p99": "approx_quantile(response_time_ms, 0.99)",
        "template": "regexp_replace(message, '[0-9]+', '#', 'g')",
        "customer": "customer_id", "path": "http_path", "status": "http_status",
        "in": between(lambda time: f"TIMESTAMP '{time}'"),
    }

    def __init__(self, folder):
        import duckdb
        self.folder = folder / "duckdb"
        self.folder.mkdir()
        self.connection = duckdb.connect()

    def load(self, day):
        columns = {"timestamp": "TIMESTAMP", "response_time_ms": "BIGINT",
                   "http": "STRUCT(method VARCHAR, path VARCHAR, status BIGINT)"}
        texts = ["severity", "service", "host", "message", "trace_id", "transaction_id", "customer_id", "client_ip",
                 "error_code", "version", "password"]
        columns.update(dict.fromkeys(texts, "VARCHAR"))
        spelled_columns = ", ".join(f"{name}: '{kind}'" for name, kind in columns.items())
        # Rows in the order in which they come, as many to a group as DuckDB likes best.
        self.connection.execute(
            f"COPY (SELECT * EXCLUDE (http, service), service AS source, http.method AS http_method, http.path AS http_path, "
            f"http.status AS http_status FROM read_json('{day}', format = 'newline_delimited', columns = {{{spelled_columns}}})) "
            f"TO '{self.folder}/logs.parquet' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 3, PARQUET_VERSION v2)")
        self.connection.execute(f"CREATE VIEW logs AS SELECT * FROM '{self.folder}/logs.parquet'")

    def ask(self, sql):
        return self.connection.execute(sql).fetchall()


class ClickHouse(InProcess):
    name = "ClickHouse"
    words = {
        "phrase": lambda phrase: f"hasPhrase(message, '{phrase}')",
        "regex": lambda regex: f"match(message, '{regex}')",
        # Where nothing was sent stands an empty text, or 0.
        "has": lambda column: f"{column} != {'0' if column == 'response_time_ms' else chr(39) * 2}",
        "minute": "toStartOfMinute(timestamp)",
        "hour": "toStartOfHour(timestamp)",
        "p99": "quantile(0.99)(response_time_ms)",
        "template": "replaceRegexpAll(message, '[0-9]+', '#')",
        "customer": "nullIf(customer_id, '')", "path": "http_path", "status": "http_status",
        "in": between(lambda time: f"toDateTime64('{time}', 3, 'UTC')"),
    }

    def __init__(self, folder):
        from chdb import session
        self.folder = folder / "clickhouse"
        self.session = session.Session(str(self.folder))

    def load(self, day):
        low = ["severity", "source", "host", "error_code", "version", "http_method", "http_path"]
        columns = ["timestamp DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1))", "response_time_ms Int64", "http_status UInt16"]
        columns += [f"{name} LowCardinality(String)" for name in low]
        columns += [f"{name} String CODEC(ZSTD(1))" for name in ["message", "trace_id", "transaction_id", "customer_id", "client_ip"]]
        indexes = ["INDEX words message TYPE text(tokenizer = splitByNonAlpha)", "INDEX traces trace_id TYPE bloom_filter(0.001)"]
        self.session.query("CREATE DATABASE IF NOT EXISTS bench")
        self.session.query(
            f"CREATE TABLE bench.logs ({', '.join(columns + indexes)}) ENGINE = MergeTree PARTITION BY toDate(timestamp) "
            "ORDER BY (toStartOfFiveMinutes(timestamp), source, timestamp)")
        names = ["severity", "service", "host", "message", "trace_id", "transaction_id", "customer_id", "client_ip",
                 "error_code", "version"]
        sent = ", ".join(f"{name} String" for name in ["timestamp", *names])
        sent += ", response_time_ms Int64, http Tuple(method String, path String, status UInt16)"
        kept = ", ".join(name for name in names if name != "service")
        self.session.query(
            f"INSERT INTO bench.logs (timestamp, source, http_method, http_path, http_status, response_time_ms, {kept}) "
            f"SELECT parseDateTime64BestEffort(timestamp, 3, 'UTC'), service, http.1, http.2, http.3, response_time_ms, {kept} "
            f"FROM file('{day}', JSONEachRow, '{sent}') SETTINGS input_format_skip_unknown_fields = 1")

    def ask(self, sql):
        # It would remember which granules passed an identical condition.
        sql = sql.replace("FROM logs", "FROM bench.logs") + " SETTINGS use_query_condition_cache = 0"
        text = str(self.session.query(sql, "JSONCompactEachRow"))
        return [json.loads(line) for line in text.splitlines()]


# -- measuring --------------------------------------------------------------------------------------------------------

def pieces(day):
    """The file in bodies of whole lines."""
    with open(day, "rb") as lines:
        rest = b""
        while block := lines.read(BODY_BYTES):
            whole, _, rest = (rest + block).rpartition(b"\n")
            yield whole + b"\n"
        if rest:
            yield rest


def disk_bytes(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def one_of(day, pattern, at):
    """What the pattern finds first after a place in the file, so that the questions are of records that there are."""
    with open(day, "rb") as lines:
        lines.seek(at)
        while line := lines.readline():
            if found := re.search(pattern, line):
                return found.group(1).decode()
    raise SystemExit(f"{day} has nothing like {pattern}")


def load(system, day):
    started, before = time.monotonic(), system.cpu_seconds()
    system.load(day)
    seconds, cpu = time.monotonic() - started, system.cpu_seconds() - before
    raw, disk = os.path.getsize(day), disk_bytes(system.folder)
    return {"MB/s": raw / seconds / 1e6, "CPU s/GB": cpu / raw * 1e9, "raw/disk": raw / disk}


def timed(systems, kind, question, runs):
    """Milliseconds of the median for each system, and whether the answers agree."""
    texts = {system.name: spelled(question, system.words) for system in systems}
    found = {system.name: signature(kind, system.ask(texts[system.name])) for system in systems}
    times = {system.name: [] for system in systems}
    for _ in range(runs):
        for system in systems:
            started = time.perf_counter()
            system.ask(texts[system.name])
            times[system.name].append((time.perf_counter() - started) * 1000)
    return {name: statistics.median(each) for name, each in times.items()}, found


def table(head, rows):
    lines = [[str(cell) for cell in row] for row in [head, *rows]]
    widths = [max(len(line[place]) for line in lines) for place in range(len(head))]
    for line in lines:
        print("  ".join(cell.ljust(width) if place == 0 else cell.rjust(width) for place, (cell, width) in enumerate(zip(line, widths))))
    print()


def compare(systems, day, runs):
    names = [system.name for system in systems]
    loads = {system.name: load(system, day) for system in systems}
    print(f"{os.path.getsize(day) / 1e6:,.0f} MB of JSON lines\n")
    table(["taking in", *names], [[what, *(f"{loads[name][what]:.1f}" for name in names)] for what in ["MB/s", "CPU s/GB", "raw/disk"]])
    trace = one_of(day, rb'"trace_id":"([0-9a-f]{32})"', os.path.getsize(day) // 2)
    order = one_of(day, rb'order ORD-(\d{5})', os.path.getsize(day) // 3)
    rows, results, differ = [], {}, []
    for name, kind, question in questions(trace, f"ORD-{order}"):
        times, found = timed(systems, kind, question, runs)
        results[name] = times
        best = min(times[peer] for peer in names[1:]) if len(names) > 1 else times[names[0]]
        rows.append([name, *(f"{times[each]:.1f}" for each in names), f"{times[names[0]] / best:.2f}"])
        if len(set(map(str, found.values()))) > 1:
            differ.append(f"{name}: {found}")
    table(["median in ms", *names, "Dendro / best"], rows)
    if peak := systems[0].peak_bytes():
        print(f"Dendro held {peak / 1e6:.0f} MB of memory at most.")
    for line in differ:
        print(f"ANSWERS DIFFER: {line}")
    return {"load": loads, "questions": results, "differ": differ}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dendro", required=True, help="the program")
    parser.add_argument("--day", required=True, type=Path, help="JSON lines of testkit's example `day`")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--json", type=Path, help="write the figures there")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="dendro-bench-"))
    systems = []
    try:
        for begin in [lambda: Dendro(options.dendro, folder), lambda: ClickHouse(folder), lambda: DuckDb(folder)]:
            systems.append(begin())
        result = compare(systems, options.day.resolve(), options.runs)
    finally:
        for system in systems:
            system.close()
        shutil.rmtree(folder, ignore_errors=True)
    if options.json:
        options.json.write_text(json.dumps(result, indent=1))
    raise SystemExit(1 if result["differ"] else 0)


if __name__ == "__main__":
    main()
