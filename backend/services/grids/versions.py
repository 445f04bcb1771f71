"""The life of grid versions: published from a date on, replaced by the next, or deleted while still a draft.

Not here: how a draft is made (importing.py). ``set_status`` is the one place that changes a version's status.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Text, cast, delete, exists, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.calendar import local_day
from backend.domain.errors import DomainError
from backend.domain.grids import GridVersionAction, check_deletable, check_succession, next_status
from backend.domain.vocabulary import GridVersionStatus
from backend.persistence.models import Event, Grid, GridVersion
from backend.persistence.violations import violated_constraint
from backend.services import history, scope
from backend.services.grids.lineage import store_lineage
from backend.services.grids.outlines import street_codes_on
from backend.services.grids.resiting import move_sites

SUBJECT, TAKE_EFFECT = "grid_version", "take_effect"


def publish_version(
    session: Session, actor: Actor | None, version_id: UUID, valid_from: datetime, *, now: datetime
) -> GridVersion:
    """Make a draft the partition that holds from ``valid_from`` on; the newest published one ends there and is kept.

    A past date is allowed after the predecessor's own beginning (the district decided earlier than it told us): reports
    already placed stay where they are. With a coming date phones hear of it when that day is there (``take_effect``).
    Raises not_found, illegal_transition, grid_version_order, grid_version_overlap, grid_street_not_valid.
    """
    _one_at_a_time(session)
    version = _locked(session, version_id)
    next_status(version.status, GridVersionAction.PUBLISH)
    _check_streets(session, version, valid_from)
    predecessor = session.scalar(
        select(GridVersion)
        .where(GridVersion.district_code == version.district_code, GridVersion.status != GridVersionStatus.DRAFT)
        .order_by(GridVersion.valid_from.desc())
        .limit(1)
    )
    check_succession(predecessor.valid_from if predecessor else None, valid_from)
    if predecessor is not None:
        predecessor.valid_to = valid_from
        session.flush()
    version.valid_from, version.previous_id = valid_from, predecessor.id if predecessor else None
    version.published_at, version.published_by = now, actor.user_id if actor else None
    set_status(session, version, GridVersionAction.PUBLISH, actor, now=now, valid_from=valid_from.isoformat())
    _flush(session)
    if predecessor is not None:
        store_lineage(session, predecessor.id, version.id)
    take_effect(session, now=now, actor=actor, districts=[version.district_code])
    return version


def take_effect(
    session: Session, *, now: datetime, actor: Actor | None = None, districts: Iterable[str] | None = None
) -> list[UUID]:
    """Bring everything in step with versions whose day has come: statuses, sites' grids, phones. Returns their ids.

    Called by publishing and, for coming dates, by the periodic job. The event it leaves on each version tells that it was
    done, so doing it again changes nothing.
    """
    _one_at_a_time(session)
    due = session.scalars(_due(now, districts)).all()
    for version in due:
        predecessor = session.get(GridVersion, version.previous_id) if version.previous_id else None
        if predecessor is not None and predecessor.status is GridVersionStatus.PUBLISHED:
            set_status(session, predecessor, GridVersionAction.REPLACE, actor, now=now, successor=str(version.id))
        still_holds = version.valid_to is None or version.valid_to > now
        moved = move_sites(session, version.id, actor, now=now) if still_holds else 0
        _record(session, version, TAKE_EFFECT, actor, now=now, sites_moved=moved)
    session.flush()
    if due:
        scope.refresh_all(session, now)
    return [version.id for version in due]


def delete_draft(session: Session, actor: Actor | None, version_id: UUID, *, now: datetime) -> None:
    """Remove a draft with its grids. Raises not_found, and illegal_transition for anything that was published."""
    version = _locked(session, version_id)
    check_deletable(version.status)
    session.execute(delete(Grid).where(Grid.version_id == version.id))
    _record(session, version, "delete", actor, now=now, label=version.label, source_sha256=version.source_sha256)
    session.delete(version)
    session.flush()


def set_status(
    session: Session,
    version: GridVersion,
    action: GridVersionAction,
    actor: Actor | None,
    *,
    now: datetime,
    **data: Any,
) -> None:
    """Move a version along its life cycle and write the event. Raises illegal_transition."""
    before = version.status
    version.status = next_status(before, action)
    _record(session, version, action.value, actor, now=now, change=(before, version.status), **data)


def _record(
    session: Session,
    version: GridVersion,
    action: str,
    actor: Actor | None,
    *,
    now: datetime,
    change: tuple[GridVersionStatus, GridVersionStatus] | None = None,
    **data: Any,
) -> None:
    history.record(
        session,
        at=now,
        actor=actor,
        subject_type=SUBJECT,
        subject_id=version.id,
        action=action,
        from_status=change[0].value if change else None,
        to_status=change[1].value if change else None,
        data=data,
    )


def _due(now: datetime, districts: Iterable[str] | None) -> Select[GridVersion]:
    done = exists().where(
        Event.subject_type == SUBJECT, Event.subject_id == cast(GridVersion.id, Text), Event.action == TAKE_EFFECT
    )
    statement = select(GridVersion).where(
        GridVersion.status != GridVersionStatus.DRAFT, GridVersion.valid_from <= now, ~done
    )
    if districts is not None:
        statement = statement.where(GridVersion.district_code.in_(list(districts)))
    return statement.order_by(GridVersion.valid_from)


def _locked(session: Session, version_id: UUID) -> GridVersion:
    version = session.scalar(select(GridVersion).where(GridVersion.id == version_id).with_for_update())
    if version is None:
        raise DomainError("not_found")
    return version


def _one_at_a_time(session: Session) -> None:
    # Publishing reads the newest version and writes the next: two at once would both see the same one.
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext('grid_versions'))"))


def _check_streets(session: Session, version: GridVersion, valid_from: datetime) -> None:
    used = set(session.scalars(select(Grid.street_code).where(Grid.version_id == version.id).distinct()))
    gone = used - street_codes_on(session, version.district_code, local_day(valid_from))
    if gone:
        raise DomainError("grid_street_not_valid", streets=", ".join(sorted(gone)))


def _flush(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        if violated_constraint(error) == "ex_grid_versions_one_at_a_time":
            raise DomainError("grid_version_overlap") from error
        raise
