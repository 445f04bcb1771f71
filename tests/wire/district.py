"""The worker whose traffic is counted: 20 grids with borders as real ones have, 200 tasks at 200 premises, all told apart.

Everything is made from one seed, so that two runs give the same bytes but for the server's own ids.
"""

import math
import random
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from geoalchemy2.shape import from_shape
from shapely import MultiPolygon, Polygon
from sqlalchemy.orm import Session

from backend.domain.calendar import LOCAL_ZONE
from backend.domain.vocabulary import TaskKind
from backend.persistence.models import Grid, User
from backend.services.scope import publish_tasks, welcome_user
from tests.conftest import NOW
from tests.factories import make_grids, make_responsible, make_site, make_task, make_user

GRIDS, TASKS, REPORTS = 20, 200, 30
CORNERS = 24  # of a border; the grids of a district have 5 to some dozen
ROADS = ("枣阳路", "兰溪路", "花溪路", "梅岭北路", "杏山路", "曹杨路", "武宁路", "中山北路")
TRADES = ("口腔诊所", "中医养生馆", "推拿馆", "美容院", "药店", "生活美容会所", "足浴店", "母婴护理中心")
PLACE = (121.40, 31.24)


def populate(session: Session) -> User:
    """A worker and all that his phone must hold; commits nothing."""
    chance = random.Random(2026)
    grids = make_grids(session, GRIDS)
    for number, grid in enumerate(grids):
        grid.geometry = from_shape(_border(chance, number), srid=4490)
        grid.name = f"曹杨新村第{number + 1}网格"
    session.flush()
    worker = make_user(session)
    make_responsible(session, worker, grids)
    tasks = [_task(session, chance, grids[number % GRIDS], worker, number) for number in range(TASKS)]
    publish_tasks(session, tasks, NOW)
    welcome_user(session, worker.id, NOW)
    return worker


def _border(chance: random.Random, number: int) -> MultiPolygon:
    """Inside a cell of its own, so that no two overlap; seven decimals, a centimetre."""
    lon, lat = PLACE[0] + number * 0.004 + 0.002, PLACE[1] + 0.002
    corners = []
    for step in range(CORNERS):
        turn, reach = 2 * math.pi * step / CORNERS, chance.uniform(0.0012, 0.0019)
        corners.append((round(lon + reach * math.cos(turn), 7), round(lat + reach * math.sin(turn), 7)))
    return MultiPolygon([Polygon(corners)])


def _task(session: Session, chance: random.Random, grid: Grid, worker: User, number: int) -> UUID:
    trade, road = chance.choice(TRADES), chance.choice(ROADS)
    site = make_site(session, grid, name=f"{road}{trade}", address=f"{road}{chance.randrange(1, 999)}号")
    task = make_task(
        session, grid, worker, site_id=site.id, code=f"T20261120{number:04d}", title=f"检查{road}{trade}",
        kind=chance.choice([TaskKind.DAILY_PATROL, TaskKind.RECHECK]),
        due_at=NOW + timedelta(days=chance.randrange(1, 15)),
    )  # fmt: skip
    return task.id


def no_problem_items(count: int = REPORTS, seed: int = 1) -> list[dict[str, Any]]:
    """A shift's reports that nothing is wrong, one every eight minutes, without photos, as a phone makes them."""
    chance = random.Random(seed)
    return [_no_problem(chance, number) for number in range(count)]


def _no_problem(chance: random.Random, number: int) -> dict[str, Any]:
    at = NOW - timedelta(minutes=8 * (REPORTS - number), seconds=chance.randrange(60))
    road = chance.choice(ROADS)
    payload = {
        "report_id": _uuid7(chance, number),
        "task_id": None,
        "category": "illegal_practice",
        "outcome": "no_problem",
        "captured_at": _text(at),
        "position": {
            "lon": round(PLACE[0] + 0.001 + chance.random() * 0.07, 6), "lat": round(PLACE[1] + chance.random() * 0.003, 6),
            "accuracy_m": round(chance.uniform(4, 20), 1), "datum": "wgs84", "fixed_at": _text(at - timedelta(seconds=3)),
            "source": "gps", "mocked": False,
        },
        "site": {
            "id": None, "name": f"{road}{chance.choice(TRADES)}", "address": f"{road}{chance.randrange(1, 999)}号",
            "uscc": None, "uscc_missing_reason": None,
        },
        "form": {"code": "A", "version": 1},
        "answers": {"A-01": False, "A-02": False, "A-03": False},
        "findings": [],
        "attributes": {"has_licence": True, "has_business_licence": True},
        "description": "",
        "photos": [],
        "monotonic": {"boot_id": "b1f0a3c2", "elapsed_ms": 86_400_000 + number * 480_000 + chance.randrange(60_000)},
    }  # fmt: skip
    recorded_at = _text(at + timedelta(seconds=chance.randrange(20, 90)))
    return {"id": _uuid7(chance, number), "kind": "report.submit", "recorded_at": recorded_at, "payload": payload}


def _uuid7(chance: random.Random, number: int) -> str:
    milliseconds = int(NOW.timestamp() * 1000) - 480_000 * (REPORTS - number) + chance.randrange(60_000)
    tail = 0x7 << 76 | chance.getrandbits(12) << 64 | 0b10 << 62 | chance.getrandbits(62)
    return str(UUID(int=milliseconds << 80 | tail))


def _text(at: datetime) -> str:
    return at.astimezone(LOCAL_ZONE).isoformat(timespec="milliseconds")
