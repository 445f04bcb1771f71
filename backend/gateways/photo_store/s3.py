"""The photo store on an S3 service. Uploads under way are staged on a file system (staging.py) and published from there.

No service is believed: several take a body under a wrong SHA-256. What was written is read back and hashed here before it
gets its name. Not here: the settings, and reading in ranges (s3_reading.py).
"""

import hashlib
import io
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, cast
from uuid import UUID, uuid4

from backend.domain.errors import DomainError
from backend.gateways.photo_store.protocol import (
    StoredFile,
    digest_of,
    fan,
    preview_name,
    stored_file,
)
from backend.gateways.photo_store.s3_bucket import CONNECTIONS, Bucket, talking
from backend.gateways.photo_store.staging import StagingArea
from backend.settings import S3Settings

EXPORTS = "exports/"  # of the export store, which shares the bucket
INCOMING = "incoming/"  # written, not yet checked


class S3PhotoStore(StagingArea, Bucket):
    """``ab/cd/<sha256>`` and ``previews/…`` in one bucket; a PhotoStore."""

    def __init__(self, staging: Path, place: S3Settings) -> None:
        StagingArea.__init__(self, staging)
        Bucket.__init__(self, place)

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
            with talking():
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
        """Every object but those being written, and those that are no photos at all."""
        for found in self._objects(""):
            if not found["Key"].startswith((INCOMING, EXPORTS)):
                yield stored_file(found["Key"], found["Size"])

    def sweep(self, moment: datetime) -> int:
        """Drop objects that were written aside and never got their name."""
        old = [found["Key"] for found in self._objects(INCOMING) if found["LastModified"] < moment]
        for name in old:
            self._call("delete_object", Key=name)
        return len(old) + super().sweep(moment)
