"""Materials handed in with an act: photos already stored, documents by number. Not here: bringing photos (services/media)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.ids import new_id
from backend.domain.vocabulary import ReferralAction
from backend.persistence.models import Referral, ReferralMaterial
from backend.persistence.queries.media import visible_hashes


@dataclass(frozen=True, slots=True)
class Material:
    """One thing handed in: at least a photo (its hash), a document's number or a note."""

    title: str
    sha256: str | None = None
    document_no: str = ""
    note: str = ""


def check_materials(session: Session, actor: Actor, materials: Sequence[Material]) -> None:
    """Raise material_missing for a photo that is not here or that the actor may not see."""
    named = {material.sha256 for material in materials if material.sha256}
    here = visible_hashes(session, actor, named) if named else set()
    for sha256 in sorted(named - here):
        raise DomainError("material_missing", sha256=sha256)


def add_materials(
    session: Session,
    actor: Actor,
    referral: Referral,
    action: ReferralAction,
    materials: Sequence[Material],
    *,
    now: datetime,
) -> list[str]:
    """Keep ``materials``, which were checked, with the referral; their titles."""
    session.add_all(
        ReferralMaterial(
            id=new_id(),
            referral_id=referral.id,
            action=action.value,
            title=material.title,
            sha256=material.sha256,
            document_no=material.document_no,
            note=material.note,
            added_by=actor.user_id,
            added_at=now,
        )
        for material in materials
    )
    return [material.title for material in materials]
