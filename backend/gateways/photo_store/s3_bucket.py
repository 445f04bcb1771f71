"""One bucket of an S3 service, spoken to in our own words. Not here: what lies in it (s3.py, export_store/s3.py)."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any, BinaryIO, cast

import boto3
import structlog
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from backend.domain.errors import DomainError
from backend.gateways.photo_store.protocol import READ_BYTES, digest_of
from backend.gateways.photo_store.s3_reading import RETRY_SECONDS, Body, ObjectReader
from backend.settings import S3Settings

log = structlog.get_logger(__name__)
ABSENT = ("NoSuchKey", "404", "NotFound")
FULL = ("QuotaExceeded", "XMinioStorageFull")  # the words of Ceph and MinIO; others answer with the status alone
INSUFFICIENT_STORAGE = 507
CONNECTIONS = 16


class Bucket:
    """The bucket at ``place``; nothing is asked before it is needed. Raises storage_unavailable, storage_full, not_found."""

    def __init__(self, place: S3Settings) -> None:
        self._place = place
        self._bucket_was_seen = False

    @cached_property
    def _client(self) -> Any:
        # made on first use: after gunicorn's fork, since connections cannot be shared by processes
        place = self._place
        return boto3.session.Session().client(
            "s3",
            endpoint_url=place.endpoint,
            region_name=place.region,
            aws_access_key_id=place.access_key,
            aws_secret_access_key=place.secret_key,
            config=Config(
                signature_version="s3v4",
                s3={"addressing_style": "path" if place.path_style else "virtual"},
                connect_timeout=5,
                read_timeout=30,
                retries={"mode": "standard", "max_attempts": 3},
                max_pool_connections=CONNECTIONS,
                tcp_keepalive=True,
                # checksums in trailers are unknown to older services, and we check by ourselves
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def _objects(self, prefix: str) -> Iterator[dict[str, Any]]:
        pages = iter(self._client.get_paginator("list_objects_v2").paginate(Bucket=self._place.bucket, Prefix=prefix))
        while True:
            with talking():
                page = next(pages, None)
            if page is None:
                return
            yield from page.get("Contents", ())

    def _size(self, name: str) -> int | None:
        try:
            return int(self._call("head_object", Key=name)["ContentLength"])
        except DomainError as error:
            if error.code != "not_found":
                raise
        if not self._bucket_was_seen:
            self._see_bucket()
        return None

    def _see_bucket(self) -> None:
        """HEAD says no more than 404: make sure that it is the photo that is missing, not the bucket."""
        try:
            self._call("head_bucket")
        except DomainError as error:
            if error.code != "not_found":
                raise
            log.error("s3_no_bucket", bucket=self._place.bucket)
            raise DomainError("storage_unavailable", retry_after=RETRY_SECONDS) from error
        self._bucket_was_seen = True

    def _digest(self, name: str) -> str | None:
        byte_count = self._size(name)
        if byte_count is None:
            return None
        with self._reader(name, byte_count) as file:
            return digest_of(file)

    def _reader(self, name: str, byte_count: int) -> BinaryIO:
        def fetch(position: int) -> Body:
            asked = {} if position == 0 else {"Range": f"bytes={position}-"}
            return cast(Body, self._call("get_object", Key=name, **asked)["Body"])

        return cast(BinaryIO, io.BufferedReader(ObjectReader(byte_count, fetch, talking), READ_BYTES))

    def _call(self, operation: str, **asked: Any) -> dict[str, Any]:
        with talking():
            return cast(dict[str, Any], getattr(self._client, operation)(Bucket=self._place.bucket, **asked))

    def _refuse_liar(self, operation: str) -> None:
        log.error("s3_kept_other_bytes", operation=operation, bucket=self._place.bucket)
        raise DomainError("storage_unavailable", retry_after=RETRY_SECONDS)


@contextmanager
def talking() -> Iterator[None]:
    """Turn what the client raises into our own words. Logged are codes alone: answers may repeat access keys."""
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code"))
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        if code in ABSENT:
            raise DomainError("not_found") from None
        log.error("s3_refused", operation=error.operation_name, code=code, status=status)
        is_full = code in FULL or status == INSUFFICIENT_STORAGE
        raise DomainError("storage_full" if is_full else "storage_unavailable", retry_after=RETRY_SECONDS) from None
    except BotoCoreError as error:
        log.error("s3_unreachable", error=type(error).__name__)
        raise DomainError("storage_unavailable", retry_after=RETRY_SECONDS) from None
