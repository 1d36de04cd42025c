"""Loggers and agents' libraries that send to sockets: `socket_senders.py WHAT PORT-OR-PATH COUNT`."""

import logging
import logging.handlers
import socket
import sys
import time

import graypy
import msgpack
from fluent import sender as fluent
from pylogbeat import PyLogBeatClient

HOST = "127.0.0.1"
TOGETHER = 50


def through_logging(handler, what, count):
    logger = logging.getLogger(what)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.addHandler(handler)
    for number in range(count):
        logger.info("%s %d", what, number)
        # Datagrams have nobody who makes them wait.
        if number % 200 == 199 and "udp" in what:
            time.sleep(0.05)
    handler.close()


def fluent_logger(port, count):
    sender = fluent.FluentSender("web", host=HOST, port=port, nanosecond_precision=True)
    for number in range(count):
        assert sender.emit("access", {"log": f"fluent {number}"}), sender.last_error
    sender.close()


def until_done(batches, send):
    """Sends each batch over and over until it is acknowledged."""
    for batch in batches:
        for attempt in range(1000):
            try:
                send(batch)
                break
            except (OSError, EOFError, ValueError):
                time.sleep(0.01)
        else:
            raise AssertionError("a batch never got through")


def batches(count):
    return [range(start, start + TOGETHER) for start in range(0, count, TOGETHER)]


def forward_with_acknowledgements(port, count):
    """Packed Forward, as Fluentd and Fluent Bit send it with require_ack_response."""
    connection = None

    def send(batch):
        nonlocal connection
        if connection is None:
            connection = socket.create_connection((HOST, port), timeout=10)
        entries = b"".join(msgpack.packb([1_790_000_000 + number, {"log": f"chunk {number}"}]) for number in batch)
        chunk = f"journey-{batch[0]}"
        try:
            connection.sendall(msgpack.packb(["web", entries, {"chunk": chunk, "size": len(batch)}]))
            unpacker = msgpack.Unpacker()
            while True:
                got = connection.recv(1024)
                if not got:
                    raise EOFError
                unpacker.feed(got)
                for answer in unpacker:
                    assert answer == {"ack": chunk}, answer
                    return
        except (OSError, EOFError):
            connection.close()
            connection = None
            raise

    until_done(batches(count), send)


def lumberjack(port, count):
    client = None

    def send(batch):
        nonlocal client
        if client is None:
            client = PyLogBeatClient(HOST, port, timeout=10)
            client.connect()
        try:
            client.send([{"message": f"beat {number}", "log": {"offset": number}} for number in batch])
        except Exception as error:
            try:
                client.close()
            except OSError:
                pass
            client = None
            raise OSError(str(error)) from error

    until_done(batches(count), send)


def main(what, place, count):
    port = int(place) if place.isdigit() else None
    syslog = logging.handlers.SysLogHandler
    {
        "syslog-udp": lambda: through_logging(syslog((HOST, port)), what, count),
        "syslog-tcp": lambda: through_logging(syslog((HOST, port), socktype=socket.SOCK_STREAM), what, count),
        "syslog-unix": lambda: through_logging(syslog(place), what, count),
        "gelf-udp": lambda: through_logging(graypy.GELFUDPHandler(HOST, port), what, count),
        "gelf-tcp": lambda: through_logging(graypy.GELFTCPHandler(HOST, port), what, count),
        "fluent": lambda: fluent_logger(port, count),
        "chunk": lambda: forward_with_acknowledgements(port, count),
        "beat": lambda: lumberjack(port, count),
    }[what]()


main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
