"""Pages of 250 reports and one report, at 10,000 and at 1,000,000 reports: they should cost the same."""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.vocabulary import Outcome, ReportStatus, Role
from backend.gateways.cluster import PrivateCluster
from backend.persistence.queries.paging import Page, encode_cursor
from backend.persistence.queries.reports import ReportFilter, get_report, list_reports
from benchmarks.stage import prepared_database

SIZES = (10_000, int(os.environ.get("BENCH_REPORTS", "1000000")))
PAGE = 250
ROUNDS = 7
NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
GENERATE = (Path(__file__).parent / "sql" / "many_reports.sql").read_text(encoding="utf-8")


def run(cluster: PrivateCluster) -> dict[str, Any]:
    """Median milliseconds of each page at both sizes, how many rows it held, and the ratio of large to small.

    At the small size some pages are not full; their ratio says more about the rows than about the size.
    """
    small, large = (_measure(cluster, size) for size in SIZES)
    return {
        name: {
            "ms": [small[name][0], large[name][0]],
            "rows": [small[name][1], large[name][1]],
            "ratio": round(large[name][0] / small[name][0], 2),
        }
        for name in small
    } | {"reports": list(SIZES)}


def _measure(cluster: PrivateCluster, size: int) -> dict[str, tuple[float, int]]:
    url = prepared_database(cluster, f"bench_pages_{size}")
    engine = create_engine(url)
    with Session(engine) as session:
        for statement in filter(str.strip, GENERATE.split(";\n")):
            session.execute(text(statement), {"n": size, "now": NOW} if ":n" in statement else {})
        session.commit()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    with Session(engine, autoflush=False) as session:
        figures = {name: _median(read, session) for name, read in _reads(session, size).items()}
    engine.dispose()
    return figures


def _reads(session: Session, size: int) -> dict[str, Callable[[Session], Any]]:
    bureau, worker = _actor(Role.BUREAU_TRIAGER), _actor(Role.GRID_WORKER)
    street = _actor(Role.STREET_COORDINATOR, streets=["310107005"])
    health = session.scalar(text("SELECT id FROM departments WHERE code = 'putuo.health'"))
    officer = _actor(Role.DEPARTMENT_OFFICER, departments=[health])
    # the newest thousandth lies after it at either size
    recent = NOW - timedelta(seconds=40 * size // 1000)
    deep = encode_cursor(size // 10)
    one = UUID(f"00000000-0000-0000-0002-{29 * (size // 58):012d}")

    def page(actor: Actor, wanted: ReportFilter, cursor: str | None = None) -> Callable[[Session], Any]:
        return lambda session: list_reports(session, actor, wanted, PAGE, cursor)

    return {
        "bureau_first": page(bureau, ReportFilter()),
        "bureau_deep": page(bureau, ReportFilter(), deep),
        "bureau_problems": page(bureau, ReportFilter(outcome=Outcome.PROBLEM)),
        "bureau_open": page(bureau, ReportFilter(statuses=(ReportStatus.REFERRED,))),
        "bureau_newer_than": page(bureau, ReportFilter(received_after=recent)),
        "street_first": page(street, ReportFilter()),
        "street_deep": page(street, ReportFilter(), deep),
        "worker_first": page(worker, ReportFilter()),
        "officer_first": page(officer, ReportFilter()),
        "officer_deep": page(officer, ReportFilter(), deep),
        "one_report": lambda session: get_report(session, bureau, one),
    }


def _actor(role: Role, *, streets: list[str] | None = None, departments: list[UUID] | None = None) -> Actor:
    first = UUID("00000000-0000-0000-0000-000000000001")
    return Actor(first, "bench", "bench", frozenset({role}), frozenset(streets or ()), frozenset(departments or ()))


def _median(read: Callable[[Session], Any], session: Session) -> tuple[float, int]:
    times, rows = [], 0
    for _ in range(ROUNDS):
        session.expunge_all()
        started = time.perf_counter()
        answer = read(session)
        times.append(time.perf_counter() - started)
        rows = len(answer.items) if isinstance(answer, Page) else 1
    return round(sorted(times)[ROUNDS // 2] * 1000, 2), rows
