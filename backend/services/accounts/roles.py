"""What a user may do and where, from when to when. Nothing is overwritten: what ends keeps its days."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, or_, select, text
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor, check_role_mix
from backend.domain.calendar import local_day
from backend.domain.divisions import find_division
from backend.domain.errors import DomainError
from backend.domain.ids import new_id
from backend.domain.vocabulary import Category, DivisionLevel, Role
from backend.persistence.models import Department, RoleAssignment, User, UserSkill
from backend.services.accounts.endings import note
from backend.services.accounts.values import RoleGrant

# One change of administrators at a time: two who remove each other at once must not both succeed.
ADMINISTRATORS_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('gridpatrol administrators'))")


def replace_roles(
    session: Session, actor: Actor | None, user: User, grants: Sequence[RoleGrant], now: datetime
) -> None:
    """Make the user hold exactly ``grants`` from today on; what he held and is not among them ends today.

    Raises unknown_division, unknown_code (department), role_incomplete, role_mix, bad_period.
    """
    day = local_day(now)
    check_role_mix(grant.role for grant in grants)
    wanted = {_key(row, day): row for row in (_assignment(session, user.id, grant, day) for grant in grants)}
    current = session.scalars(
        select(RoleAssignment)
        .where(RoleAssignment.user_id == user.id, or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to > day))
        .with_for_update()
    ).all()
    kept = {_key(held, day): held for held in current}
    for key, held in kept.items():
        if key not in wanted:
            _end(session, held, day)
    session.add_all(row for key, row in wanted.items() if key not in kept)
    note(session, actor, user.id, "roles_set", now, {"roles": [_described(row) for row in wanted.values()]})
    session.flush()


def replace_skills(
    session: Session, actor: Actor | None, user: User, categories: Iterable[Category], now: datetime
) -> None:
    """Make the user trained for exactly ``categories`` from today on."""
    day, wanted = local_day(now), set(categories)
    known = {
        row.category: row
        for row in session.scalars(select(UserSkill).where(UserSkill.user_id == user.id).with_for_update())
    }
    for category in wanted:
        row = known.get(category)
        if row is None:
            session.add(UserSkill(user_id=user.id, category=category, valid_from=day))
        elif row.valid_to is not None and row.valid_to <= day:
            row.valid_from, row.valid_to = day, None
        else:
            row.valid_to = None
    for category, row in known.items():
        if category not in wanted and (row.valid_to is None or row.valid_to > day):
            row.valid_to = day
    note(session, actor, user.id, "skills_set", now, {"skills": sorted(wanted)})
    session.flush()


def check_administrator_left(session: Session, day: date) -> None:
    """Raise last_administrator when nobody could manage users any more; holds off other such changes until the end."""
    session.execute(ADMINISTRATORS_LOCK)
    left = session.scalar(
        select(func.count())
        .select_from(RoleAssignment)
        .join(User, User.id == RoleAssignment.user_id)
        .where(
            User.is_active,
            RoleAssignment.role == Role.ADMINISTRATOR,
            RoleAssignment.valid_from <= day,
            or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to > day),
        )
    )
    if not left:
        raise DomainError("last_administrator")


def is_administrator(session: Session, user_id: UUID, day: date) -> bool:
    """Whether the user is an administrator on ``day``."""
    return bool(
        session.scalar(
            select(RoleAssignment.id)
            .where(
                RoleAssignment.user_id == user_id,
                RoleAssignment.role == Role.ADMINISTRATOR,
                RoleAssignment.valid_from <= day,
                or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to > day),
            )
            .limit(1)
        )
    )


def _assignment(session: Session, user_id: UUID, grant: RoleGrant, day: date) -> RoleAssignment:
    since = grant.valid_from or day
    if grant.valid_to is not None and grant.valid_to <= since:
        raise DomainError("bad_period")
    if grant.role == Role.STREET_COORDINATOR and grant.street_code is None:
        raise DomainError("role_incomplete")
    if grant.role == Role.DEPARTMENT_OFFICER and grant.department is None:
        raise DomainError("role_incomplete")
    if grant.street_code is not None:
        division = find_division(grant.street_code, since)
        if division is None or division.level is not DivisionLevel.STREET:
            raise DomainError("unknown_division", value=grant.street_code)
    return RoleAssignment(
        id=new_id(),
        user_id=user_id,
        role=grant.role,
        street_code=grant.street_code,
        department_id=_department_id(session, grant.department),
        valid_from=since,
        valid_to=grant.valid_to,
    )


def _department_id(session: Session, code: str | None) -> UUID | None:
    if code is None:
        return None
    found = session.scalar(select(Department.id).where(Department.code == code))
    if found is None:
        raise DomainError("unknown_code", value=code, list="departments")
    return found


def _key(row: RoleAssignment, day: date) -> tuple[object, ...]:
    # a role that began some day in the past is the one that is asked for "from today on"
    return (row.role, row.street_code, row.department_id, max(row.valid_from, day), row.valid_to)


def _end(session: Session, held: RoleAssignment, day: date) -> None:
    if held.valid_from >= day:
        session.delete(held)  # it never held for a whole day; the history still names it
    else:
        held.valid_to = day


def _described(row: RoleAssignment) -> dict[str, str | None]:
    return {
        "role": row.role.value,
        "street": row.street_code,
        "department": str(row.department_id) if row.department_id else None,
        "from": row.valid_from.isoformat(),
        "to": row.valid_to.isoformat() if row.valid_to else None,
    }
