"""Photos from one store to another, one by one: nothing is dropped here before it was read back and hashed there.

What is in the new store and sound is not copied again, so a move that broke off simply goes on. Not here: rows, which know
hashes and no places.
"""

from dataclasses import dataclass, field

from backend.domain.errors import DomainError
from backend.gateways.photo_store import PhotoStore, digest_of


@dataclass(slots=True)
class Move:
    """A move under way. ``keeps``: the old store keeps its copies, because somebody still reads from it."""

    source: PhotoStore
    target: PhotoStore
    keeps: bool
    copied: int = 0
    byte_count: int = 0
    removed: int = 0
    refused: dict[str, str] = field(default_factory=dict)  # by hash, why it stayed where it was

    def take(self, sha256: str) -> None:
        """Move one original with its preview. Raises ``storage_full``, ``storage_unavailable``; a rotten one stays."""
        try:
            self._copy(sha256)
        except DomainError as error:
            if error.code not in ("checksum_mismatch", "not_found"):
                raise
            self.refused[sha256] = error.code
            return
        except OSError as error:  # a disk that cannot read what it wrote
            self.refused[sha256] = type(error).__name__
            return
        if not self.keeps:
            self.source.remove(sha256)
            self.removed += 1

    def _copy(self, sha256: str) -> None:
        if not is_sound(self.target, sha256):
            with self.source.open(sha256) as file:
                self.target.copy_in(sha256, file)
                self.byte_count += file.tell()
            if not is_sound(self.target, sha256):
                raise DomainError("storage_unavailable", retry_after=60)
            self.copied += 1
        preview = self.source.preview(sha256)
        if preview is not None and self.target.preview(sha256) is None:
            self.target.put_preview(sha256, preview)


def is_sound(photos: PhotoStore, sha256: str) -> bool:
    """Whether the original is in the store and is what its name says."""
    try:
        with photos.open(sha256) as file:
            return digest_of(file) == sha256
    except DomainError as error:
        if error.code != "not_found":
            raise
        return False
