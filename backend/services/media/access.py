"""Which photos are lacking, who may see one, and its preview made when asked for."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.images import PhotoKind
from backend.gateways.images import UnreadablePhotoError, read_photo
from backend.gateways.photo_store import PhotoStore
from backend.persistence.queries.media import find_media, known_hashes


@dataclass(frozen=True, slots=True)
class VisibleMedia:
    """A photo somebody may see, as plain values."""

    sha256: str
    byte_count: int
    kind: PhotoKind
    stored_at: datetime
    examine_error: str | None


def missing(session: Session, photos: PhotoStore, hashes: Collection[str]) -> list[str]:
    """Those of ``hashes`` that must be sent, in the order asked and each once; a row whose bytes are gone counts too."""
    here = photos.present(known_hashes(session, hashes))
    return [sha256 for sha256 in dict.fromkeys(hashes) if sha256 not in here]


def visible_media(session: Session, actor: Actor, sha256: str) -> VisibleMedia:
    """The photo. Raises ``not_found`` when it is not here or not for ``actor``."""
    media = find_media(session, actor, sha256)
    if media is None:
        raise DomainError("not_found")
    return VisibleMedia(media.sha256, media.byte_count, PhotoKind(media.mime), media.stored_at, media.examine_error)


def make_preview(photos: PhotoStore, media: VisibleMedia) -> bytes:
    """The preview (JPEG, long side 480 px, upright, without EXIF), made now if the job has not come to it yet.

    Needs no transaction and should hold none: decoding takes a while. Raises ``photo_unreadable``.
    """
    ready = photos.preview(media.sha256)
    if ready is not None:
        return ready
    if media.examine_error is not None:
        raise DomainError("photo_unreadable")
    try:
        with photos.open(media.sha256) as file:
            facts = read_photo(file, media.byte_count, media.kind)
    except UnreadablePhotoError as error:
        raise DomainError("photo_unreadable") from error
    with suppress(DomainError):  # a full disk: it is made again next time
        photos.put_preview(media.sha256, facts.preview)
    return facts.preview
