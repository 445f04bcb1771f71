"""Workers, a coordinator and grids for a fleet, in one street."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from backend.domain.vocabulary import GridRole, Role
from backend.persistence.models import User
from backend.services.accounts.hashing import hash_password
from backend.services.scope import refresh_all
from backend.settings import Settings
from tests.factories import make_grids, make_responsible, make_user

PASSWORD = "Fleet-phone-2026"
COORDINATOR = "fleet-coordinator"
GRIDS = 60
GRIDS_EACH = 2


@dataclass(frozen=True, slots=True)
class People:
    """Who may sign in, all with PASSWORD. ``worker_ids`` in the order of ``usernames``."""

    usernames: Sequence[str]
    worker_ids: Sequence[str]
    grid_codes: Sequence[str]


def settle_people(url: str, phones: int) -> People:
    """Make them in the migrated database at ``url``. One hash serves all: hashing 900 times would measure nothing."""
    engine = create_engine(url)
    now = datetime.now(UTC)
    password_hash = hash_password(PASSWORD, Settings())
    with Session(engine, autoflush=False, expire_on_commit=False) as session:
        grids = make_grids(session, GRIDS, valid_from=now - timedelta(days=60))
        workers = [_person(session, Role.GRID_WORKER, f"fleet{number:04d}", password_hash) for number in range(phones)]
        for number, worker in enumerate(workers):
            make_responsible(session, worker, [grids[(number + n) % GRIDS] for n in range(GRIDS_EACH)], GridRole.HELPER)
        _person(session, Role.STREET_COORDINATOR, COORDINATOR, password_hash)
        session.flush()
        refresh_all(session, now)
        session.commit()
    engine.dispose()
    return People(
        [worker.username for worker in workers], [str(worker.id) for worker in workers], [grid.code for grid in grids]
    )


def _person(session: Session, role: Role, username: str, password_hash: str) -> User:
    person: User = make_user(session, role, username=username)
    person.password_hash = password_hash
    return person
