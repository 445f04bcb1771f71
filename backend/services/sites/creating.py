"""Enters sites into the register. Not here: proposals from phones (proposing.py), files (importing.py)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.ids import new_id
from backend.domain.rows import RowFault
from backend.domain.vocabulary import SiteStatus
from backend.persistence.models import Site
from backend.services.history import record
from backend.services.scope import publish_sites
from backend.services.sites.drafts import SiteDraft
from backend.services.sites.settling import Settled, settle

# Fields a row takes over from a draft as they are.
PLAIN = ("name", "address", "category", "kind", "uscc", "uscc_missing_reason", "external_code", "licence")


def create_site(session: Session, actor: Actor, draft: SiteDraft, *, now: datetime) -> Site:
    """Enter one site, active at once. Raises DomainError: forbidden (another street), invalid_input."""
    settling = settle(session, actor, [draft], now)
    refuse(settling.faults)
    site = new_site(session, actor, settling.settled[0], now)
    session.flush()
    publish_sites(session, [site.id], now)
    return site


def refuse(faults: list[RowFault]) -> None:
    """Raise what a single site's faults amount to: forbidden for another street, invalid_input otherwise."""
    if any(fault.code == "foreign_street" for fault in faults):
        raise DomainError("forbidden")
    if faults:
        errors = [{"path": fault.column, **fault.to_data()} for fault in faults]
        raise DomainError("invalid_input", errors=errors, count=len(errors))


def new_site(
    session: Session,
    actor: Actor,
    settled: Settled,
    now: datetime,
    *,
    site_id: UUID | None = None,
    status: SiteStatus = SiteStatus.ACTIVE,
    data: dict[str, Any] | None = None,
) -> Site:
    """A new row with its event; the caller flushes."""
    draft = settled.draft
    site = Site(
        **{name: getattr(draft, name) for name in PLAIN},
        id=site_id or new_id(),
        status=status,
        position=settled.point,
        raw_position=draft.position.raw() if draft.position else None,
        grid_code=settled.grid_code,
        street_code=settled.street_code,
        created_at=now,
        created_by=actor.user_id,
        version=1,
    )
    session.add(site)
    record(
        session,
        at=now,
        actor=actor,
        subject_type="site",
        subject_id=site.id,
        action="propose" if status == SiteStatus.PROPOSED else "create",
        to_status=status.value,
        data=data,
    )
    return site
