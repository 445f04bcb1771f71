"""Whether the store still holds what the rows say: every photo hashed anew, and files that no row speaks of.

Not here: transactions, which stay short (the caller reads rows in batches), and what a person does about it.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.errors import DomainError
from backend.gateways.photo_store import PhotoStore, StoredFile, digest_of
from backend.persistence.models import Media, Upload
from backend.persistence.queries.media import known_hashes

BATCH = 500


@dataclass(frozen=True, slots=True)
class KnownPhoto:
    """A photo as its row tells it."""

    sha256: str
    byte_count: int


@dataclass(frozen=True, slots=True)
class Rot:
    """A photo whose bytes are not the ones that came; ``found`` is their hash, None where they cannot be read."""

    sha256: str
    byte_count: int
    found: str | None


@dataclass(slots=True)
class Inspection:
    """What was found so far."""

    checked: int = 0
    byte_count: int = 0
    files: int = 0
    rotten: list[Rot] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    strays: list[StoredFile] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.rotten or self.missing or self.strays)

    @property
    def wrong(self) -> int:
        """How many things are wrong."""
        return len(self.rotten) + len(self.missing) + len(self.strays)

    def check(self, photos: PhotoStore, known: KnownPhoto) -> None:
        """Hash one photo anew. Raises ``storage_unavailable``: then nothing can be said about any."""
        self.checked += 1
        try:
            with photos.open(known.sha256) as file:
                found = digest_of(file)
                self.byte_count += file.tell()
        except DomainError as error:
            if error.code != "not_found":
                raise
            self.missing.append(known.sha256)
        except OSError:  # a disk that cannot read what it wrote
            self.rotten.append(Rot(known.sha256, known.byte_count, None))
        else:
            if found != known.sha256:
                self.rotten.append(Rot(known.sha256, known.byte_count, found))

    def as_data(self) -> dict[str, Any]:
        """For a program to read."""
        return {
            "checked": self.checked,
            "bytes": self.byte_count,
            "files": self.files,
            "ok": self.is_sound,
            "rotten": [asdict(rot) for rot in self.rotten],
            "missing": self.missing,
            "strays": [{"name": stray.name, "bytes": stray.byte_count} for stray in self.strays],
        }


def photos_after(session: Session, sha256: str) -> list[KnownPhoto]:
    """The next photos in the order of their hashes, some hundreds at a time."""
    rows = session.execute(
        select(Media.sha256, Media.byte_count).where(Media.sha256 > sha256).order_by(Media.sha256).limit(BATCH)
    )
    return [KnownPhoto(row[0], row[1]) for row in rows]


def without_row(session: Session, files: Sequence[StoredFile]) -> list[StoredFile]:
    """Those of ``files`` that belong to no photo: foreign names, and hashes without a row.

    An upload whose server died between publishing and committing completes at its phone's next contact: not a stray yet.
    """
    hashes = {file.sha256 for file in files if file.sha256 is not None}
    known = known_hashes(session, hashes) if hashes else set()
    if hashes - known:
        known |= _awaited(session, hashes - known)
    return [file for file in files if file.sha256 not in known]


def _awaited(session: Session, hashes: Collection[str]) -> set[str]:
    wanted = select(Upload.sha256).where(Upload.sha256.in_(list(hashes)), Upload.completed_at.is_(None))
    return set(session.scalars(wanted))
