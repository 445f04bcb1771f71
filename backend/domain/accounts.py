"""Who is asking: the actor, as a plain value every floor may hold. Not here: passwords, sessions."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from backend.domain.errors import DomainError
from backend.domain.vocabulary import Role

# Roles whose work covers the whole district.
DISTRICT_ROLES = frozenset({Role.BUREAU_TRIAGER, Role.CITY_OPERATIONS, Role.ADMINISTRATOR, Role.AUDITOR})


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in user with the roles that hold today, and the session and device the request came from.

    ``street_codes`` are those he coordinates, ``department_ids`` those he is an officer of; ``session_ends_at``: when he is
    signed out if nothing more comes from him.
    """

    user_id: UUID
    username: str
    name: str
    roles: frozenset[Role]
    street_codes: frozenset[str] = field(default_factory=frozenset)
    department_ids: frozenset[UUID] = field(default_factory=frozenset)
    device_id: UUID | None = None
    session_id: UUID | None = None
    session_ends_at: datetime | None = None
    has_shown_second_factor: bool = False

    @property
    def sees_district(self) -> bool:
        """True when the actor's scope is the whole district."""
        return bool(self.roles & DISTRICT_ROLES)

    def has(self, role: Role) -> bool:
        """True when the actor holds ``role`` today."""
        return role in self.roles


def check_role_mix(roles: Iterable[Role]) -> None:
    """Raise DomainError('role_mix') if an auditor would also do what he audits (GB/T 22239-2019, 管理权限分离)."""
    held = set(roles)
    if Role.AUDITOR in held and len(held) > 1:
        raise DomainError("role_mix")
