"""What every part of the demo works with: the session, the cast, chance, and a diary of what happens when.

Chance is drawn from names, not from a running stream, so that a change in one part leaves the others as they were.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID

from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.calendar import LOCAL_ZONE
from backend.gateways.photo_store import PhotoStore

DISTRICT = "310107"
SEED = 20260301
FIELD_DAYS = 10  # working days of the two weeks
SATURDAY = 5


@dataclass(slots=True)
class Stage:
    """The demo while it is being made. ``base_day``: nothing happens on it or later; ``tell`` gets lines of progress."""

    session: Session
    photos: PhotoStore
    epoch: UUID
    base_day: date
    seed: int
    tell: Callable[[str], None]
    actors: dict[str, Actor] = field(default_factory=dict)
    workers: dict[UUID, Actor] = field(default_factory=dict)
    officers: dict[UUID, Actor] = field(default_factory=dict)
    coordinators: dict[str, Actor] = field(default_factory=dict)
    teams: dict[str, list[Actor]] = field(default_factory=dict)
    diary: "Diary" = field(init=False)
    unmanned: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.diary = Diary()

    @property
    def end(self) -> datetime:
        """The moment at which the demo stops and real life begins."""
        return self.moment(self.base_day, 0)

    @property
    def working_days(self) -> list[date]:
        """The last ten days from Monday to Friday before the base day, oldest first."""
        days = (self.base_day - timedelta(days=back) for back in range(1, 15))
        return sorted(day for day in days if day.weekday() < SATURDAY)[-FIELD_DAYS:]

    def moment(self, day: date, hour: int, minute: int = 0) -> datetime:
        """A local time of a day."""
        return datetime.combine(day, time(hour, minute), LOCAL_ZONE)

    def chance(self, *names: object) -> Random:
        """Chance that is the same for the same names and seed."""
        return Random("/".join(map(str, (self.seed, *names))))  # noqa: S311 - invented data, no secret

    def uuid(self, at: datetime, *names: object) -> UUID:
        """An id as a phone makes it at ``at`` (UUIDv7, RFC 9562), the same for the same names."""
        chance, milliseconds = self.chance("id", *names), int(at.timestamp() * 1000)
        high = milliseconds << 80 | 7 << 76 | chance.getrandbits(12) << 64
        return UUID(int=high | 2 << 62 | chance.getrandbits(62))


class Diary:
    """Happenings in the order of their times; a happening may enter others."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self._number = 0

    def enter(self, at: datetime, happening: Callable[[datetime], None]) -> None:
        """Let ``happening`` be called with ``at`` when its turn comes."""
        heapq.heappush(self._heap, (at, self._number, happening))
        self._number += 1

    def play(self, end: datetime, after_each: Callable[[datetime], None]) -> None:
        """Call everything that happens before ``end``, in order; what would come later never happens."""
        while self._heap and self._heap[0][0] < end:
            at, _, happening = heapq.heappop(self._heap)
            happening(at)
            after_each(at)


def office_time(at: datetime) -> datetime:
    """``at``, or the next time somebody sits at a desk: Monday to Friday, nine to half past five."""
    local = at.astimezone(LOCAL_ZONE)
    opens, closes = local.replace(hour=9, minute=local.minute // 3), local.replace(hour=17, minute=30)
    if local.weekday() < SATURDAY and opens <= local <= closes:
        return local
    if local < opens and local.weekday() < SATURDAY:
        return opens
    day = opens + timedelta(days=1)
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    return day
