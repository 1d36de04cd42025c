"""Sends records to a server with the client libraries that people have in their programs. Last line out: how many.

senders.py NAME URL COUNT
"""

import json
import logging
import sys
import time
from urllib.parse import urlsplit


def elasticsearch(url, count):
    from elasticsearch import Elasticsearch, helpers

    client = Elasticsearch(url, max_retries=50, retry_on_timeout=True, request_timeout=20)
    assert client.info()["tagline"]
    now = time.time()
    documents = (
        {"_index": "logs-journey-default", "_op_type": "create", "@timestamp": int((now + i / 1e3) * 1e3) - 10_000_000 + 1,
         "message": f"order {i}", "key": str(i)}
        for i in range(count)
    )
    sent, errors = helpers.bulk(client, documents, chunk_size=500)
    assert not errors
    print(sent)


def otlp(exporter, count):
    from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
    from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
    from opentelemetry.sdk.resources import Resource

    provider = LoggerProvider(resource=Resource.create({"service.name": "journey"}))
    provider.add_log_record_processor(BatchLogRecordProcessor(exporter, max_queue_size=count + 1, max_export_batch_size=500))
    logger = logging.getLogger("otlp")
    logger.addHandler(LoggingHandler(logger_provider=provider))
    logger.setLevel(logging.INFO)
    for i in range(count):
        logger.info("order %d", i, extra={"key": str(i)})
    assert provider.force_flush()
    provider.shutdown()
    print(count)


def otlp_http(url, count):
    from opentelemetry.exporter.otlp.proto.http import Compression
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter

    otlp(OTLPLogExporter(endpoint=f"{url}/v1/logs", compression=Compression.Gzip), count)


def otlp_grpc(url, count):
    from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter

    otlp(OTLPLogExporter(endpoint=url, insecure=True), count)


def spans(url, count):
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": "journey"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{url}/v1/traces"), max_queue_size=count + 512))
    tracer = provider.get_tracer("journey")
    for i in range(count):
        with tracer.start_as_current_span(f"order {i}", attributes={"key": str(i)}):
            pass
    assert provider.force_flush()
    provider.shutdown()
    print(count)


