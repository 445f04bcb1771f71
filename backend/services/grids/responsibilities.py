"""定格定员定责: who answers for which grid, in which role and on which days. Not here: skills and roles (accounts).

That one grid has one lead on any day is held by the database; here it only becomes a sentence.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import or_, select, text
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.grids import check_earlier_end, check_period, street_of
from backend.domain.ids import new_id
from backend.domain.vocabulary import GridRole, GridVersionStatus, Role
from backend.persistence.models import Grid, GridResponsibility, GridVersion, RoleAssignment, User
from backend.persistence.violations import violated_constraint
from backend.services import history, scope

SUBJECT = "grid_responsibility"
CONFLICT_CODES = {
    "ex_grid_responsibilities_one_lead": "lead_taken",
    "ex_grid_responsibilities_one_role_each": "already_responsible",
}


def assign_responsibility(
    session: Session,
    actor: Actor,
    *,
    user_id: UUID,
    grid_code: str,
    role: GridRole,
    valid_from: date,
    valid_to: date | None,
    now: datetime,
) -> GridResponsibility:
    """Make a grid worker answer for a grid from a day on, until before ``valid_to`` (None: until ended).

    Raises bad_period, unknown_grid, not_found (a grid outside the actor's streets, an unknown user), not_grid_worker,
    lead_taken, already_responsible.
    """
    check_period(valid_from, valid_to)
    _check_grid(session, actor, grid_code)
    _check_worker(session, user_id, valid_from)
    row = GridResponsibility(
        id=new_id(),
        grid_code=grid_code,
        user_id=user_id,
        role=role,
        period=Range(valid_from, valid_to),
        created_at=now,
        created_by=actor.user_id,
    )
    # Two rows that exclude each other, inserted at once, would wait for each other until one is shot as a deadlock.
    session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('lead ' || :code, 0))"), {"code": grid_code})
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError as error:
        raise _conflict(session, row, error) from error
    _record(session, row, "assign", actor, now)
    session.flush()
    scope.welcome_user(session, user_id, now)
    return row


def end_responsibility(
    session: Session, actor: Actor, responsibility_id: UUID, *, valid_to: date, now: datetime
) -> GridResponsibility | None:
    """Let a responsibility hold until before ``valid_to``; one that would then never have held is removed (None).

    Raises not_found, and already_ended where it ends that early anyway.
    """
    row = session.scalar(select(GridResponsibility).where(GridResponsibility.id == responsibility_id).with_for_update())
    if row is None or not _may_manage(actor, row.grid_code):
        raise DomainError("not_found")
    check_earlier_end(row.period.upper, valid_to)
    begin = row.period.lower
    if begin is None or valid_to <= begin:
        session.delete(row)
    else:
        row.period = Range(begin, valid_to)
    _record(session, row, "end", actor, now, ended_on=valid_to.isoformat())
    session.flush()
    scope.welcome_user(session, row.user_id, now)
    return row if begin is not None and begin < valid_to else None


def _may_manage(actor: Actor, grid_code: str) -> bool:
    return actor.sees_district or street_of(grid_code) in actor.street_codes


def _check_grid(session: Session, actor: Actor, grid_code: str) -> None:
    if not _may_manage(actor, grid_code):
        raise DomainError("not_found")
    known = (
        select(Grid.id)
        .join(GridVersion, GridVersion.id == Grid.version_id)
        .where(Grid.code == grid_code, GridVersion.status == GridVersionStatus.PUBLISHED)
        .limit(1)
    )
    if session.scalar(known) is None:
        raise DomainError("unknown_grid", grid_code=grid_code)


def _check_worker(session: Session, user_id: UUID, day: date) -> None:
    user = session.get(User, user_id)
    if user is None:
        raise DomainError("not_found")
    holds = select(RoleAssignment.id).where(
        RoleAssignment.user_id == user_id,
        RoleAssignment.role == Role.GRID_WORKER,
        or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to > day),
    )
    if not user.is_active or session.scalar(holds.limit(1)) is None:
        raise DomainError("not_grid_worker", name=user.name)


def _conflict(session: Session, wanted: GridResponsibility, error: IntegrityError) -> DomainError | IntegrityError:
    """The sentence that names who stands in the way, or ``error`` itself where something else was violated."""
    code = CONFLICT_CODES.get(violated_constraint(error) or "")
    if code is None:
        return error
    same = (
        GridResponsibility.role == GridRole.LEAD
        if code == "lead_taken"
        else GridResponsibility.user_id == wanted.user_id
    )
    other, name = session.execute(
        select(GridResponsibility, User.name)
        .join(User, User.id == GridResponsibility.user_id)
        .where(GridResponsibility.grid_code == wanted.grid_code, same)
        .where(GridResponsibility.period.overlaps(wanted.period))
        .order_by(GridResponsibility.period)
        .limit(1)
    ).one()
    return DomainError(
        code,
        name=name,
        valid_from=str(other.period.lower),
        valid_to=str(other.period.upper or "…"),
    )


def _record(session: Session, row: GridResponsibility, action: str, actor: Actor, now: datetime, **data: str) -> None:
    history.record(
        session,
        at=now,
        actor=actor,
        subject_type=SUBJECT,
        subject_id=row.id,
        action=action,
        data={"grid_code": row.grid_code, "user_id": str(row.user_id), "role": row.role.value,
              "valid_from": str(row.period.lower), "valid_to": str(row.period.upper or ""), **data},
    )  # fmt: skip
