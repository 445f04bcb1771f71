"""One act on many referrals: each row by itself, so that a refused one never hinders the others.

Not here: the acts (services/referrals), a request that is sent twice (once.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.vocabulary import BulkResult, CaseSort, ReferralAction, ReferralStatus
from backend.persistence.models import Referral, Report
from backend.persistence.queries.cases import CaseFilter, find_cases
from backend.persistence.queries.referrals import visible_to
from backend.persistence.queries.reports.rows import one_of
from backend.services.referrals import ActionDetails, act_on_locked, lock_rows
from backend.services.review.acting import follow_up
from backend.services.scope import publish_reports

Locked = tuple[Report, Referral]
BULK_LIMIT = 500  # rows of one request


@dataclass(frozen=True, slots=True)
class Picked:
    """A referral and its version as the actor saw it."""

    id: UUID
    version: int


@dataclass(frozen=True, slots=True)
class BulkOrder:
    """What shall be done: ``action`` on ``picked``, or where that is None on all that match ``wanted``, of which there must
    be ``expected_count``. ``overrides`` say by id what is different for one row; what they leave out is of ``details``."""

    action: ReferralAction
    details: ActionDetails = field(default_factory=ActionDetails)
    overrides: Mapping[UUID, ActionDetails] = field(default_factory=dict)
    picked: Sequence[Picked] | None = None
    wanted: CaseFilter = field(default_factory=CaseFilter)
    expected_count: int = 0


@dataclass(frozen=True, slots=True)
class BulkRow:
    """What became of one row. ``version`` and ``status`` are those of now, None where the actor does not see it; ``refusal``
    says why nothing was done."""

    id: UUID
    result: BulkResult
    refusal: DomainError | None
    version: int | None
    status: ReferralStatus | None


def act_on_many(session: Session, actor: Actor, order: BulkOrder, *, now: datetime) -> list[BulkRow]:
    """Do what ``order`` says, in the order of its rows, each within a savepoint of its own.

    Raises count_changed where a filter matches another number than expected and too_many_cases over BULK_LIMIT; nothing is
    done then. Whatever an act refuses is the answer of its row.
    """
    picked = _picked(session, actor, order)
    if len(picked) > BULK_LIMIT:
        raise DomainError("too_many_cases", limit=BULK_LIMIT)
    seen = _lock(session, actor, order, picked)
    concerned: set[UUID] = set()
    refusals = [_act(session, actor, order, row, seen.get(row.id), concerned, now) for row in picked]
    publish_reports(session, concerned, now)
    known = _states(session, actor, picked)
    return [
        BulkRow(
            row.id,
            BulkResult.REFUSED if refusal else BulkResult.DONE,
            refusal,
            *known.get(row.id, (None, None)),
        )
        for row, refusal in zip(picked, refusals, strict=True)
    ]


def _picked(session: Session, actor: Actor, order: BulkOrder) -> Sequence[Picked]:
    if order.picked is not None:
        return order.picked
    found = find_cases(session, actor, order.wanted, CaseSort.URGENT, BULK_LIMIT + 1)
    if len(found) > BULK_LIMIT:
        raise DomainError("too_many_cases", limit=BULK_LIMIT)
    if len(found) != order.expected_count:
        raise DomainError("count_changed", found=len(found), expected=order.expected_count)
    return [Picked(referral_id, version) for referral_id, version in found]


def _lock(session: Session, actor: Actor, order: BulkOrder, picked: Sequence[Picked]) -> dict[UUID, Locked]:
    """Lock every report an act may touch (those of cases merged into the rows, and of what rows are to be merged into, too),
    then the rows, in the order in which single acts lock: two bulk acts queue and never wait for each other. By its id, each
    referral the actor sees behind its report."""
    targets = {details.target for details in (order.details, *order.overrides.values()) if details.target is not None}
    ids = one_of([*(row.id for row in picked), *targets], Uuid)
    named = select(Referral.id, Referral.report_id).where(Referral.id == ids, visible_to(actor))
    reports = {row.id: row.report_id for row in session.execute(named)}
    followers = select(Referral.report_id).where(Referral.merged_into_id == ids)
    return lock_rows(session, reports, list(session.scalars(followers)))


def _act(
    session: Session,
    actor: Actor,
    order: BulkOrder,
    row: Picked,
    locked: Locked | None,
    concerned: set[UUID],
    now: datetime,
) -> DomainError | None:
    if locked is None:
        return DomainError("not_found")
    details = merged(order.details, order.overrides.get(row.id))
    try:
        with session.begin_nested():
            told = act_on_locked(session, actor, *locked, order.action, details, version=row.version, now=now)
            follow_up(session, actor, locked[1], order.action, now=now)
    except DomainError as error:
        return error
    except IntegrityError:
        # somebody's row came between the act's look and its writing; looked at again it is another state
        return DomainError("stale_version")
    concerned.update(told)
    return None


def merged(details: ActionDetails, own: ActionDetails | None) -> ActionDetails:
    """``details`` with everything that ``own`` says in its place."""
    if own is None:
        return details
    told = {f.name: value for f in fields(own) if (value := getattr(own, f.name)) not in (None, ())}
    return replace(details, **told)


def _states(session: Session, actor: Actor, picked: Sequence[Picked]) -> dict[UUID, tuple[int, ReferralStatus]]:
    """Version and status of the rows as they are now, of those the actor (still) sees."""
    ids = one_of([row.id for row in picked], Uuid)
    found = session.execute(
        select(Referral.id, Referral.version, Referral.status).where(Referral.id == ids, visible_to(actor))
    )
    return {row.id: (row.version, row.status) for row in found}
