"""Bytes of uploads under way, on a file system: appended, resumed at any byte, one writer at a time.

Every store stages so: an S3 service has no file that grows byte by byte and no lock. Machines that serve one database share
the folder, as they share the keys.
"""

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from uuid import UUID

from backend.domain.errors import DomainError
from backend.gateways.photo_store.disk import TEMPORARY, room, size_of, sync_folder, write_all
from backend.gateways.photo_store.protocol import digest_of

PART, LOCK = ".part", ".lock"


class StagingArea:
    """``folder/<upload>.part`` and the locks beside them; the part of a photo store that knows uploads."""

    def __init__(self, folder: Path) -> None:
        self._staging = folder
        with room():
            folder.mkdir(parents=True, exist_ok=True, mode=0o750)

    @contextlib.contextmanager
    def claim(self, upload_id: UUID) -> Iterator[None]:
        """A file lock: it holds across processes, ends with the process, and costs no open database transaction."""
        path = self._lock_path(upload_id)
        handle = _lock(path)
        try:
            yield
        finally:
            if not self._staged(upload_id).exists():  # nothing was written, or all of it was published
                path.unlink(missing_ok=True)
            os.close(handle)

    def append(self, upload_id: UUID, offset: int, chunks: Iterable[bytes]) -> int:
        """Write at ``offset``; a failed write leaves what lay before it."""
        path = self._staged(upload_id)
        is_new = not path.exists()
        with room(), path.open("ab", buffering=0) as file:
            # a write that the database never heard of may lie behind the offset: it is written again
            if file.tell() < offset:
                raise DomainError("upload_offset_mismatch", offset=file.tell())
            file.truncate(offset)
            try:
                for chunk in chunks:
                    write_all(file, chunk)
                os.fsync(file.fileno())
            except OSError:
                file.truncate(offset)
                raise
            end = os.fstat(file.fileno()).st_size
        if is_new:
            sync_folder(self._staging)
        return end

    def staged_size(self, upload_id: UUID) -> int:
        """Bytes staged so far."""
        return size_of(self._staged(upload_id)) or 0

    def staged_head(self, upload_id: UUID, count: int) -> bytes:
        """The first staged bytes."""
        try:
            with self._staged(upload_id).open("rb") as file:
                return file.read(count)
        except FileNotFoundError:
            return b""

    def staged_digest(self, upload_id: UUID) -> str:
        """SHA-256 of the staged bytes, hex."""
        try:
            with self._staged(upload_id).open("rb") as file:
                return digest_of(file)
        except FileNotFoundError:
            return hashlib.sha256(b"").hexdigest()

    def delete_staging(self, upload_id: UUID) -> None:
        """Forget the staged bytes."""
        self._staged(upload_id).unlink(missing_ok=True)
        self._lock_path(upload_id).unlink(missing_ok=True)

    def staged_before(self, moment: datetime) -> list[UUID]:
        """Uploads nobody has written to since ``moment``; a lock file without bytes counts too."""
        young: set[str] = set()
        found: set[str] = set()
        for path in self._staging.iterdir():
            if path.suffix in (PART, LOCK):
                (found if _is_older(path, moment) else young).add(path.stem)
        return sorted(UUID(hex=stem) for stem in found - young)

    def sweep(self, moment: datetime) -> int:
        """Drop temporary files of writes that never ended."""
        old = [path for path in self._staging.glob(f"{TEMPORARY}*") if _is_older(path, moment)]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def _staged(self, upload_id: UUID) -> Path:
        return self._staging / f"{upload_id.hex}{PART}"

    def _lock_path(self, upload_id: UUID) -> Path:
        return self._staging / f"{upload_id.hex}{LOCK}"


def _lock(path: Path) -> int:
    while True:
        with room():
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise DomainError("upload_busy") from None
        try:
            if path.stat().st_ino == os.fstat(handle).st_ino:
                return handle
        except FileNotFoundError:
            pass  # the upload ended between our open and our lock: this lock guards nothing any more
        os.close(handle)


def _is_older(path: Path, moment: datetime) -> bool:
    try:
        return path.stat().st_mtime < moment.timestamp()
    except FileNotFoundError:
        return False
