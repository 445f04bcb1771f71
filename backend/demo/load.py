"""Loads the demo: refuses where it does not belong, then plays two weeks from beginning to end in one transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from backend.demo.casework import Casework
from backend.demo.district import set_up_district
from backend.demo.extras import Extras
from backend.demo.fieldwork import Fieldwork
from backend.demo.oddities import Oddities
from backend.demo.people import engage_people
from backend.demo.plan import plan_patrols
from backend.demo.premises import enter_premises
from backend.demo.stage import DISTRICT, SEED, Stage
from backend.domain.calendar import local_day
from backend.gateways.photo_store import PhotoStore
from backend.persistence.models import Department, Referral, Report, Site, Task, User
from backend.persistence.queries.district_settings import DEMO, is_invented
from backend.services.epochs import ensure_epoch
from backend.services.history import record
from backend.settings import Environment, Settings


class DemoError(Exception):
    """The demo may not be loaded here; the text says why and what to do."""


class AlreadyLoadedError(DemoError):
    """The demo is in this database already."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """How much there is of everything."""

    workers: int
    streets: int
    users: int
    sites: int
    tasks: int
    reports: int
    referrals: int


def check_welcome(session: Session, settings: Settings) -> None:
    """Raise DemoError unless this is a place for demo accounts: nobody but this machine can reach it, and it is empty."""
    if not settings.is_loopback:
        raise DemoError(
            f"HOST={settings.host} can be reached by others; the demo is loaded only where HOST is 127.0.0.1"
        )
    if settings.environment is Environment.PRODUCTION:
        raise DemoError("ENVIRONMENT=production: the demo has no business here")
    if is_invented(session):
        raise AlreadyLoadedError("the demo is loaded already")
    if session.scalar(select(exists().where(User.id.is_not(None)))):
        raise DemoError(
            "this database has users of its own; load the demo into an empty one (another VAR_DIR, or make reset)"
        )


def load_demo(
    session: Session,
    photos: PhotoStore,
    settings: Settings,
    password: str,
    *,
    now: datetime,
    seed: int = SEED,
    tell: Callable[[str], None] = lambda line: None,
) -> Loaded:
    """Fill an empty database; nothing in it is dated on the day of ``now`` or later. The caller commits.

    The same seed and day give the same district, sites, codes, reports and photos. Raises DemoError, AlreadyLoadedError.
    """
    check_welcome(session, settings)
    base_day = local_day(now)
    stage = Stage(session, photos, ensure_epoch(session, now), base_day, seed, tell)
    tell("  district and grids …")
    features = set_up_district(stage)
    tell("  people …")
    engage_people(stage, features, password, settings)
    tell("  sites …")
    premises = enter_premises(stage, features)
    casework = Casework(stage, {row.id: row.code for row in session.execute(select(Department.id, Department.code))})
    Fieldwork(stage, casework, plan_patrols(stage, features, premises)).begin()
    Extras(stage, features, premises).begin()
    Oddities(stage).begin()
    stage.diary.play(stage.end, _DayTeller(stage).after)
    record(session, at=stage.end, actor=None, subject_type=DEMO, subject_id=DISTRICT, action="load",
           data={"seed": seed, "base_day": base_day.isoformat()})  # fmt: skip
    session.flush()
    counts = (_count(session, kind) for kind in (User, Site, Task, Report, Referral))
    return Loaded(len(stage.workers), len(stage.coordinators), *counts)


class _DayTeller:
    """After each happening: a line of progress for each new day, and a light session."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.day = stage, date.min

    def after(self, at: datetime) -> None:
        self.stage.session.flush()
        self.stage.session.expunge_all()  # rows that are done with would only slow down every later flush
        if local_day(at) != self.day:
            self.day = local_day(at)
            self.stage.tell(f"  {self.day} …")


def _count(session: Session, kind: type[User | Site | Task | Report | Referral]) -> int:
    return session.scalar(select(func.count()).select_from(kind)) or 0
