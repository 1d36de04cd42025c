"""An S3 server on a free port of loopback, with one bucket, until its input ends. First line out: its URL.

It is moto, which keeps everything in memory and answers conditional puts (`If-None-Match: *`) as S3 does.
"""

import sys
import threading

import boto3
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server


class OneAtATime:
    """moto looks whether a key exists and then puts it, in two steps; S3 does it in one."""

    def __init__(self, app):
        self.app, self.lock = app, threading.Lock()

    def __call__(self, environ, start_response):
        with self.lock:
            return [b"".join(self.app(environ, start_response))]


class Quiet(WSGIRequestHandler):
    def log_request(self, *_):
        pass


def main():
    app = OneAtATime(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    client = boto3.client(
        "s3", endpoint_url=url, region_name="us-east-1", aws_access_key_id="journey", aws_secret_access_key="journey-key"
    )
    client.create_bucket(Bucket=sys.argv[1])
    print(url, flush=True)
    sys.stdin.read()


main()
