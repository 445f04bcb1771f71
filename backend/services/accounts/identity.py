"""Who is asking: from an access token to the actor, in one statement. On the way of every request, so it stays lean."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.calendar import local_day
from backend.domain.errors import DomainError
from backend.domain.vocabulary import Role
from backend.gateways.keys import Keys
from backend.persistence.models import RoleAssignment, User
from backend.persistence.statements import row
from backend.services.accounts.tokens import AccessClaims, read_access_token

# A street or department counts only for the role it was given with: a worker's street opens no coordinator's view.
ROLES_HELD = """
    CROSS JOIN LATERAL (
        SELECT array_agg(role) AS roles,
               array_agg(street_code) FILTER (WHERE role = 'street_coordinator') AS street_codes,
               array_agg(department_id) FILTER (WHERE role = 'department_officer') AS department_ids
        FROM role_assignments
        WHERE user_id = s.user_id AND valid_from <= %(day)s AND (valid_to IS NULL OR valid_to > %(day)s)) r
"""
WHO = f"""
    SELECT s.user_id, s.device_id, u.username, u.name,
           u.is_active AND s.ended_at IS NULL AND s.expires_at > %(now)s AND d.revoked_at IS NULL AS is_open,
           r.roles, r.street_codes, r.department_ids, s.expires_at AS ends_at,
           s.second_factor_at IS NOT NULL AS has_shown
    FROM login_sessions s
    JOIN users u ON u.id = s.user_id
    JOIN devices d ON d.id = s.device_id
    {ROLES_HELD}
    WHERE s.id = %(session_id)s AND s.user_id = %(user_id)s
"""  # noqa: S608 -- made of our own texts
WHO_COLUMNS = 10
ROLE_OF = {role.value: role for role in Role}


def authenticate(session: Session, token: str, keys: Keys, now: datetime) -> Actor:
    """The actor of ``token`` with the roles valid on the day of ``now``; none are left when all have ended.

    Raises unauthenticated (no token of ours), token_expired, session_ended (signed out, revoked device, disabled user).
    """
    claims = read_access_token(keys, token, now)
    return actor_of(claims.session_id, row(session, WHO, who_values(claims, now)))


def who_values(claims: AccessClaims, now: datetime) -> dict[str, Any]:
    """What WHO asks with."""
    return {"session_id": claims.session_id, "user_id": claims.user_id, "now": now, "day": local_day(now)}


def actor_of(session_id: UUID, found: tuple[Any, ...] | None) -> Actor:
    """The actor of a row that begins with the columns of WHO. Raises session_ended."""
    if found is None:
        raise DomainError("session_ended")
    user_id, device_id, username, name, is_open, roles, street_codes, department_ids, ends_at, has_shown = found[
        :WHO_COLUMNS
    ]
    if not is_open:
        raise DomainError("session_ended")
    return Actor(
        user_id=user_id,
        username=username,
        name=name,
        roles=frozenset(ROLE_OF[role] for role in roles or ()),
        street_codes=frozenset(street_codes or ()),
        department_ids=frozenset(department_ids or ()),
        device_id=device_id,
        session_id=session_id,
        session_ends_at=ends_at,
        has_shown_second_factor=has_shown,
    )


def load_actor(session: Session, user_id: UUID, device_id: UUID | None, now: datetime) -> Actor:
    """A user as the actor he would be today, for what is done in his name later (a repaired item); nobody signs in."""
    user, day = session.get_one(User, user_id), local_day(now)
    held = session.scalars(
        select(RoleAssignment).where(
            RoleAssignment.user_id == user_id,
            RoleAssignment.valid_from <= day,
            or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to > day),
        )
    ).all()
    streets = (r.street_code for r in held if r.role == Role.STREET_COORDINATOR and r.street_code)
    departments = (r.department_id for r in held if r.role == Role.DEPARTMENT_OFFICER and r.department_id)
    roles = frozenset(r.role for r in held)
    return Actor(user.id, user.username, user.name, roles, frozenset(streets), frozenset(departments), device_id)
