"""What every photo store can do, and the names its files have. Not here: any store."""

import contextlib
import hashlib
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol
from uuid import UUID

READ_BYTES = 256 * 1024  # a buffer, not a limit
ORIGINAL = re.compile(r"(?P<a>[0-9a-f]{2})/(?P<b>[0-9a-f]{2})/(?P<sha256>(?P=a)(?P=b)[0-9a-f]{60})")
PREVIEW = re.compile(rf"previews/{ORIGINAL.pattern}\.jpg")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in a store: an original, a preview (of the original ``sha256``), or with ``sha256`` None something foreign."""

    name: str
    byte_count: int
    sha256: str | None
    is_preview: bool = False


class PhotoStore(Protocol):
    """A place for photo bytes. Writing raises ``storage_full`` when there is no room, and then changes nothing.

    A store that cannot be reached raises ``storage_unavailable``: nothing is known then, a photo is not "missing".
    """

    def claim(self, upload_id: UUID) -> contextlib.AbstractContextManager[None]:
        """Keep everybody else from an upload's staged bytes, across processes. Raises ``upload_busy``, never waits."""
        ...

    def append(self, upload_id: UUID, offset: int, chunks: Iterable[bytes]) -> int:
        """Write ``chunks`` at ``offset``, dropping what lay behind it; the new end, already safe on the disk."""
        ...

    def staged_size(self, upload_id: UUID) -> int:
        """Bytes staged so far; 0 for an upload nobody wrote to."""
        ...

    def staged_head(self, upload_id: UUID, count: int) -> bytes:
        """The first ``count`` staged bytes, fewer when there are fewer."""
        ...

    def staged_digest(self, upload_id: UUID) -> str:
        """Hex SHA-256 of the staged bytes."""
        ...

    def publish(self, upload_id: UUID, sha256: str) -> None:
        """Move the staged bytes under their hash. Raises ``checksum_mismatch`` and moves nothing when they differ.

        Nothing can be read under the hash before all of it is there, checked and safe.
        """
        ...

    def delete_staging(self, upload_id: UUID) -> None:
        """Forget the staged bytes; no error when there are none."""
        ...

    def add(self, content: bytes) -> str:
        """Keep ``content`` as an original; its SHA-256 in hex."""
        ...

    def copy_in(self, sha256: str, content: BinaryIO) -> None:
        """Keep ``content`` (seekable) as the original ``sha256``. Raises ``checksum_mismatch`` when it is another."""
        ...

    def open(self, sha256: str) -> BinaryIO:
        """The original, seekable. Raises ``not_found``."""
        ...

    def size(self, sha256: str) -> int | None:
        """Bytes of the original, None when it is not here."""
        ...

    def exists(self, sha256: str) -> bool:
        """Whether the original is here."""
        ...

    def present(self, hashes: Collection[str]) -> set[str]:
        """Those of ``hashes`` whose originals are here."""
        ...

    def put_preview(self, sha256: str, jpeg: bytes) -> None:
        """Keep the preview of an original."""
        ...

    def preview(self, sha256: str) -> bytes | None:
        """The preview, None when none was made yet."""
        ...

    def remove(self, sha256: str) -> None:
        """Drop an original and its preview; no error when there are none."""
        ...

    def listing(self) -> Iterator[StoredFile]:
        """Every file but the staged ones, in the order of their names; what is removed meanwhile may be named still."""
        ...

    def staged_before(self, moment: datetime) -> list[UUID]:
        """Uploads whose staged bytes nobody has touched since ``moment``."""
        ...

    def sweep(self, moment: datetime) -> int:
        """Drop the temporary files of writes that began before ``moment`` and never ended; how many there were."""
        ...


def fan(sha256: str) -> str:
    """The name of an original: ``ab/cd/<sha256>``."""
    if len(sha256) != 64 or sha256.strip("0123456789abcdef"):
        raise ValueError("a SHA-256 in lower-case hex is wanted")  # never a path made of what a stranger sent
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def preview_name(sha256: str) -> str:
    """The name of a preview."""
    return f"previews/{fan(sha256)}.jpg"


def stored_file(name: str, byte_count: int) -> StoredFile:
    """What a name says about a file."""
    if match := ORIGINAL.fullmatch(name):
        return StoredFile(name, byte_count, match["sha256"])
    if match := PREVIEW.fullmatch(name):
        return StoredFile(name, byte_count, match["sha256"], is_preview=True)
    return StoredFile(name, byte_count, None)


def digest_of(file: BinaryIO) -> str:
    """SHA-256 in hex of what is left in ``file``."""
    digest = hashlib.sha256()
    while piece := file.read(READ_BYTES):
        digest.update(piece)
    return digest.hexdigest()
