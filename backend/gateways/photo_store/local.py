"""The photo store on a local or mounted file system. Not here: uploads under way (staging.py)."""

import hashlib
import os
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from backend.domain.errors import DomainError
from backend.gateways.photo_store.disk import make_folders, put_file, room, size_of, sync_folders
from backend.gateways.photo_store.protocol import (
    READ_BYTES,
    StoredFile,
    digest_of,
    fan,
    preview_name,
    stored_file,
)
from backend.gateways.photo_store.staging import StagingArea

STAGING = "staging"


class LocalPhotoStore(StagingArea):
    """``root/ab/cd/<sha256>``, ``root/previews/…``, ``root/staging/…``; a PhotoStore."""

    def __init__(self, root: Path) -> None:
        self.root = root
        super().__init__(root / STAGING)

    def publish(self, upload_id: UUID, sha256: str) -> None:
        """Check, fsync, rename, fsync the folders."""
        source, target = self._staged(upload_id), self._original(sha256)
        with source.open("rb") as file:
            if digest_of(file) != sha256:
                raise DomainError("checksum_mismatch")
            os.fsync(file.fileno())
        with room():
            make_folders(self.root, target.parent)
            source.chmod(0o444)
            source.replace(target)
            sync_folders(self.root, target.parent)

    def add(self, content: bytes) -> str:
        """Keep ``content``."""
        sha256 = hashlib.sha256(content).hexdigest()
        if self.size(sha256) != len(content):
            self._put(self._original(sha256), [content], 0o444)
        return sha256

    def copy_in(self, sha256: str, content: BinaryIO) -> None:
        """Keep ``content``, hashed while it is written."""
        digest = hashlib.sha256()

        def pieces() -> Iterator[bytes]:
            while piece := content.read(READ_BYTES):
                digest.update(piece)
                yield piece

        def check() -> None:
            if digest.hexdigest() != sha256:
                raise DomainError("checksum_mismatch")

        put_file(self.root, self._staging, self._original(sha256), pieces(), 0o444, check)

    def open(self, sha256: str) -> BinaryIO:
        """The original."""
        try:
            return self._original(sha256).open("rb")
        except FileNotFoundError:
            raise DomainError("not_found") from None

    def size(self, sha256: str) -> int | None:
        """Bytes of the original."""
        return size_of(self._original(sha256))

    def exists(self, sha256: str) -> bool:
        """Whether it is here."""
        return self._original(sha256).exists()

    def present(self, hashes: Collection[str]) -> set[str]:
        """Those that are here."""
        return {sha256 for sha256 in hashes if self.exists(sha256)}

    def put_preview(self, sha256: str, jpeg: bytes) -> None:
        """Keep a preview."""
        self._put(self._preview(sha256), [jpeg], 0o644)

    def preview(self, sha256: str) -> bytes | None:
        """The preview."""
        try:
            return self._preview(sha256).read_bytes()
        except FileNotFoundError:
            return None

    def remove(self, sha256: str) -> None:
        """Drop an original and its preview; the folders stay for the next ones."""
        self._original(sha256).unlink(missing_ok=True)
        self._preview(sha256).unlink(missing_ok=True)

    def listing(self) -> Iterator[StoredFile]:
        """Every file but the staged ones."""
        for folder, folders, files in os.walk(self.root):
            here = Path(folder)
            if here == self.root:
                folders.remove(STAGING)
            folders.sort()
            for name in sorted(files):
                byte_count = size_of(here / name)
                if byte_count is not None:
                    yield stored_file((here / name).relative_to(self.root).as_posix(), byte_count)

    def _put(self, target: Path, chunks: Iterable[bytes], mode: int) -> None:
        put_file(self.root, self._staging, target, chunks, mode)

    def _original(self, sha256: str) -> Path:
        return self.root / fan(sha256)

    def _preview(self, sha256: str) -> Path:
        return self.root / preview_name(sha256)
