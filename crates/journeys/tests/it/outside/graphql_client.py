"""Speaks to the GraphQL door with the client `gql` and the event reader `httpx-sse`.

graphql_client.py URL DOCS
"""

import json
import pathlib
import re
import sys
import threading

import graphql
import httpx
import httpx_sse
from gql import Client, GraphQLRequest, gql
from gql.transport.exceptions import TransportQueryError
from gql.transport.requests import RequestsHTTPTransport

INGEST = """mutation($records: [JSON!]!, $key: ID) {
  ingest(records: $records, source: "gql", idempotencyKey: $key) { accepted duplicate }
}"""


def schemas_agree(client, docs):
    """The documented schema is one to the reference implementation, and the one that introspection tells."""
    documented = graphql.build_schema((docs / "graphql.graphql").read_text())
    told = graphql.lexicographic_sort_schema(client.schema)
    assert graphql.print_schema(told) == graphql.print_schema(graphql.lexicographic_sort_schema(documented))
    assert not graphql.validate_schema(client.schema)


def ingest(client):
    records = [{"key": n, "message": f"user {n} timed out", "level": "error" if n % 2 else "info", "http.status": 500 + n % 2} for n in range(100)]
    for batch in range(0, 100, 25):
        for repeat in (False, True):
            variables = {"records": records[batch : batch + 25], "key": f"batch-{batch}"}
            told = client.execute(GraphQLRequest(INGEST, variable_values=variables))["ingest"]
            assert told == {"accepted": 25, "duplicate": repeat}, told


def pages(client):
    query = """query($cursor: String) { logs(query: "timed severity:error", limit: 7, cursor: $cursor) {
        records { timestamp severity message attributes } nextCursor complete } }"""
    cursor, keys = None, []
    while True:
        page = client.execute(GraphQLRequest(query, variable_values={"cursor": cursor}))["logs"]
        keys += [record["attributes"]["key"] for record in page["records"]]
        assert all(record["severity"] == "ERROR" for record in page["records"])
        cursor = page["nextCursor"]
        assert page["complete"] == (cursor is None)
        if cursor is None:
            break
    assert sorted(keys) == list(range(1, 100, 2)), keys


def questions(client):
    told = client.execute(gql("""{
        histogram(query: "timed", start: "now-10m") { total bins { bySeverity { error info } } }
        values(field: "http.status") { values { value count } complete }
        patterns(query: "timed") { patterns { pattern count } }
        rows(query: "timed | stats count() by severity") { columns { name kind } rows }
        sql(query: "SELECT count(*) AS n FROM logs WHERE source = 'gql'") { rows version }
        fields { fields { name kind } complete }
        health { status parts { name status } }
    }"""))
    assert list(told) == ["histogram", "values", "patterns", "rows", "sql", "fields", "health"], "in the order of the document"
    assert told["histogram"]["total"] == 100
    assert sum(bin["bySeverity"]["error"] for bin in told["histogram"]["bins"]) == 50
    assert {value["value"]: value["count"] for value in told["values"]["values"]} == {500: 50, 501: 50}
    assert told["patterns"]["patterns"][0]["count"] == 100, told["patterns"]
    assert {row["severity"]: row["count"] for row in told["rows"]["rows"]} == {"INFO": 50, "ERROR": 50}, told["rows"]
    assert told["sql"]["rows"] == [{"n": 100}]
    assert {"name": "http.status", "kind": "int"} in told["fields"]["fields"]
    assert told["health"]["status"] == "OK"


def batches(url):
    """Without parsing of results, for which gql 4.4 takes the last request of a batch for all."""
    client = Client(transport=RequestsHTTPTransport(url=f"{url}/graphql"))
    both = client.execute_batch([GraphQLRequest("{ health { status } }"), GraphQLRequest("{ health { version } }")])
    assert both[0]["health"]["status"] == "OK" and both[1]["health"]["version"]


def refusals(url):
    """Without the schema, so that the client does not refuse before the server does."""
    client = Client(transport=RequestsHTTPTransport(url=f"{url}/graphql"))
    documents = {
        "QUERY_TOO_COMPLEX": "{ logs(limit: 1000) { records { message source } } }",
        "TOO_MANY_ALIASES": "{ %s }" % " ".join(f"a{n}: health {{ status }}" for n in range(1000)),
        "FRAGMENT_CYCLE": "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }",
        "QUERY_TOO_DEEP": "{ %s x %s }" % ("health {" * 20, "}" * 20),
        "GRAPHQL_VALIDATION_FAILED": "{ health { state } }",
        "BAD_REQUEST": '{ logs(query: "severity:wran") { complete } }',
        "UNPROCESSABLE_ENTITY": "{ logs(limit: 0) { complete } }",
    }
    for code, document in documents.items():
        try:
            client.execute(gql(document))
        except TransportQueryError as error:
            assert [told["extensions"]["code"] for told in error.errors] == [code], error.errors
        else:
            raise AssertionError(f"{code} was answered")


def subscription(client, url):
    query = 'subscription { tail(query: "severity:fatal", source: "gql-tail") { record { message severity } droppedRecords } }'
    headers = {"Accept": "text/event-stream"}
    with httpx.Client(timeout=30) as http:
        with httpx_sse.connect_sse(http, "POST", f"{url}/graphql", json={"query": query}, headers=headers) as source:
            source.response.raise_for_status()
            # The answer's head has come, so the tail is open or about to be: records are sent until one arrives.
            done = threading.Event()

            def send():
                while not done.wait(0.2):
                    client.execute(gql('mutation { ingest(records: [{message: "down", level: "fatal"}], source: "gql-tail") { accepted } }'))

            sender = threading.Thread(target=send)
            sender.start()
            try:
                event = next(source.iter_sse())
            finally:
                done.set()
                sender.join()
    assert event.event == "next", event
    assert json.loads(event.data) == {"data": {"tail": {"record": {"message": "down", "severity": "FATAL"}, "droppedRecords": 0}}}, event.data


def documented(client, docs):
    """Every example of the page does what it says: it is answered."""
    blocks = re.findall(r"```graphql\n(.*?)```", (docs / "graphql.md").read_text(), re.S)
    assert len(blocks) >= 5, "examples in docs/graphql.md"
    for block in blocks:
        if not block.startswith("subscription"):
            variables = {"records": [{"message": "documented"}]} if "$records" in block else None
            client.execute(GraphQLRequest(block, variable_values=variables))


def main():
    url, docs = sys.argv[1], pathlib.Path(sys.argv[2])
    told = {"fetch_schema_from_transport": True, "introspection_args": {"specified_by_url": True}}
    with_schema = Client(transport=RequestsHTTPTransport(url=f"{url}/graphql"), parse_results=True, **told)
    with with_schema:
        pass
    schemas_agree(with_schema, docs)
    ingest(with_schema)
    pages(with_schema)
    questions(with_schema)
    batches(url)
    refusals(url)
    subscription(with_schema, url)
    documented(with_schema, docs)


main()
