"""Counts of reports: with their changes they are the reports, whenever they were added up, whoever writes meanwhile."""

import random
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, text, union_all
from sqlalchemy.orm import Session

from backend.domain.calendar import LOCAL_ZONE
from backend.domain.periods import Span, midnight, taken_apart
from backend.domain.vocabulary import Category, Outcome, Role, Severity
from backend.persistence.models import Report
from backend.persistence.queries.reports.counted import BY_DAY, BY_GRID, SQUARES, counted_reports
from backend.persistence.queries.reports.filters import ReportFilter, matches
from backend.persistence.queries.reports.scope import visible_to
from backend.services.maps import add_up
from tests.conftest import NOW
from tests.factories import OTHER_STREET, STREET, MapWorld, actor_of, make_map_world, make_report, make_user

MONTHS = [datetime(2026, 9, 1, tzinfo=LOCAL_ZONE), datetime(2026, 10, 1, tzinfo=LOCAL_ZONE)]
A_DAY = datetime(2026, 9, 14, tzinfo=LOCAL_ZONE)


def wanted_by(chance: random.Random) -> ReportFilter:
    """A filter of what the counts can tell apart, and a period of any kind."""
    begin = chance.choice([None, *MONTHS, A_DAY, A_DAY - timedelta(hours=5, minutes=chance.randrange(60))])
    end = chance.choice([None, None, MONTHS[1], A_DAY + timedelta(days=20), A_DAY + timedelta(days=40, hours=7), A_DAY])
    return ReportFilter(
        category=chance.choice([None, None, *Category]),
        outcome=chance.choice([None, None, Outcome.PROBLEM]),
        severity=chance.choice([None, None, None, *Severity]),
        street=chance.choice([None, None, STREET]),
        captured_from=begin,
        captured_to=end,
        located=chance.choice([None, True, False]),
        author_id=None,
    )


def check(session: Session, world: MapWorld, chance: random.Random) -> None:
    """Sums of every kind against the list's own conditions."""
    actors = [
        actor_of(world.people[Role.AUDITOR], Role.AUDITOR),
        actor_of(world.people[Role.STREET_COORDINATOR], Role.STREET_COORDINATOR, street_codes=[STREET]),
        actor_of(world.people[Role.GRID_WORKER], Role.GRID_WORKER),
    ]
    for level in (BY_DAY, BY_GRID, *SQUARES, None):
        actor, wanted = chance.choice(actors), wanted_by(chance)
        parts = counted_reports(actor, wanted, None, level).parts
        rows = union_all(*parts).subquery()
        counted = session.execute(select(func.coalesce(func.sum(rows.c.number), 0), func.bit_xor(rows.c.seqs))).one()
        listed = select(func.count(), func.bit_xor(Report.seq)).where(visible_to(actor), *matches(wanted, None))
        if level is None or level in SQUARES:
            listed = listed.where(Report.map_key.is_not(None))
        expected = session.execute(listed).one()
        assert (counted[0], counted[1] or None) == tuple(expected), (level, actor.roles, wanted)


def test_counts_are_the_reports_at_any_moment(session: Session) -> None:
    chance = random.Random(11)
    world = make_map_world(session)
    for turn in range(6):
        for _ in range(4):
            check(session, world, chance)
        if turn % 2:
            add_up(session)
        changed = chance.choice(world.reports)
        changed.status = chance.choice(["recorded", "closed", "withdrawn"])
        make_report(session, world.people[Role.GRID_WORKER], position="SRID=4490;POINT(121.4 31.24)",
                    captured_at=NOW - timedelta(days=chance.randrange(90)), street_code=OTHER_STREET)  # fmt: skip
    assert session.scalar(text("SELECT count(*) FROM report_count_changes")) > 0
    session.execute(text("UPDATE reports SET photos_here = 1"))
    before = session.scalar(text("SELECT count(*) FROM report_count_changes"))
    assert add_up(session) == before
    assert add_up(session) == 0
    for _ in range(6):
        check(session, world, chance)


def test_what_is_no_more_leaves_nothing_behind(session: Session) -> None:
    report = make_report(session, make_user(session), position="SRID=4490;POINT(121.4 31.24)")
    add_up(session)
    assert session.scalar(text("SELECT count(*) FROM report_counts")) == 9
    session.delete(report)
    session.flush()
    assert add_up(session) == 1
    assert session.scalar(text("SELECT count(*) FROM report_counts")) == 0


def test_adding_up_changes_no_state(session: Session) -> None:
    total = text("SELECT sum(mark) FROM (SELECT mark FROM map_states UNION ALL SELECT mark FROM map_changes) m")
    make_report(session, make_user(session))
    before = session.scalar(total)
    add_up(session)
    assert session.scalar(total) == before
    assert session.scalar(text("SELECT count(*) FROM map_changes")) == 0


@pytest.mark.parametrize("spans", [(Span.DAY,), (Span.MONTH,), (Span.MONTH, Span.FIVE_DAYS), ()])
def test_a_period_is_its_pieces(spans: tuple[Span, ...]) -> None:
    chance = random.Random(3)
    for _ in range(300):
        begin, end = (chance.choice([None, NOW + timedelta(minutes=chance.randrange(-90 * 1440, 90 * 1440)),
                                     *MONTHS, A_DAY]) for _ in range(2))  # fmt: skip
        pieces = taken_apart(begin, end, spans)
        parts = list(pieces.rests)
        parts += [tuple(None if day is None else midnight(day) for day in days) for _, days in pieces.wholes]
        for _ in range(20):
            moment = NOW + timedelta(minutes=chance.randrange(-100 * 1440, 100 * 1440))
            inside = (begin is None or begin <= moment) and (end is None or moment < end)
            hits = sum((a is None or a <= moment) and (b is None or moment < b) for a, b in parts)
            assert hits == inside
