"""The calendar: what is shipped, what is loaded by hand, every fault of a file, and clocks that waited."""

from datetime import date, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from backend.domain.calendar import LOCAL_ZONE
from backend.domain.errors import DomainError
from backend.domain.vocabulary import ClockState, ReferralAction
from backend.gateways.official_calendar import official_source, official_years
from backend.persistence.models import CalendarDay, CalendarYear, Clock, Event
from backend.services.clocks import current_desk, load_calendar, notice_due, seed_calendar, waiting_clocks
from backend.services.referrals import act
from tests.conftest import NOW
from tests.factories import actor_of, department_named, make_officer, make_referral, make_report, make_user
from tests.factories.clocks import start_clocks

HOLIDAYS_2027 = (
    *(f"2027-01-0{n}" for n in (1, 2, 3)), *(f"2027-02-{n:02}" for n in range(5, 12)), "2027-04-05", "2027-05-01",
    "2027-05-02", "2027-06-09", "2027-09-15", "2027-10-01", "2027-10-02", "2027-10-03",
)  # fmt: skip
FILE_2027 = "日期,类型,名称\n" + "".join(f"{day},放假,假\n" for day in HOLIDAYS_2027) + "2027-02-14,调休上班,春节调休\n"


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=LOCAL_ZONE)


def load(session: Session, file: str, encoding: str = "utf-8") -> object:
    return load_calendar(session, None, file.encode(encoding), "测试", now=NOW)


def faults(session: Session, file: str) -> list[tuple[int, str]]:
    with pytest.raises(DomainError) as caught:
        load(session, file)
    assert caught.value.code == "rows_rejected"
    return [(fault["row"], fault["code"]) for fault in caught.value.errors]


def test_the_shipped_years_are_there_once(session: Session) -> None:
    years = {row.year: row for row in session.scalars(select(CalendarYear))}
    assert set(years) == set(official_years()) >= {2025, 2026}
    assert years[2026].source == official_source() and not years[2026].by_hand
    before = session.execute(text("SELECT * FROM calendar_days ORDER BY day")).all()
    seed_calendar(session, NOW.replace(year=2027))
    assert session.execute(text("SELECT * FROM calendar_days ORDER BY day")).all() == before
    assert session.get(CalendarDay, date(2026, 10, 10)).is_working


def test_a_shipped_year_that_was_mended_is_brought_in_and_a_hand_loaded_one_stays(session: Session) -> None:
    session.execute(text("DELETE FROM calendar_days WHERE year IN (2024, 2025)"))
    session.execute(text("UPDATE calendar_years SET content_sha256 = 'x' WHERE year IN (2024, 2025)"))
    session.execute(text("UPDATE calendar_years SET by_hand = true WHERE year = 2024"))
    seed_calendar(session, NOW)
    count = text("SELECT year, count(*) FROM calendar_days WHERE year IN (2024, 2025) GROUP BY year")
    assert dict(tuple(row) for row in session.execute(count)) == {2025: len(official_years()[2025])}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
def test_a_year_is_loaded_whole(session: Session, encoding: str) -> None:
    result = load(session, FILE_2027, encoding)
    assert (result.years, result.amended, result.computed) == ((2027,), (), 0)
    desk = current_desk(session)
    assert desk.calendar.is_working(date(2027, 2, 14)) and not desk.calendar.is_working(date(2027, 2, 8))
    assert not desk.calendar.is_working(date(2027, 2, 13))  # a Saturday, implied
    year = session.get(CalendarYear, 2027)
    assert (year.by_hand, year.source) == (True, "测试")
    seed_calendar(session, NOW)
    assert len(session.scalars(select(CalendarDay).where(CalendarDay.year == 2027)).all()) == len(HOLIDAYS_2027) + 1
    assert session.scalars(select(Event).where(Event.action == "calendar_load")).one().subject_id == "2027"


def test_every_fault_is_named_and_nothing_is_taken_over(session: Session) -> None:
    file = (
        FILE_2027
        + "2027-02-30,放假,\n2027-05-05,休息日,\n,放假,\n2027-06-16,调休上班,\n2027-01-01,放假,\n2027-08-08,=1+1,\n"
    )
    first = file.count("\n") - 5
    assert faults(session, file) == [
        (first, "bad_date"), (first + 1, "not_a_choice"), (first + 2, "required"), (first + 3, "workday_on_weekday"),
        (first + 4, "duplicate_row"), (first + 5, "formula"),
    ]  # fmt: skip
    assert session.get(CalendarYear, 2027) is None


