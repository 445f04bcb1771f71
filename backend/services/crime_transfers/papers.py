"""Photos that papers of a transfer refer to. Not here: which papers there must be (domain/crime_transfers)."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.persistence.models import Media
from backend.persistence.queries import media


def check_photos(session: Session, actor: Actor, papers: Iterable[Mapping[str, Any]]) -> None:
    """Raise DomainError('unknown_photo') for a photo that is not here, or not for ``actor`` to see."""
    named = {paper["photo"] for paper in papers if paper.get("photo")}
    if not named:
        return
    here = set(session.scalars(select(Media.sha256).where(Media.sha256.in_(named), media.visible_to(actor))))
    for sha256 in sorted(named - here):
        raise DomainError("unknown_photo", sha256=sha256)