def loki(url, count):
    from logging_loki import LokiHandler

    for version, path in (("1", "/loki/api/v1/push"), ("0", "/api/prom/push")):
        logger = logging.getLogger(f"loki{version}")
        logger.setLevel(logging.INFO)
        handler = LokiHandler(url=url + path, tags={"app": "journey"}, version=version)
        handler.handleError = failed
        logger.addHandler(handler)
        for i in range(count // 2):
            logger.info("order %d of %s", i, version, extra={"tags": {"key": f"{version}-{i}"}})
    print(count // 2 * 2)


def failed(record):
    raise SystemExit(f"not sent: {sys.exc_info()[1]}")


def splunk(url, count):
    from splunk_hec_handler import SplunkHecHandler

    place = urlsplit(url)
    logger = logging.getLogger("splunk")
    logger.setLevel(logging.INFO)
    logger.addHandler(SplunkHecHandler(place.hostname, "token", port=place.port, proto="http", source="journey", sourcetype="_json"))
    for i in range(count):
        logger.info({"message": f"order {i}", "key": str(i)})
    print(count)


def again(send):
    """As people who use a client without retries have to write it: the same once more, when there was no answer."""
    for attempt in range(20):
        try:
            return send()
        except Exception as error:
            print(f"attempt {attempt}: {type(error).__name__}", file=sys.stderr)
            time.sleep(0.05)
    raise SystemExit("never answered")


def datadog(url, count):
    from datadog_api_client import ApiClient, Configuration
    from datadog_api_client.v2.api.logs_api import LogsApi
    from datadog_api_client.v2.model.content_encoding import ContentEncoding
    from datadog_api_client.v2.model.http_log import HTTPLog
    from datadog_api_client.v2.model.http_log_item import HTTPLogItem

    configuration = Configuration(server_index=1, server_variables={"name": urlsplit(url).netloc, "protocol": "http"})
    configuration.api_key["apiKeyAuth"] = "token"
    with ApiClient(configuration) as client:
        api = LogsApi(client)
        # As agents say it. Without times, twins are kept.
        now = int(time.time() * 1000) - 1_000_000 + 1
        for start in range(0, count, 500):
            items = [
                HTTPLogItem(message=f"order {i}", ddtags="env:journey", service="journey", hostname="h", key=str(i), timestamp=now + i)
                for i in range(start, min(start + 500, count))
            ]
            encoding = (ContentEncoding.GZIP, ContentEncoding.DEFLATE, ContentEncoding.IDENTITY)[start // 500 % 3]
            again(lambda: api.submit_log(content_encoding=encoding, body=HTTPLog(items)))
    print(count)


def loki_pushes(url, count):
    """As Alloy and Promtail do: streams of some hundred lines, each with nanoseconds, and the same push again until it has its 204."""
    import requests

    session = requests.Session()
    began = time.time_ns() - 1_000_000_000

    def push(values):
        streams = [{"stream": {"app": "journey", "env": "test"}, "values": values}]
        answer = session.post(f"{url}/loki/api/v1/push", json={"streams": streams}, timeout=20)
        assert answer.status_code == 204, answer.text

    for start in range(0, count, 200):
        end = min(start + 200, count)
        values = [[str(began + i), f"order {i}", {"key": str(i)}] for i in range(start, end)]
        again(lambda: push(values))
    print(count)


def splunk_acknowledged(url, count):
    """As forwarders do that want to know: what was not acknowledged is sent again, on the same channel."""
    import requests

    session = requests.Session()
    headers = {"Authorization": "Splunk token", "X-Splunk-Request-Channel": "0aeeac95-ac74-4aa9-b30d-6c4c0ac581ba"}
    began = time.time()

    def send(events):
        answer = session.post(f"{url}/services/collector/event", data=events, headers=headers, timeout=20)
        assert answer.status_code == 200 and answer.json()["code"] == 0, answer.text
        number = answer.json()["ackId"]
        asked = session.post(f"{url}/services/collector/ack", json={"acks": [number]}, headers=headers, timeout=20)
        assert asked.json()["acks"] == {str(number): True}, asked.text

    for start in range(0, count, 200):
        end = min(start + 200, count)
        event = lambda i: {"time": round(began + i / 1e4, 4), "host": "h", "event": {"message": f"order {i}", "key": str(i)}}
        events = "".join(json.dumps(event(i)) for i in range(start, end))
        again(lambda: send(events))
    print(count)


def cloudevents(url, count):
    import requests
    from cloudevents.conversion import to_binary, to_structured
    from cloudevents.http import CloudEvent

    session = requests.Session()
    for i in range(count):
        event = CloudEvent({"type": "order.paid", "source": "journey", "id": str(i)}, {"key": str(i)})
        for write in (to_binary, to_structured):
            headers, body = write(event)
            answer = session.post(f"{url}/cloudevents", data=body, headers=headers)
            assert answer.status_code == 202, answer.text
    # Each was sent in both forms, and is one event.
    print(count)


def cloudevents_batches(url, count):
    """Batches, each again until it has its answer. Their ids make events recognisable, and the bytes a batch."""
    import requests

    session = requests.Session()
    headers = {"content-type": "application/cloudevents-batch+json"}
    now = time.time()

    def push(start, end):
        event = lambda i: {
            "specversion": "1.0", "type": "order.paid", "source": "journey", "id": str(i), "data": {"key": str(i)},
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f".{i:06}Z",
        }
        body = json.dumps([event(i) for i in range(start, end)])
        answer = session.post(f"{url}/cloudevents", data=body, headers=headers, timeout=20)
        assert answer.status_code in (200, 202), answer.text

    for start in range(0, count, 200):
        again(lambda: push(start, min(start + 200, count)))
    print(count)


def gelf_http(url, count):
    """A message a request, from several senders at once, as GELF has it."""
    from concurrent.futures import ThreadPoolExecutor

    import requests

    began = time.time()

    def push_all(part):
        session = requests.Session()

        def push(i):
            message = {"version": "1.1", "host": "journey", "short_message": f"order {i}", "timestamp": round(began + i / 1e4, 4), "_key": str(i)}
            answer = session.post(f"{url}/gelf", json=message, timeout=20)
            assert answer.status_code == 202, answer.text

        for i in part:
            again(lambda: push(i))

    senders = 8
    with ThreadPoolExecutor(senders) as pool:
        list(pool.map(push_all, [range(first, count, senders) for first in range(senders)]))
    print(count)


def firehose(url, count):
    """As Amazon Data Firehose: a delivery keeps its id until it is answered with it."""
    import base64

    import requests

    session = requests.Session()

    def push(start, end):
        line = lambda i: json.dumps({"message": f"order {i}", "key": str(i)}) + "\n"
        records = [{"data": base64.b64encode(line(i).encode()).decode()} for i in range(start, end)]
        number = f"delivery-{start}"
        body = {"requestId": number, "timestamp": int(time.time() * 1000), "records": records}
        headers = {"x-amz-firehose-request-id": number, "x-amz-firehose-protocol-version": "1.0"}
        answer = session.post(f"{url}/aws/firehose", json=body, headers=headers, timeout=20)
        assert answer.status_code == 200 and answer.json()["requestId"] == number, answer.text

    for start in range(0, count, 200):
        again(lambda: push(start, min(start + 200, count)))
    print(count)


def webhooks(url, count):
    """As the specification wants it of senders: an id for good, a time and a signature for each attempt."""
    import datetime

    import requests
    from standardwebhooks import Webhook

    signer = Webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    forger = Webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx")
    session = requests.Session()

    def send(by, i):
        body = json.dumps({"type": "order.paid", "data": {"key": str(i)}})
        now = datetime.datetime.now(datetime.timezone.utc)
        headers = {
            "content-type": "application/json",
            "webhook-id": f"msg_{i}",
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": by.sign(f"msg_{i}", now, body),
        }
        signer.verify(body, headers) if by is signer else None
        return session.post(url, data=body, headers=headers, timeout=20)

    for i in range(count):
        answer = again(lambda: send(signer, i))
        assert answer.status_code in (200, 202), answer.text
        assert answer.json()["duplicate"] == (answer.status_code == 200), answer.text
    assert again(lambda: send(signer, 0)).status_code == 200, "a replay"
    assert again(lambda: send(forger, count)).status_code == 401, "a forgery"
    print(count)


if __name__ == "__main__":
    logging.raiseExceptions = True
    globals()[sys.argv[1]](sys.argv[2], int(sys.argv[3]))
