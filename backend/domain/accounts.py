"""Who is asking: the actor, as a plain value every floor may hold. Not here: passwords, sessions."""

from dataclasses import dataclass, field
from uuid import UUID

from backend.domain.vocabulary import Role

# Roles whose work covers the whole district.
DISTRICT_ROLES = frozenset({Role.BUREAU_TRIAGER, Role.CITY_OPERATIONS, Role.ADMINISTRATOR, Role.AUDITOR})


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in user with the roles that hold today, and the session and device the request came from."""

    user_id: UUID
    username: str
    name: str
    roles: frozenset[Role]
    street_codes: frozenset[str] = field(default_factory=frozenset)
    department_ids: frozenset[UUID] = field(default_factory=frozenset)
    device_id: UUID | None = None
    session_id: UUID | None = None

    @property
    def sees_district(self) -> bool:
        """True when the actor's scope is the whole district."""
        return bool(self.roles & DISTRICT_ROLES)

    def has(self, role: Role) -> bool:
        """True when the actor holds ``role`` today."""
        return role in self.roles
