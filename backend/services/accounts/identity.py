"""Who is asking: from an access token to the actor, in one statement. On the way of every request, so it stays lean."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.calendar import local_day
from backend.domain.errors import DomainError
from backend.domain.vocabulary import Role
from backend.gateways.keys import Keys
from backend.services.accounts.tokens import read_access_token

# Plain text: SQLAlchemy spends more on building an expression of this size than PostgreSQL on answering it.
# A street or department counts only for the role it was given with: a worker's street opens no coordinator's view.
WHO = text("""
    SELECT s.user_id, s.device_id, u.username, u.name, u.is_active,
           s.ended_at IS NULL AND s.expires_at > :now AND d.revoked_at IS NULL AS is_open,
           array_agg(r.role) FILTER (WHERE r.role IS NOT NULL) AS roles,
           array_agg(r.street_code) FILTER (WHERE r.role = 'street_coordinator') AS street_codes,
           array_agg(r.department_id) FILTER (WHERE r.role = 'department_officer') AS department_ids
    FROM login_sessions s
    JOIN users u ON u.id = s.user_id
    JOIN devices d ON d.id = s.device_id
    LEFT JOIN role_assignments r
      ON r.user_id = u.id AND r.valid_from <= :day AND (r.valid_to IS NULL OR r.valid_to > :day)
    WHERE s.id = :session_id AND s.user_id = :user_id
    GROUP BY s.id, u.id, d.id
""")
ROLE_OF = {role.value: role for role in Role}


def authenticate(session: Session, token: str, keys: Keys, now: datetime) -> Actor:
    """The actor of ``token`` with the roles valid on the day of ``now``; none are left when all have ended.

    Raises unauthenticated (no token of ours), token_expired, session_ended (signed out, revoked device, disabled user).
    """
    claims = read_access_token(keys, token, now)
    values = {"session_id": claims.session_id, "user_id": claims.user_id, "now": now, "day": local_day(now)}
    row = session.execute(WHO, values).one_or_none()
    if row is None or not (row.is_open and row.is_active):
        raise DomainError("session_ended")
    departments: frozenset[UUID] = frozenset(row.department_ids or ())
    return Actor(
        user_id=row.user_id,
        username=row.username,
        name=row.name,
        roles=frozenset(ROLE_OF[role] for role in row.roles or ()),
        street_codes=frozenset(row.street_codes or ()),
        department_ids=departments,
        device_id=row.device_id,
        session_id=claims.session_id,
    )
