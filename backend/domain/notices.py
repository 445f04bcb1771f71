"""Who is told of what: whose turn it is at each status of a referral, and the words of a notice. Not here: writing one down.

The tables go by the *text* of a status, so that a status needs no more than a line here to be announced.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from functools import lru_cache
from typing import Any
from uuid import UUID

from backend.domain.calendar import LOCAL_ZONE
from backend.domain.data_files import load_yaml
from backend.domain.vocabulary import NoticeKind, Role

STREET_OFFICE = "street_office"  # 属地兜底: where it is the function, the street itself decides beside the bureau
UNKNOWN = "—"


class Party(StrEnum):
    """A side of a case that may be told."""

    TRIAGERS = "triagers"
    STREET_IF_ITS_OWN = "street_if_its_own"
    STREET = "street"
    DEPARTMENT = "department"
    CITY_OPERATIONS = "city_operations"


@dataclass(frozen=True, slots=True)
class Turn:
    """What a status means to whom; where nobody ``must_act`` it is for information, and no emergency any more."""

    kind: NoticeKind
    parties: tuple[Party, ...]
    must_act: bool = True


_K, _P = NoticeKind, Party
TURNS: dict[str, Turn] = {
    "pending_triage": Turn(_K.TO_TRIAGE, (_P.TRIAGERS, _P.STREET_IF_ITS_OWN)),
    "returned": Turn(_K.RETURNED, (_P.TRIAGERS, _P.STREET_IF_ITS_OWN)),
    "routed": Turn(_K.TO_ACCEPT, (_P.DEPARTMENT,)),
    "accepted": Turn(_K.TO_HANDLE, (_P.DEPARTMENT,)),
    "handling": Turn(_K.TO_HANDLE, (_P.DEPARTMENT,)),
    "reopened": Turn(_K.REOPENED, (_P.DEPARTMENT,)),
    "in_arbitration": Turn(_K.TO_ARBITRATE, (_P.CITY_OPERATIONS,)),
    "handled": Turn(_K.TO_VERIFY, (_P.TRIAGERS,)),
    "verifying": Turn(_K.TO_VERIFY, (_P.TRIAGERS,)),
    "closed": Turn(_K.CLOSED, (_P.DEPARTMENT, _P.STREET), must_act=False),
    "merged": Turn(_K.MERGED, (_P.DEPARTMENT, _P.STREET), must_act=False),
}


@dataclass(frozen=True, slots=True)
class Audience:
    """To whom a notice is addressed: a department, a role (a coordinator's with his street), or one person."""

    department_id: UUID | None = None
    role: Role | None = None
    street_code: str | None = None
    user_id: UUID | None = None

    @property
    def key(self) -> str:
        """The audience as one text, as the database makes it of the same four columns (notices.audience)."""
        if self.department_id is not None:
            return f"department:{self.department_id}"
        if self.user_id is not None:
            return f"user:{self.user_id}"
        return f"{self.role}:{self.street_code}" if self.street_code else str(self.role)


TRIAGERS = Audience(role=Role.BUREAU_TRIAGER)
CITY_OPERATIONS = Audience(role=Role.CITY_OPERATIONS)
ADMINISTRATORS = Audience(role=Role.ADMINISTRATOR)


@lru_cache(maxsize=1024)
def department_audience(department_id: UUID) -> Audience:
    """The officers of a department."""
    return Audience(department_id=department_id)


@lru_cache(maxsize=1024)
def coordinators_audience(street_code: str) -> Audience:
    """The coordinators of a street."""
    return Audience(role=Role.STREET_COORDINATOR, street_code=street_code)


def audiences_of(
    turn: Turn, *, function_code: str, street_code: str | None, department_id: UUID | None
) -> list[Audience]:
    """Whom ``turn`` concerns in a case; a party the case does not have (no street, no department yet) is left out."""
    found = []
    for party in turn.parties:
        if party is Party.TRIAGERS:
            found.append(TRIAGERS)
        elif party is Party.CITY_OPERATIONS:
            found.append(CITY_OPERATIONS)
        elif party is Party.DEPARTMENT:
            if department_id is not None:
                found.append(department_audience(department_id))
        elif street_code is not None and (party is Party.STREET or function_code == STREET_OFFICE):
            found.append(coordinators_audience(street_code))
    return found


@dataclass(frozen=True, slots=True)
class Held:
    """One role as somebody holds it; days as people in the district count them, ``valid_to`` is exclusive."""

    role: Role
    street_code: str | None
    department_id: UUID | None
    valid_from: date
    valid_to: date | None

    @property
    def audience(self) -> Audience:
        """What is addressed to whoever holds it."""
        if self.role == Role.DEPARTMENT_OFFICER:
            return Audience(department_id=self.department_id)
        street = self.street_code if self.role == Role.STREET_COORDINATOR else None
        return Audience(role=self.role, street_code=street)


def audiences_held(roles: Iterable[Held], today: date) -> dict[str, datetime]:
    """By key, the audiences somebody belongs to ``today``, each with the moment from which its notices are his.

    Who is appointed later sees nothing of before. A role that was prolonged by a further entry, without a gap, counts from
    its first day.
    """
    periods: dict[str, list[Held]] = {}
    for held in roles:
        periods.setdefault(held.audience.key, []).append(held)
    since = {key: _since(found, today) for key, found in periods.items()}
    return {key: datetime.combine(day, time(), LOCAL_ZONE) for key, day in since.items() if day is not None}


def _since(periods: list[Held], today: date) -> date | None:
    holding = [p.valid_from for p in periods if p.valid_from <= today and (p.valid_to is None or today < p.valid_to)]
    if not holding:
        return None
    start = min(holding)
    for period in sorted(periods, key=lambda p: p.valid_from, reverse=True):
        if period.valid_from < start and period.valid_to is not None and period.valid_to >= start:
            start = period.valid_from
    return start


def title(kind: NoticeKind, language: str, values: Mapping[str, Any], *, is_emergency: bool) -> str:
    """The title of a notice in ``language`` ('zh' or 'en'), filled with ``values``; what is missing shows as a dash."""
    texts = load_yaml("notices.yaml")
    filled: str = texts["titles"][kind][language].format_map(_Known({k: v for k, v in values.items() if v is not None}))
    return str(texts["emergency"][language]) + filled if is_emergency else filled


class _Known(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return UNKNOWN
