"""Changes a site: its data, and its life cycle through the one set_status. Not here: redrawn grids (grids/resiting)."""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.areas import manages_street
from backend.domain.errors import DomainError
from backend.domain.sites import check_reason, next_status
from backend.domain.vocabulary import SiteAction, SiteStatus
from backend.persistence.models import Site
from backend.persistence.queries.sites import visible_to
from backend.services.history import record
from backend.services.scope import publish_sites
from backend.services.sites.creating import PLAIN, refuse
from backend.services.sites.drafts import SiteDraft
from backend.services.sites.settling import Settled, check_values, settle

PLACE = ("position", "grid_code", "street_code")


def update_site(
    session: Session,
    actor: Actor,
    site_id: UUID,
    changes: Mapping[str, Any],
    version: int | None = None,
    *,
    now: datetime,
) -> Site:
    """Change what ``changes`` names (fields of SiteDraft). A new position decides grid and street anew.

    Raises DomainError: not_found, forbidden, stale_version, illegal_transition (closed sites stay), invalid_input.
    """
    unknown = set(changes) - {field.name for field in fields(SiteDraft)}
    if unknown:
        raise KeyError(sorted(unknown))
    site = _lock(session, actor, site_id, version, now)
    if site.status == SiteStatus.CLOSED:
        raise DomainError("illegal_transition", status=str(site.status), action="update")
    draft = replace(draft_of(site), **changes)
    moved = any(name in changes for name in PLACE)
    if moved:
        settled = _resettle(session, actor, draft, changes, now)
    else:
        refuse(check_values(draft))
        settled = Settled(draft, None, site.grid_code, site.street_code)
    if write_changes(session, actor, site, settled, now, with_place=moved):
        session.flush()
        publish_sites(session, [site.id], now)
    return site


def _resettle(session: Session, actor: Actor, draft: SiteDraft, changes: Mapping[str, Any], now: datetime) -> Settled:
    # the old grid says nothing about a new place
    if "grid_code" not in changes:
        draft = replace(draft, grid_code=None)
    settling = settle(session, actor, [draft], now)
    refuse(settling.faults)
    return settling.settled[0]


def act_on_site(
    session: Session,
    actor: Actor,
    site_id: UUID,
    action: SiteAction,
    reason: str | None = None,
    version: int | None = None,
    *,
    now: datetime,
) -> Site:
    """Confirm or reject a proposal, or close a site. Raises DomainError: not_found, forbidden, stale_version,
    illegal_transition, reason_required."""
    site = _lock(session, actor, site_id, version, now)
    set_status(session, actor, site, action, reason, now=now)
    session.flush()
    publish_sites(session, [site.id], now)
    return site


def set_status(
    session: Session, actor: Actor, site: Site, action: SiteAction, reason: str | None = None, *, now: datetime
) -> None:
    """Move ``site`` as the table of its life cycle says, count its version up and write the event."""
    before = site.status
    after = next_status(before, action)
    check_reason(action, reason)
    site.status = after
    site.version += 1
    record(
        session,
        at=now,
        actor=actor,
        subject_type="site",
        subject_id=site.id,
        action=action.value,
        from_status=before.value,
        to_status=after.value,
        reason=reason,
    )


def draft_of(site: Site) -> SiteDraft:
    """The row as a draft; its position is left out, since only a new one matters."""
    values = {name: getattr(site, name) for name in (*PLAIN, "grid_code", "street_code")}
    return SiteDraft(**{**values, "licence": dict(site.licence)})


def write_changes(
    session: Session, actor: Actor, site: Site, settled: Settled, now: datetime, *, with_place: bool
) -> list[str]:
    """Take over what differs, with one event naming the fields; returns them (empty: nothing was changed)."""
    wanted: dict[str, Any] = {name: getattr(settled.draft, name) for name in PLAIN}
    if with_place:
        wanted |= {"grid_code": settled.grid_code, "street_code": settled.street_code}
        if settled.draft.position is not None:
            wanted["raw_position"] = settled.draft.position.raw()
    changed = {name: value for name, value in wanted.items() if getattr(site, name) != value}
    if not changed:
        return []
    before = {name: getattr(site, name) for name in changed}
    for name, value in changed.items():
        setattr(site, name, value)
    if "raw_position" in changed:
        site.position = settled.point  # type: ignore[assignment]  # written as WKT, read as WKB
    site.version += 1
    record(
        session,
        at=now,
        actor=actor,
        subject_type="site",
        subject_id=site.id,
        action="update",
        data={"from": before, "to": changed},
    )
    return sorted(changed)


def _lock(session: Session, actor: Actor, site_id: UUID, version: int | None, now: datetime) -> Site:
    statement = (
        select(Site)
        .where(Site.id == site_id, visible_to(actor, now))
        .with_for_update(of=Site)
        .execution_options(populate_existing=True)
    )
    site = session.scalars(statement).one_or_none()
    if site is None:
        raise DomainError("not_found")
    if not manages_street(actor, site.street_code):
        raise DomainError("forbidden")
    if version is not None and version != site.version:
        raise DomainError("stale_version")
    return site
