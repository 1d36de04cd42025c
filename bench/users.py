#!/usr/bin/env python3
"""How long users wait: several at once ask a running server the four questions of every day, each with new words.

    bench/users.py [--url http://127.0.0.1:4480] [--users 4] [--seconds 60]

Needs a server with the benchmark's records, and nothing but Python's standard library. Prints per question the number
of answers and their 50th, 95th and 99th percentile in milliseconds, over HTTP, answer read to its end.
"""
import argparse
import collections
import http.client
import json
import random
import threading
import time
import urllib.parse


def ask(connection, path, body):
    started = time.monotonic()
    connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
    response = connection.getresponse()
    answer = response.read()
    if response.status != 200:
        raise SystemExit(f"{path}: {response.status} {answer[:300]!r}")
    return (time.monotonic() - started) * 1000, json.loads(answer)


def sql(connection, text):
    return ask(connection, "/api/v1/sql", {"query": text})


class Questions:
    """What can be asked about the records that are there."""

    def __init__(self, connection):
        _, answer = sql(connection, "SELECT min(timestamp) AS first, max(timestamp) AS last FROM logs")
        self.first, self.last = (answer["rows"][0][name] for name in ("first", "last"))
        _, answer = sql(connection, "SELECT trace_id FROM logs WHERE trace_id IS NOT NULL LIMIT 2000")
        self.traces = [row["trace_id"] for row in answer["rows"]]
        _, answer = sql(connection, "SELECT source, count(*) AS n FROM logs GROUP BY source ORDER BY n DESC LIMIT 40")
        self.sources = [row["source"] for row in answer["rows"]]

    def needle(self, chance):
        return {"query": f"trace_id:{chance.choice(self.traces)}"}

    def phrase(self, chance):
        phrases = ["connection reset by peer", "timed out", "retry", "payment declined", "out of memory"]
        return {"query": f'"{chance.choice(phrases)}"', "limit": 100}

    def last_errors(self, chance):
        return {"query": f"severity:ERROR source:{chance.choice(self.sources)}", "limit": 100}

    def filter_and_time(self, chance):
        start, end = window(self.first, self.last, chance)
        query = f"source:{chance.choice(self.sources)} severity:WARN"
        return {"query": query, "start": start, "end": end, "limit": 100}


def window(first, last, chance):
    """A random hour between two times."""
    parse = lambda text: time.mktime(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S"))
    spell = lambda at: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.localtime(at))
    start = chance.uniform(parse(first), max(parse(first), parse(last) - 3600))
    return spell(start), spell(start + 3600)


def user(place, number, until, waits):
    chance = random.Random(number)
    connection = http.client.HTTPConnection(place, timeout=60)
    questions = Questions(connection)
    while time.monotonic() < until():
        name = chance.choice(["needle", "phrase", "last_errors", "filter_and_time"])
        waited, _ = ask(connection, "/api/v1/query", getattr(questions, name)(chance))
        waits[name].append(waited)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--url", default="http://127.0.0.1:4480")
    options.add_argument("--users", type=int, default=4)
    options.add_argument("--seconds", type=float, default=60)
    options = options.parse_args()
    place = urllib.parse.urlsplit(options.url).netloc
    end = time.monotonic() + options.seconds
    waits = collections.defaultdict(list)
    users = [threading.Thread(target=user, args=(place, number, lambda: end, waits)) for number in range(options.users)]
    [one.start() for one in users]
    [one.join() for one in users]
    print(f"{options.users} users, {options.seconds:.0f} s; milliseconds")
    print(f"{'question':18}{'answers':>8}{'p50':>9}{'p95':>9}{'p99':>9}")
    every = [wait for name in waits for wait in waits[name]]
    for name, found in [*sorted(waits.items()), ("all", every)]:
        found = sorted(found)
        at = lambda share: found[min(len(found) - 1, int(share * len(found)))]
        print(f"{name:18}{len(found):8}{at(.5):9.1f}{at(.95):9.1f}{at(.99):9.1f}")


if __name__ == "__main__":
    main()
