"""An S3 service for tests: moto behind a real HTTP server, with faults that can be switched on. Or, for ``make test-s3``,
the one that the environment names."""

import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from io import BytesIO
from typing import Any
from uuid import uuid4

import boto3
from botocore.config import Config
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

from backend.settings import S3Settings, load_settings

OUTSIDE = "TEST_S3_ENDPOINT"
SECRET = "a-secret-key-nobody-may-see"
REFUSAL = (
    "<?xml version='1.0'?>"
    "<Error><Code>{code}</Code><Message>m</Message><AWSAccessKeyId>access-key-id</AWSAccessKeyId></Error>"
)  # fmt: skip


@dataclass
class Faults:
    """What goes wrong at present."""

    spoils_writes: bool = False
    refuses_writes: tuple[int, str] | None = None
    refuses_all: tuple[int, str] | None = None
    cuts_reads: int = 0  # so many answers break off in the middle


class _Faulty:
    """WSGI around moto: lies, refuses and breaks off."""

    def __init__(self, app: Any, faults: Faults) -> None:
        self.app, self.faults = app, faults

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        writes = environ["REQUEST_METHOD"] == "PUT" and environ["PATH_INFO"].count("/") > 1
        refusal = self.faults.refuses_all or (self.faults.refuses_writes if writes else None)
        if refusal is not None:
            status, code = refusal
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            start_response(f"{status} No", [("Content-Type", "application/xml")])
            return [REFUSAL.format(code=code).encode()]
        if writes and self.faults.spoils_writes and int(environ.get("CONTENT_LENGTH") or 0):
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            environ["wsgi.input"] = BytesIO(body[:-1] + bytes([body[-1] ^ 1]))
        answer = self.app(environ, start_response)
        if environ["REQUEST_METHOD"] == "GET" and self.faults.cuts_reads:
            self.faults.cuts_reads -= 1
            return _broken(b"".join(answer))
        return answer


def _broken(body: bytes) -> Iterator[bytes]:
    yield body[: len(body) // 2]
    raise ConnectionAbortedError("cut")


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """Nothing: what fails here is meant to."""


@dataclass
class S3Service:
    """Where it listens, a bucket of one's own, and what goes wrong."""

    place: S3Settings
    faults: Faults

    @cached_property
    def client(self) -> Any:
        """For looking at what is really there."""
        return boto3.session.Session().client(
            "s3",
            endpoint_url=self.place.endpoint,
            region_name=self.place.region,
            aws_access_key_id=self.place.access_key,
            aws_secret_access_key=self.place.secret_key,
            config=Config(s3={"addressing_style": "path"}, request_checksum_calculation="when_required"),
        )

    def new_bucket(self) -> "S3Service":
        """The same service, with an empty bucket."""
        place = replace(self.place, bucket=f"photos-{uuid4().hex[:12]}")
        self.client.create_bucket(Bucket=place.bucket)
        made = S3Service(place, self.faults)
        made.client = self.client  # one connection pool for all: making one takes its time
        return made

    def drop_bucket(self) -> None:
        """The bucket with all in it."""
        for found in self.names():
            self.client.delete_object(Bucket=self.place.bucket, Key=found)
        self.client.delete_bucket(Bucket=self.place.bucket)

    def names(self) -> list[str]:
        """Every object in the bucket."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.place.bucket)
        return [found["Key"] for page in pages for found in page.get("Contents", ())]

    def environment(self) -> dict[str, str]:
        """The settings that name it."""
        return {
            "S3_ENDPOINT": self.place.endpoint or "",
            "S3_BUCKET": self.place.bucket,
            "S3_ACCESS_KEY": self.place.access_key or "",
            "S3_SECRET_KEY": self.place.secret_key or "",
        }


@contextmanager
def running_s3() -> Iterator[S3Service]:
    """The service of the environment, else moto on a free loopback port."""
    if os.environ.get(OUTSIDE):
        names = ("ENDPOINT", "ACCESS_KEY", "SECRET_KEY")
        given = {f"S3_{name}": os.environ[f"TEST_S3_{name}"] for name in names}
        place = load_settings({**given, "S3_BUCKET": "none-yet"}).s3
        assert place is not None
        yield S3Service(place, Faults())
        return
    faults = Faults()
    app = _Faulty(DomainDispatcherApplication(create_backend_app), faults)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    yield S3Service(S3Settings("none-yet", endpoint=address, access_key="access-key-id", secret_key=SECRET), faults)
    server.shutdown()
    thread.join()
    server.server_close()
