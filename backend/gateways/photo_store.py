"""Where photo bytes lie: a staging area for uploads, originals under their SHA-256, previews beside them.

Not here: which uploads exist and who may see a photo (services/media), what is in a picture (gateways/images).
"""

import contextlib
import errno
import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Protocol
from uuid import UUID

from backend.domain.errors import DomainError

READ_BYTES = 256 * 1024  # a buffer, not a limit
FULL = (errno.ENOSPC, errno.EDQUOT)


class PhotoStore(Protocol):
    """A place for photo bytes. Writing raises ``storage_full`` when there is no room, and then changes nothing."""

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

    def publish(self, upload_id: UUID, sha256: str) -> None:
        """Move the staged bytes under their hash. Raises ``checksum_mismatch`` and moves nothing when they differ."""
        ...

    def delete_staging(self, upload_id: UUID) -> None:
        """Forget the staged bytes; no error when there are none."""
        ...

    def add(self, content: bytes) -> str:
        """Keep ``content`` as an original; its SHA-256 in hex."""
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

    def put_preview(self, sha256: str, jpeg: bytes) -> None:
        """Keep the preview of an original."""
        ...

    def preview(self, sha256: str) -> bytes | None:
        """The preview, None when none was made yet."""
        ...


class LocalPhotoStore:
    """A store on a local or mounted file system: ``root/ab/cd/<sha256>``, ``root/previews/…``, ``root/staging/…``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._staging = root / "staging"
        with _room():
            self._staging.mkdir(parents=True, exist_ok=True, mode=0o750)

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
        path = self._staged(upload_id)
        is_new = not path.exists()
        with _room(), path.open("ab", buffering=0) as file:
            # a write that the database never heard of may lie behind the offset: it is written again
            if file.tell() < offset:
                raise DomainError("upload_offset_mismatch", offset=file.tell())
            file.truncate(offset)
            try:
                for chunk in chunks:
                    _write_all(file, chunk)
                os.fsync(file.fileno())
            except OSError:
                file.truncate(offset)
                raise
            end = os.fstat(file.fileno()).st_size
        if is_new:
            _sync_folder(self._staging)
        return end

    def staged_size(self, upload_id: UUID) -> int:
        return _size(self._staged(upload_id)) or 0

    def staged_head(self, upload_id: UUID, count: int) -> bytes:
        try:
            with self._staged(upload_id).open("rb") as file:
                return file.read(count)
        except FileNotFoundError:
            return b""

    def publish(self, upload_id: UUID, sha256: str) -> None:
        source, target = self._staged(upload_id), self._original(sha256)
        with source.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                raise DomainError("checksum_mismatch")
            os.fsync(file.fileno())
        with _room():
            _make_folders(self.root, target.parent)
            source.chmod(0o444)
            source.replace(target)
            _sync_folder(target.parent)

    def delete_staging(self, upload_id: UUID) -> None:
        self._staged(upload_id).unlink(missing_ok=True)
        self._lock_path(upload_id).unlink(missing_ok=True)

    def add(self, content: bytes) -> str:
        sha256 = hashlib.sha256(content).hexdigest()
        if self.size(sha256) != len(content):
            self._put(self._original(sha256), content, 0o444)
        return sha256

    def open(self, sha256: str) -> BinaryIO:
        try:
            return self._original(sha256).open("rb")
        except FileNotFoundError:
            raise DomainError("not_found") from None

    def size(self, sha256: str) -> int | None:
        return _size(self._original(sha256))

    def exists(self, sha256: str) -> bool:
        return self._original(sha256).exists()

    def put_preview(self, sha256: str, jpeg: bytes) -> None:
        self._put(self._preview(sha256), jpeg, 0o644)

    def preview(self, sha256: str) -> bytes | None:
        try:
            return self._preview(sha256).read_bytes()
        except FileNotFoundError:
            return None

    def _put(self, target: Path, content: bytes, mode: int) -> None:
        with _room():
            _make_folders(self.root, target.parent)
            handle, name = tempfile.mkstemp(dir=self._staging, prefix="put-")
            try:
                with os.fdopen(handle, "wb", buffering=0) as file:
                    _write_all(file, content)
                    os.fsync(file.fileno())
                Path(name).chmod(mode)
                Path(name).replace(target)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
            _sync_folder(target.parent)

    def _staged(self, upload_id: UUID) -> Path:
        return self._staging / f"{upload_id.hex}.part"

    def _lock_path(self, upload_id: UUID) -> Path:
        return self._staging / f"{upload_id.hex}.lock"

    def _original(self, sha256: str) -> Path:
        return self.root / _fan(sha256)

    def _preview(self, sha256: str) -> Path:
        return self.root / "previews" / f"{_fan(sha256)}.jpg"


def _fan(sha256: str) -> str:
    if len(sha256) != 64 or sha256.strip("0123456789abcdef"):
        raise ValueError("a SHA-256 in lower-case hex is wanted")  # never a path made of what a stranger sent
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def _lock(path: Path) -> int:
    while True:
        with _room():
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


def _write_all(file: BinaryIO, content: bytes) -> None:
    view = memoryview(content)
    while view:
        written = file.write(view)
        view = view[written:]


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None


def _make_folders(root: Path, folder: Path) -> None:
    if folder.is_dir():
        return
    if folder != root:
        _make_folders(root, folder.parent)
    folder.mkdir(exist_ok=True, mode=0o755)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    """Make the names in ``folder`` as durable as the bytes: a rename alone may be forgotten in a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise DomainError("storage_full", retry_after=60) from error
        raise