def test_half_a_year_is_refused(session: Session) -> None:
    assert faults(session, "day,kind,name\n2027-01-01,holiday,x\n2028-01-01,holiday,x\n") == [
        (2, "year_incomplete"), (3, "year_incomplete"),
    ]  # fmt: skip
    assert faults(session, "2027-01-01,holiday\n") == [(1, "missing_column"), (1, "missing_column")]
    for content, code in (
        (b"", "unreadable_table"),
        (b"day,kind\n", "unreadable_table"),
        (b"%PDF-1.4", "unreadable_table"),
    ):
        with pytest.raises(DomainError, match=code):
            load_calendar(session, None, content, "x", now=NOW)


def test_a_new_year_that_begins_in_december(session: Session) -> None:
    """国办 notices of some years name days of the December before: those are added, the year itself stays."""
    before = len(session.scalars(select(CalendarDay).where(CalendarDay.year == 2026)).all())
    result = load(session, FILE_2027 + "2026-12-31,放假,元旦\n2026-12-26,调休上班,元旦\n")
    assert (result.years, result.amended) == ((2027,), (2026,))
    assert len(session.scalars(select(CalendarDay).where(CalendarDay.year == 2026)).all()) == before + 2
    calendar = current_desk(session).calendar
    assert calendar.is_working(date(2026, 12, 26)) and not calendar.is_working(date(2026, 12, 31))
    assert not calendar.is_working(date(2026, 10, 1))
    later = FILE_2027.replace("2027", "2030") + "2029-12-31,放假,元旦\n"
    assert (later.count("\n"), "year_not_loaded") in faults(
        session, later.replace("2030-02-14,调休上班", "2030-02-16,调休上班")
    )


def test_a_clock_waits_for_its_year_and_is_computed_as_soon_as_it_is_loaded(session: Session) -> None:
    referral = make_referral(session, make_report(session, make_user(session)), deadline_profile="low")
    clock = start_clocks(session, referral)["overall"]  # 30 working days
    assert (clock.calendar_missing, clock.missing_year, clock.due_at, clock.warn_at) == (True, 2027, None, None)
    assert clock.state == ClockState.RUNNING
    assert waiting_clocks(session) == {2027: 1}
    assert notice_due(session, at("2027-06-01T10:00")) == 2  # the acceptance clock alone
    result = load(session, FILE_2027)
    assert result.computed == 1
    session.refresh(clock)
    assert (clock.calendar_missing, clock.due_at) == (False, at("2027-01-04T23:59:59"))
    assert waiting_clocks(session) == {}
    assert notice_due(session, at("2027-01-05T10:00")) == 2
    told = session.scalars(select(Event).where(Event.action == "clock_computed")).one()
    assert told.data["due_at"].startswith("2027-01-04")


def test_a_clock_that_stopped_while_its_year_was_missing_still_gets_its_fact(session: Session) -> None:
    referral = make_referral(
        session, make_report(session, make_user(session)), deadlines={"accept": {"value": 30, "unit": "working_day"}}
    )
    clock = start_clocks(session, referral)["accept"]
    health = department_named(session, "putuo.health").id
    officer = actor_of(make_officer(session), "department_officer", department_ids=[health])
    load_until = at("2027-01-06T10:00")
    act(session, officer, referral.id, ReferralAction.ACCEPT, now=load_until)
    session.refresh(clock)
    assert (clock.state, clock.overdue_at) == (ClockState.STOPPED, None)
    load(session, FILE_2027)
    session.refresh(clock)
    assert (clock.due_at, clock.overdue_at) == (at("2027-01-04T23:59:59"), at("2027-01-04T23:59:59"))


def test_a_clock_that_needs_two_years_waits_for_the_next(session: Session) -> None:
    far = {"overall": {"value": 400, "unit": "working_day"}}
    referral = make_referral(session, make_report(session, make_user(session)), deadlines=far)
    clock = start_clocks(session, referral)["overall"]
    assert clock.missing_year == 2027
    assert load(session, FILE_2027).computed == 0
    session.refresh(clock)
    assert (clock.missing_year, clock.due_at) == (2028, None)
    assert session.scalars(select(Clock.id).where(Clock.calendar_missing)).all() == [clock.id]
