"""The map of a million reports: tiles nobody has asked for yet, tiles asked for again, figures and summaries, over HTTP.

BENCH_REPORTS chooses another number of reports. Each answer of "cold" is asked for once, so that none comes from what is kept.
"""

import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from backend.domain.map_area import write_area
from backend.domain.tiles import Tile, map_key, tile_of
from backend.domain.vocabulary import Role
from backend.gateways.cluster import PrivateCluster
from backend.gateways.keys import Keys
from backend.services.accounts.tokens import AccessClaims, make_access_token
from backend.services.maps import add_up
from benchmarks.load import Outcome, drive, request_bytes
from benchmarks.phones import checked
from benchmarks.stage import make_reference_table, prepared_database, served
from tests.factories import make_login, make_officer, make_user

REPORTS = int(os.environ.get("BENCH_REPORTS", "1000000"))
GENERATE = (Path(__file__).parent / "sql" / "map_reports.sql").read_text(encoding="utf-8")
WEST, SOUTH, EAST, NORTH = 121.36, 31.21, 121.46, 31.28
ZOOMS = range(9, 18)
CONNECTIONS = 2
MOST_TILES = 24  # of one zoom in one group
AREA = write_area([(121.38, 31.22), (121.41, 31.225), (121.405, 31.25), (121.385, 31.245)])
Ask = tuple[str, dict[str, str]]  # path, query


def run(cluster: PrivateCluster, folder: Path) -> dict[str, Any]:
    """Milliseconds of each group at two connections, and its p95 in those of R."""
    url = prepared_database(cluster, "bench_tiles")
    keys = Keys.load(folder / "keys")
    staged = _staged(url)
    tokens = _people(url, keys)
    environment = {"DATABASE_URL": url, "VAR_DIR": str(folder), "GUNICORN_LOG_LEVEL": "error"}
    reference = _reference(cluster)
    figures: dict[str, Any] = {"reports": REPORTS, **staged, "reference": reference}
    with served("backend.wsgi:app", environment) as service:
        _warm(service.port, tokens)
        for name, role, asks in _groups():
            figures[name] = _told(_drive(service.port, tokens[role], asks), reference)
            sys.stderr.write(f"{name}: {figures[name]}\n")
        again = [*_tiles("reports", {}), *_tiles("referrals", {})]
        for _ in range(4):  # until both workers have them
            _drive(service.port, tokens["bureau"], again)
        figures["kept_tiles"] = _told(_drive(service.port, tokens["bureau"], again), reference)
    return figures


def _groups() -> Iterator[tuple[str, str, list[Ask]]]:
    chance = random.Random(5)
    yield "tiles_reports_plain", "bureau", _tiles("reports", {}, chance)
    yield (
        "tiles_reports_filtered",
        "bureau",
        [ask for wanted in _filters() for ask in _tiles("reports", wanted, chance, 4)],
    )
    yield "tiles_reports_coordinator", "coordinator", _tiles("reports", {}, chance)
    yield "tiles_reports_officer", "officer", _tiles("reports", {}, chance)
    yield "tiles_reports_worker", "worker", _tiles("reports", {}, chance)
    yield "tiles_reports_by_row", "bureau", [ask for wanted in _rare() for ask in _tiles("reports", wanted, chance, 3)]
    yield "tiles_referrals_plain", "bureau", _tiles("referrals", {}, chance)
    yield (
        "tiles_referrals_filtered",
        "bureau",
        [ask for wanted in _case_filters() for ask in _tiles("referrals", wanted, chance, 4)],
    )
    yield "tiles_grids", "bureau", _tiles("grids", {}, chance)
    yield "tiles_sites", "bureau", _tiles("sites", {}, chance)
    yield "summaries", "bureau", [("/map/summary", {"step": "week", **wanted}) for wanted in ({}, *_filters())]
    yield "figures", "bureau", [
        ("/map/figures", {"figure": figure, "by": by, **wanted})
        for figure in ("problem_rate", "reports") for by in ("grid", "street") for wanted in ({}, *_filters())
    ]  # fmt: skip
    yield (
        "figures_of_cases",
        "bureau",
        [
            ("/map/figures", {"figure": figure, "by": "grid"})
            for figure in ("open_cases", "overdue_cases", "site_coverage")
        ],
    )


def _filters() -> list[dict[str, str]]:
    """What the counts can tell apart, with periods that begin and end within a day, a month, or at its edge."""
    days = [datetime.now(UTC) - timedelta(days=days, hours=5) for days in (400, 370, 200, 95, 33, 7)]
    whole = {"captured_from": "2026-09-01T00:00:00+08:00", "captured_to": "2026-11-01T00:00:00+08:00"}
    return [
        {"category": "water_vending"}, {"outcome": "problem"}, {"status": "referred"}, {"severity": "emergency"},
        {"street": "310107016"}, {"outcome": "problem", "severity": "high"}, whole,
        {"captured_from": days[4].isoformat()}, {"captured_from": days[5].isoformat(), "outcome": "problem"},
        {"captured_from": days[1].isoformat(), "category": "illegal_practice"},
        {"captured_from": days[2].isoformat(), "captured_to": days[3].isoformat()},
        {"captured_from": days[0].isoformat(), "captured_to": days[4].isoformat(), "outcome": "problem"},
    ]  # fmt: skip


