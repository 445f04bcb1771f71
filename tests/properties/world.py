"""The server of the property test and the people around it; every example begins with the very same rows.

Not here: what must come of what they do (model.py).
"""

from datetime import timedelta
from itertools import pairwise
from uuid import UUID

from flask import Flask
from geoalchemy2.shape import from_shape
from shapely import MultiPolygon, box
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.ids import new_id
from backend.domain.vocabulary import GridRole, GridVersionStatus, Role
from backend.persistence.database import db
from backend.persistence.models import Epoch, Grid, GridVersion, User
from backend.services.scope import welcome_user
from tests.conftest import NOW
from tests.factories import (
    DISTRICT,
    STREET,
    actor_of,
    make_device,
    make_responsible,
    make_site,
    make_task,
    make_user,
    token_for,
)
from tests.properties.handset import Handset
from tests.properties.model import WORKER, Key, Ledger, SiteModel, TaskModel
from tests.properties.pictures import PICTURES
from tests.properties.shelf import Shelf

WEST, SOUTH, HEIGHT, END = 121.40, 31.24, 0.004, 0.016
# Where the borders run, in degrees east of WEST; the first drawing is the one every example begins with.
DRAWINGS: tuple[tuple[float, ...], ...] = (
    (0.0, 0.004, 0.008, 0.012),
    (0.0, 0.003, 0.009, 0.012),
    (0.0, 0.004, 0.008),
    (0.0, 0.004, 0.008, 0.012, 0.014),
)
SKEWED = timedelta(minutes=10)


def borders(drawing: int) -> dict[str, tuple[float, float]]:
    """West and east border of every grid of a drawing, by code."""
    cuts = [*DRAWINGS[drawing], END]
    spans = pairwise(cuts)
    return {f"{STREET}001{n:03d}": (WEST + west, WEST + east) for n, (west, east) in enumerate(spans, 1)}


def code(number: int) -> str:
    """The code of the n-th grid of a drawing."""
    return f"{STREET}001{number:03d}"


def draw_version(session: Session, drawing: int, status: GridVersionStatus) -> UUID:
    """A version of the district's grids, not yet in force unless ``status`` says so."""
    grids = borders(drawing)
    version = GridVersion(
        id=new_id(),
        district_code=DISTRICT,
        label="drawn",
        status=status,
        valid_from=NOW - timedelta(days=365) if status is GridVersionStatus.PUBLISHED else None,
        source_name="drawn.geojson",
        source_sha256="0" * 64,
        options={},
        problems=[],
        grid_count=len(grids),
        created_at=NOW,
    )
    session.add(version)
    session.flush()
    for grid_code, (west, east) in grids.items():
        shape = from_shape(MultiPolygon([box(west, SOUTH, east, SOUTH + HEIGHT)]), srid=4490)
        grid = Grid(id=new_id(), version_id=version.id, code=grid_code, name="网格", street_code=STREET, area_m2=1.0)
        grid.geometry = shape
        session.add(grid)
    session.flush()
    return version.id


class World:
    """Three workers (the first with two phones), a coordinator, four grids, two tasks, a premise."""

    def __init__(self, app: Flask) -> None:
        self.app, self.client = app, app.test_client()
        with app.app_context():
            self._people(db.session())
            db.session.commit()
            self.engine = db.engine
            names = db.session.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars()
            tables = list(names)
            db.session.remove()
        self.start, self.backup = Shelf(self.engine, "shelf_start", tables), Shelf(self.engine, "shelf_backup", tables)
        self.start.keep()
        self._limit_waiting("SET lock_timeout = '10s'")

    def _people(self, session: Session) -> None:
        self.workers = [make_user(session, Role.GRID_WORKER, username=f"oracle{n}").id for n in range(3)]
        users = [session.get_one(User, user) for user in self.workers]
        boss = make_user(session, Role.STREET_COORDINATOR, username="oracle-boss")
        self.boss: Actor = actor_of(boss, Role.STREET_COORDINATOR, street_codes=[STREET])
        version = draw_version(session, 0, GridVersionStatus.PUBLISHED)
        grids = list(session.scalars(select(Grid).where(Grid.version_id == version).order_by(Grid.code)))
        make_responsible(session, users[0], grids[:2], GridRole.LEAD)
        make_responsible(session, users[1], grids[2:3], GridRole.LEAD)
        make_responsible(session, users[1], grids[:1], GridRole.BACKUP)
        self.site = make_site(session, grids[1], name="旧诊所", position="SRID=4490;POINT(121.406 31.242)").id
        self.tasks = [make_task(session, grids[0], users[0]).id, make_task(session, grids[3], users[2]).id]
        for user in users:
            welcome_user(session, user.id, NOW)
        owners = [users[0], users[0], users[1], users[2]]
        self._devices: list[tuple[UUID, UUID, str]] = []
        for owner in owners:
            device = make_device(session, owner)
            self._devices.append((owner.id, device.id, token_for(self.app, session, owner, device=device)))
        self.epoch = session.scalars(select(Epoch.id).order_by(Epoch.ordinal)).first()
        rows = session.execute(text("SELECT type, object_id FROM sync_heads WHERE type IN ('form', 'vocabulary')"))
        self.reference: set[Key] = {(kind, key) for kind, key in rows}

    def reset(self) -> None:
        """The rows, the time and the photo store of the beginning."""
        self.start.put_back()
        self.app.extensions["gridpatrol"].gateways.clock.at = NOW
        self.forget_photos(set(PICTURES))

    def close(self) -> None:
        """Leave nothing behind."""
        self.reset()
        self.start.drop()
        self.backup.drop()
        self._limit_waiting("RESET lock_timeout")

    def _limit_waiting(self, what: str) -> None:
        # the test is one thread: a lock that its own open transaction holds would be waited for in vain, and for ever
        with self.engine.begin() as connection:
            name = connection.execute(text("SELECT current_database()")).scalar_one()
            connection.execute(text(f"ALTER DATABASE {name} {what}"))
        self.engine.dispose()

    def forget_photos(self, hashes: set[str]) -> None:
        """A disk without these photos."""
        store = self.app.extensions["gridpatrol"].gateways.photos
        for sha256 in hashes:
            (store.root / sha256[:2] / sha256[2:4] / sha256).unlink(missing_ok=True)

    def handsets(self) -> list[Handset]:
        """The phones, fresh from the shop; the last one's clock is wrong."""
        made = [Handset(str(user), str(device), token, timedelta()) for user, device, token in self._devices]
        made[-1].ahead = SKEWED
        return made

    def ledger(self) -> Ledger:
        """The oracle's memory of the beginning."""
        one, two, three = (str(user) for user in self.workers)
        first, second = (str(task) for task in self.tasks)
        return Ledger(
            reference=self.reference,
            epochs=[(str(self.epoch), None)],
            versions=[(NOW - timedelta(days=365), borders(0))],
            roles={user: {WORKER} for user in (one, two, three)},
            responsible={
                (code(1), one): "lead",
                (code(2), one): "lead",
                (code(3), two): "lead",
                (code(1), two): "backup",
            },
            tasks={
                first: TaskModel(code(1), None, "assigned", one, holders_ever={one}),
                second: TaskModel(code(4), None, "assigned", three, holders_ever={three}),
            },
            sites={str(self.site): SiteModel("旧诊所", code(2), 121.406)},
        )
