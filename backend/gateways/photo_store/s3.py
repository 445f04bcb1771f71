"""The photo store on an S3 service. Uploads under way are staged on a file system (staging.py) and published from there.

No service is believed: several take a body under a wrong SHA-256. What was written is read back and hashed here before it
gets its name. Not here: the settings, and reading in ranges (s3_reading.py).
"""

import hashlib
import io
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, cast
from uuid import UUID, uuid4

import boto3
import structlog
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from backend.domain.errors import DomainError
from backend.gateways.photo_store.protocol import (
    READ_BYTES,
    StoredFile,
    digest_of,
    fan,
    preview_name,
    stored_file,
)
from backend.gateways.photo_store.s3_reading import RETRY_SECONDS, Body, ObjectReader
from backend.gateways.photo_store.staging import StagingArea
from backend.settings import S3Settings

log = structlog.get_logger(__name__)
INCOMING = "incoming/"  # written, not yet checked
ABSENT = ("NoSuchKey", "404", "NotFound")
FULL = ("QuotaExceeded", "XMinioStorageFull")  # the words of Ceph and MinIO; others answer with the status alone
INSUFFICIENT_STORAGE = 507
CONNECTIONS = 16


class S3PhotoStore(StagingArea):
    """``ab/cd/<sha256>`` and ``previews/…`` in one bucket; a PhotoStore."""

    def __init__(self, staging: Path, place: S3Settings) -> None:
        super().__init__(staging)
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

    def publish(self, upload_id: UUID, sha256: str) -> None:
        """Check, write, read back, give it its name; the staged bytes go last."""
        source = self._staged(upload_id)
        with source.open("rb") as file:
            self.copy_in(sha256, file)
        source.unlink(missing_ok=True)

    def add(self, content: bytes) -> str:
        """Keep ``content``."""
        sha256 = hashlib.sha256(content).hexdigest()
        if self.size(sha256) != len(content):
            self.copy_in(sha256, io.BytesIO(content))
        return sha256

    def copy_in(self, sha256: str, content: BinaryIO) -> None:
        """Keep ``content``: written aside, read back, then copied to its name by the service; a sound copy stays."""
        name = fan(sha256)
        if digest_of(content) != sha256:
            raise DomainError("checksum_mismatch")
        byte_count = content.tell()
        if self.size(sha256) == byte_count and self._digest(name) == sha256:
            return
        content.seek(0)
        aside = f"{INCOMING}{uuid4().hex}"
        try:
            self._call("put_object", Key=aside, Body=content, ContentType="application/octet-stream")
            if self._digest(aside) != sha256:
                self._refuse_liar("put_object")
            self._call("copy_object", Key=name, CopySource={"Bucket": self._place.bucket, "Key": aside})
            if self.size(sha256) != byte_count:
                self._refuse_liar("copy_object")
        finally:
            with suppress(DomainError):  # sweep() comes by later
                self._call("delete_object", Key=aside)

    def open(self, sha256: str) -> BinaryIO:
        """The original; its bytes are fetched from where they are read."""
        byte_count = self.size(sha256)
        if byte_count is None:
            raise DomainError("not_found")
        return self._reader(fan(sha256), byte_count)

    def size(self, sha256: str) -> int | None:
        """Bytes of the original."""
        return self._size(fan(sha256))

    def exists(self, sha256: str) -> bool:
        """Whether it is here."""
        return self.size(sha256) is not None

    def present(self, hashes: Collection[str]) -> set[str]:
        """Those that are here, asked for side by side."""
        asked = list(hashes)
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            return {sha256 for sha256, is_here in zip(asked, pool.map(self.exists, asked), strict=True) if is_here}

    def put_preview(self, sha256: str, jpeg: bytes) -> None:
        """Keep a preview."""
        self._call("put_object", Key=preview_name(sha256), Body=jpeg, ContentType="image/jpeg")

    def preview(self, sha256: str) -> bytes | None:
        """The preview."""
        try:
            with _talking():
                return cast(bytes, self._call("get_object", Key=preview_name(sha256))["Body"].read())
        except DomainError as error:
            if error.code == "not_found":
                return None
            raise

    def remove(self, sha256: str) -> None:
        """Drop an original and its preview."""
        for name in (fan(sha256), preview_name(sha256)):
            self._call("delete_object", Key=name)

    def listing(self) -> Iterator[StoredFile]:
        """Every object but those being written."""
        for found in self._objects(""):
            if not found["Key"].startswith(INCOMING):
                yield stored_file(found["Key"], found["Size"])

    def sweep(self, moment: datetime) -> int:
        """Drop objects that were written aside and never got their name."""
        old = [found["Key"] for found in self._objects(INCOMING) if found["LastModified"] < moment]
        for name in old:
            self._call("delete_object", Key=name)
        return len(old) + super().sweep(moment)

    def _objects(self, prefix: str) -> Iterator[dict[str, Any]]:
        pages = iter(self._client.get_paginator("list_objects_v2").paginate(Bucket=self._place.bucket, Prefix=prefix))
        while True:
            with _talking():
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

        return cast(BinaryIO, io.BufferedReader(ObjectReader(byte_count, fetch, _talking), READ_BYTES))

    def _call(self, operation: str, **asked: Any) -> dict[str, Any]:
        with _talking():
            return cast(dict[str, Any], getattr(self._client, operation)(Bucket=self._place.bucket, **asked))

    def _refuse_liar(self, operation: str) -> None:
        log.error("s3_kept_other_bytes", operation=operation, bucket=self._place.bucket)
        raise DomainError("storage_unavailable", retry_after=RETRY_SECONDS)


@contextmanager
def _talking() -> Iterator[None]:
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