def _rare() -> list[dict[str, str]]:
    return [
        {"author": str(UUID(int=7))}, {"flag": "mock_location"}, {"department": "putuo.health"}, {"area": AREA},
        {"area": AREA, "outcome": "problem"}, {"verdict": "borderline"}, {"grid_code": "310107005001001"},
    ]  # fmt: skip


def _case_filters() -> list[dict[str, str]]:
    return [
        {"status": "routed"}, {"department": "putuo.health"}, {"severity": "high,emergency"}, {"area": AREA},
        {"finding": "A-01", "category": "water_vending"}, {"captured_from": "2026-08-10", "captured_to": "2026-10-20"},
    ]  # fmt: skip


def _tiles(
    layer: str, wanted: dict[str, str], chance: random.Random | None = None, most: int = MOST_TILES
) -> list[Ask]:
    """Tiles of the district at every zoom, so many of each at most."""
    found: list[Tile] = []
    for z in ZOOMS:
        first, last = tile_of(map_key(WEST, NORTH), z), tile_of(map_key(EAST, SOUTH), z)
        tiles = [Tile(z, x, y) for x in range(first.x, last.x + 1) for y in range(first.y, last.y + 1)]
        found += (chance or random.Random(z)).sample(tiles, min(most, len(tiles)))
    return [(f"/map/tiles/{layer}/{tile.z}/{tile.x}/{tile.y}.mvt", wanted) for tile in found]


def _drive(port: int, token: str, asks: list[Ask]) -> Outcome:
    random.Random(3).shuffle(asks)
    requests = [
        request_bytes(
            "localhost", f"/api/v1{path}?{urlencode(wanted)}", b"", {"Authorization": f"Bearer {token}"}, method="GET"
        )
        for path, wanted in asks
    ]
    return checked(drive(port, requests, CONNECTIONS))


def _told(outcome: Outcome, reference: dict[str, float]) -> dict[str, float]:
    return {
        "requests": outcome.requests,
        "p50_ms": outcome.wait_ms(0.5),
        "p95_ms": outcome.wait_ms(0.95),
        "p99_ms": outcome.wait_ms(0.99),
        "longest_ms": outcome.wait_ms(1.0),
        "p95_in_R": round(outcome.wait_ms(0.95) / reference["p50_ms"], 1),
        "bytes_each": outcome.bytes_in // outcome.requests,
    }


def _warm(port: int, tokens: dict[str, str]) -> None:
    """A worker's first requests load libraries; zoom 8 is in no group."""
    for token in tokens.values():
        _drive(port, token, [("/map/tiles/grids/8/214/104.mvt", {"street": str(n)}) for n in range(12)])


def _reference(cluster: PrivateCluster) -> dict[str, float]:
    cluster.create_database("bench_tiles_reference")
    address = make_reference_table(cluster.url("bench_tiles_reference"))
    with served("benchmarks.reference:app", {"REFERENCE_DATABASE": address}) as service:
        requests = [request_bytes("localhost", "/insert", b"x" * 200)] * 2_000
        drive(service.port, requests[:200], CONNECTIONS)
        outcome = checked(drive(service.port, requests, CONNECTIONS))
    return {"p50_ms": outcome.wait_ms(0.5), "p95_ms": outcome.wait_ms(0.95), "rate": round(outcome.rate)}


def _staged(url: str) -> dict[str, Any]:
    """Fill the database; answers the seconds of adding up all counts at once, and how many there are."""
    engine = create_engine(url)
    with Session(engine) as session:
        for statement in filter(str.strip, GENERATE.split(";\n")):
            values = {"n": REPORTS, "now": datetime.now(UTC)}
            session.execute(text(statement), {name: value for name, value in values.items() if f":{name}" in statement})
        session.commit()
        seconds = _timed(lambda: add_up(session))
        session.commit()
        counts = session.scalar(text("SELECT count(*) FROM report_counts"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    engine.dispose()
    return {"added_up_in_seconds": seconds, "counts": counts}


def _timed(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return round(time.perf_counter() - started, 1)


def _people(url: str, keys: Keys) -> dict[str, str]:
    engine = create_engine(url)
    now = datetime.now(UTC)
    with Session(engine, autoflush=False, expire_on_commit=False) as session:
        people = {
            "bureau": make_user(session, Role.BUREAU_TRIAGER),
            "coordinator": make_user(session, Role.STREET_COORDINATOR, street_code="310107016"),
            "officer": make_officer(session),
            "worker": make_user(session, Role.GRID_WORKER),
        }
        own = text("UPDATE reports SET author_id = :worker WHERE seq % 500 = 1")
        session.execute(own, {"worker": people["worker"].id})
        tokens = {}
        for name, user in people.items():
            login = make_login(session, user)
            login.expires_at = now + timedelta(days=1)
            tokens[name] = make_access_token(keys, AccessClaims(login.id, user.id), now, 86_400)
        session.commit()
    engine.dispose()
    return tokens
