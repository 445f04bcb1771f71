"""What routing costs: processor time of ``refer_reports`` for batches of 30, on the shipped rules. Measures only.

Reports are made in memory and nothing is written: what is left out is what the batch pays once however many reports it has
(one statement for all rows). A *day's mix* has problems among no-problem reports, of which only problems are routed.
"""

import itertools
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from backend.domain.forms import load_forms
from backend.domain.ids import new_id
from backend.domain.labels import codes_of
from backend.domain.vocabulary import Category, Outcome, ReportStatus, Severity
from backend.gateways.cluster import PrivateCluster
from backend.persistence.bulk import Writes
from backend.services.clocks import read_desk
from backend.services.referrals import (
    RoutingDesk,
    RuleSets,
    SiteHistory,
    decide_reports,
    load_departments,
    refer_reports,
)
from benchmarks.stage import prepared_database

BATCH, BATCHES, ROUNDS = 30, 200, 5
SEED = 20261120
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
STREETS = ("310107005", "310107014", "310107015", "310107016", "310107017")
CODES = {form.category: [item.code for item in form.items] for form in load_forms()}
SHARES = (0.01, 0.05)  # of reports with a problem, in a district's day (domain.md E)


@dataclass(slots=True)
class Fresh:
    """A report as routing meets it."""

    category: Category
    findings: list[Any]
    attributes: dict[str, Any]
    street_code: str | None
    site_id: UUID | None
    captured_at: datetime
    id: UUID = field(default_factory=new_id)
    seq: int = 1
    outcome: Outcome = Outcome.PROBLEM
    severity: Severity | None = Severity.MEDIUM
    grid_code: str | None = None
    position: str | None = None
    site: dict[str, Any] | None = None
    description: str = ""
    received_at: datetime = NOW
    routing: dict[str, Any] | None = None
    status: ReportStatus = ReportStatus.RECORDED


def run(cluster: PrivateCluster) -> dict[str, Any]:
    """Microseconds of processor time per report with a problem, kept decisions and never-seen facts apart, the best and the
    mean of the rounds; and what that makes of every report of a day's mix."""
    engine = create_engine(prepared_database(cluster, "bench_routing"))
    with Session(engine) as session:
        sites = {new_id(): SiteHistory(n % 4) for n in range(50)}
        desk = RoutingDesk(
            RuleSets(session),
            load_departments(session),
            dict.fromkeys(sites, "beauty"),
            read_desk(session),
            site_histories=sites,
        )
    engine.dispose()
    rng = random.Random(SEED)
    seen = [_report(rng, list(sites), number % 40) for number in range(40)]
    numbers = itertools.count(1000)

    def known() -> list[Fresh]:
        return [_again(report, rng) for report in rng.choices(seen, k=BATCH)]

    def unseen() -> list[Fresh]:
        return [_report(rng, list(sites), next(numbers)) for _ in range(BATCH)]

    deciding = {"kept": _measure(desk, known, _decide), "never_seen": _measure(desk, unseen, _decide)}
    kept, fresh = _measure(desk, known, _refer), _measure(desk, unseen, _refer)
    return {
        "batch": BATCH,
        "us_per_problem_report_to_decide": deciding,
        "us_per_problem_report_kept_decisions": kept,
        "us_per_problem_report_never_seen_facts": fresh,
        "us_per_report_of_a_days_mix": {
            f"{share:.0%} problems": {
                "kept": round(kept["mean"] * share, 2), "never_seen": round(fresh["mean"] * share, 2)
            }
            for share in SHARES
        },
    }  # fmt: skip


def _refer(desk: RoutingDesk, batch: list[Fresh]) -> None:
    refer_reports(desk, batch, Writes(), now=NOW)


def _decide(desk: RoutingDesk, batch: list[Fresh]) -> None:
    """Who gets it and why: without the rows of referrals, events, clocks, notices and words that are written for it."""
    decide_reports(desk, batch, now=NOW)


def _measure(
    desk: RoutingDesk, make: Callable[[], list[Fresh]], act: Callable[[RoutingDesk, list[Fresh]], None]
) -> dict[str, float]:
    means = []
    for number in range(ROUNDS + 1):
        batches = [make() for _ in range(BATCHES)]
        start = time.process_time()
        for batch in batches:
            act(desk, batch)
        spent = time.process_time() - start
        if number:  # the first round fills what is kept
            means.append(spent / (BATCH * BATCHES) * 1e6)
    return {"best": round(min(means), 1), "mean": round(sum(means) / len(means), 1)}


def _report(rng: random.Random, sites: list[UUID], number: int) -> Fresh:
    """Facts of their own for every ``number``: its digits in base three are what is known of the attributes."""
    category = list(Category)[number % 3]
    codes = rng.sample(CODES[category], rng.choice((1, 1, 2, 3)))
    names = codes_of("attributes")
    known = {
        name: value
        for place, name in enumerate(names)
        if (value := (None, True, False)[number // 3**place % 3]) is not None
    }
    return Fresh(
        category=category,
        findings=[{"code": code, "note": "", "severity": "medium"} for code in codes],
        attributes=known,
        street_code=rng.choice(STREETS),
        site_id=rng.choice(sites),
        captured_at=NOW - timedelta(seconds=rng.randrange(36_000)),
    )


def _again(report: Fresh, rng: random.Random) -> Fresh:
    """Another report of the same facts."""
    return Fresh(
        category=report.category,
        findings=report.findings,
        attributes=report.attributes,
        street_code=report.street_code,
        site_id=report.site_id,
        captured_at=NOW - timedelta(seconds=rng.randrange(36_000)),
    )
