"""Deadlines counted by hand, and what is refused."""

from datetime import date, datetime

import pytest

from backend.domain.calendar import LOCAL_ZONE
from backend.domain.clocks import (
    Calendar,
    Deadline,
    OfficeHours,
    Span,
    due_at,
    elapsed_steps,
    load_clock_data,
    parse_city_text,
    parse_span,
)
from backend.domain.clocks.office_hours import default_hours
from backend.domain.errors import DomainError
from backend.domain.vocabulary import TimeUnit
from backend.gateways.official_calendar import official_years

OFFICIAL = Calendar({year: {day: works for day, (works, _) in days.items()} for year, days in official_years().items()})
NO_HOLIDAYS = Calendar({year: {} for year in range(2025, 2028)})
USUAL = default_hours()  # 08:30–12:00, 13:30–17:30
EIGHT_TO_SIX = OfficeHours.from_data([["08:00", "12:00"], ["14:00", "18:00"]])


def at(text: str) -> datetime:
    """A moment in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL_ZONE)


def span(text: str) -> Span:
    value, unit = text.split()
    return Span(int(value), TimeUnit(unit))


def test_the_vector_of_the_design():
    deadline = Deadline(at("2026-07-03T17:00"), span("4 work_hour"))
    deadline = deadline.suspend(at("2026-07-03T17:30")).resume(at("2026-07-06T08:30"))
    assert deadline.due(NO_HOLIDAYS, EIGHT_TO_SIX) == at("2026-07-06T12:00")


@pytest.mark.parametrize(
    ("start", "length", "due"),
    [
        # 春节 2026: 15–23 February off; Saturday 14 and Saturday 28 February are worked
        ("2026-02-12T09:00", "5 working_day", "2026-02-26T23:59:59"),
        ("2026-02-14T16:00", "4 work_hour", "2026-02-24T11:00"),
        ("2026-02-27T17:00", "1 working_day", "2026-02-28T23:59:59"),
        ("2026-02-18T12:00", "1 work_hour", "2026-02-24T09:30"),
        ("2026-02-18T12:00", "1 working_day", "2026-02-24T23:59:59"),
        # 国庆 2025: 1–8 October off; Sunday 28 September and Saturday 11 October are worked
        ("2025-09-26T10:00", "3 working_day", "2025-09-30T23:59:59"),
        ("2025-09-26T10:00", "4 working_day", "2025-10-09T23:59:59"),
        ("2025-09-26T10:00", "6 working_day", "2025-10-11T23:59:59"),
        ("2025-09-26T10:00", "7 working_day", "2025-10-13T23:59:59"),
        ("2025-09-30T13:30", "8 work_hour", "2025-10-09T14:00"),
        # 国庆 2026: 1–7 October off; Saturday 10 October is worked
        ("2026-09-30T23:00", "3 working_day", "2026-10-10T23:59:59"),
        # New Year 2026: 1–3 January off, Sunday 4 January is worked
        ("2025-12-31T08:00", "2 working_day", "2026-01-05T23:59:59"),
        ("2025-12-31T17:00", "1 work_hour", "2026-01-04T09:00"),
        ("2025-12-31T22:00", "4 hour", "2026-01-01T02:00"),
        ("2026-07-04T23:50", "30 minute", "2026-07-05T00:20"),
        # exactly to the end of a slot, and one beginning in the lunch break
        ("2026-07-06T08:30", "11 work_hour", "2026-07-07T12:00"),
        ("2026-07-06T12:45", "4 work_hour", "2026-07-06T17:30"),
        ("2026-07-06T17:30", "1 work_hour", "2026-07-07T09:30"),
        # natural days: the first does not count, a holiday does
        ("2026-01-10T11:00", "90 day", "2026-04-10T23:59:59"),
        ("2026-11-20T10:00", "0 day", "2026-11-20T23:59:59"),
        ("2026-09-29T10:00", "3 day", "2026-10-02T23:59:59"),
    ],
)
def test_counted_by_hand(start, length, due):
    assert due_at(at(start), span(length), OFFICIAL, USUAL) == at(due)


def test_the_day_is_that_of_shanghai():
    start = datetime.fromisoformat("2026-07-06T16:30:00+00:00")  # already the 7th in Shanghai
    assert due_at(start, span("1 working_day"), OFFICIAL, USUAL) == at("2026-07-08T23:59:59")
    assert due_at(start, span("1 day"), OFFICIAL, USUAL) == at("2026-07-08T23:59:59")


def test_pauses_are_measured_in_the_clocks_own_unit():
    friday, monday = at("2026-07-03T17:00"), at("2026-07-06T09:00")
    for unit, steps in (
        ("working_day", 1),
        ("day", 3),
        ("work_hour", 3600),
        ("hour", 64 * 3600),
        ("minute", 64 * 3600),
    ):
        assert elapsed_steps(friday, monday, TimeUnit(unit), OFFICIAL, USUAL) == steps, unit
        assert elapsed_steps(monday, friday, TimeUnit(unit), OFFICIAL, USUAL) == 0
    week = Deadline(at("2026-07-06T10:00"), span("5 working_day"))
    assert week.due(OFFICIAL, USUAL) == at("2026-07-13T23:59:59")
    rested = week.suspend(at("2026-07-08T10:00")).resume(at("2026-07-10T10:00"))
    assert rested.due(OFFICIAL, USUAL) == at("2026-07-15T23:59:59")
    assert rested.extend(span("3 working_day")).due(OFFICIAL, USUAL) == at("2026-07-20T23:59:59")


@pytest.mark.parametrize(
    ("start", "length", "warns"),
    [
        ("2026-07-01T10:00", "15 working_day", "2026-07-17T08:30"),
        ("2026-07-01T10:00", "1 working_day", "2026-07-02T08:30"),
        ("2026-07-01T10:00", "30 minute", "2026-07-01T10:24"),
        ("2026-07-01T08:30", "5 work_hour", "2026-07-01T14:00"),
        ("2026-07-01T13:59:59", "0 day", "2026-07-01T21:59:59"),
    ],
)
def test_a_clock_warns_when_four_fifths_are_used_up(start, length, warns):
    assert Deadline(at(start), span(length)).warns(80, OFFICIAL, USUAL) == at(warns)


def test_a_year_that_is_not_loaded_is_an_error_and_never_a_guess():
    for start, length in (("2026-12-10T10:00", "25 working_day"), ("2026-12-31T17:00", "2 work_hour")):
        with pytest.raises(DomainError) as caught:
            due_at(at(start), span(length), OFFICIAL, USUAL)
        assert (caught.value.code, caught.value.params) == ("calendar_missing", {"year": 2027})
    with pytest.raises(DomainError, match="calendar_missing"):
        OFFICIAL.is_working(date(2027, 1, 1))
    with pytest.raises(DomainError, match="calendar_missing"):
        OFFICIAL.count_working(date(2026, 12, 1), date(2027, 1, 1))
    # the last working day of the last year is still known, and clocks that need no calendar run on
    assert due_at(at("2026-12-30T10:00"), span("1 working_day"), OFFICIAL, USUAL) == at("2026-12-31T23:59:59")
    assert due_at(at("2026-12-30T10:00"), span("90 day"), OFFICIAL, USUAL) == at("2027-03-30T23:59:59")


@pytest.mark.parametrize(
    ("text", "value", "unit", "remark"),
    [
        ("2紧急工作时", 2, "hour", ""),
        ("1紧急工作日", 24, "hour", ""),
        ("4小时", 4, "hour", ""),
        ("2天", 2, "day", ""),
        ("1紧急工作时制止", 1, "hour", "制止"),
        ("1紧急工作时\n", 1, "hour", ""),
        (" ３ 个工作日", 3, "working_day", ""),
        ("4工作时", 4, "work_hour", ""),
        ("30分钟", 30, "minute", ""),
    ],
)
def test_texts_of_city_tables(text, value, unit, remark):
    read = parse_city_text(text)
    assert (read.span, read.remark) == (Span(value, TimeUnit(unit)), remark)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        "2",
        "紧急工作时",
        "两小时",
        "1.5小时",
        "2周",
        "0小时",
        "-1天",
        "4小时左右",
        "99999天",
        "2紧急工作时或1天",
    ],
)
def test_other_texts_are_refused_loudly(text):
    with pytest.raises(DomainError, match="bad_span"):
        parse_city_text(text)


@pytest.mark.parametrize(
    "data",
    [None, {}, "4 hour", {"value": 4}, {"value": "4", "unit": "hour"}, {"value": True, "unit": "hour"},
     {"value": 4.0, "unit": "hour"}, {"value": 4, "unit": "week"}, {"value": 0, "unit": "hour"}, {"value": -1, "unit": "day"},
     {"value": 4, "unit": "hour", "x": 1}, {"value": 10_001, "unit": "day"}, {"value": 4, "unit": ["hour"]}],
)  # fmt: skip
def test_spans_that_are_none(data):
    with pytest.raises(DomainError, match="bad_span"):
        parse_span(data)


def test_a_span_survives_the_database():
    for data in ({"value": 0, "unit": "day"}, {"value": 4, "unit": "work_hour"}):
        assert parse_span(data).to_data() == data


def test_an_extension_is_in_the_clocks_own_unit():
    clock = Deadline(at("2026-07-01T10:00"), span("30 minute"))
    assert clock.extend(span("1 hour")).due(OFFICIAL, USUAL) == at("2026-07-01T11:30")
    with pytest.raises(DomainError, match="other_unit"):
        clock.extend(span("1 day"))
    with pytest.raises(DomainError, match="other_unit"):
        Deadline(at("2026-07-01T10:00"), span("4 hour")).extend(span("1 work_hour"))


@pytest.mark.parametrize(
    "data",
    [None, [], [[]], [["08:30"]], [["8", "12"]], [["12:00", "08:30"]], [["08:30", "08:30"]],
     [["08:30", "12:00"], ["11:00", "17:30"]], [["25:00", "26:00"]], "08:30", [["08:30", None]], [3]],
)  # fmt: skip
def test_office_hours_that_are_none(data):
    with pytest.raises(DomainError, match="bad_office_hours"):
        OfficeHours.from_data(data)


def test_the_data_is_whole_and_dated():
    data = load_clock_data()
    assert data.stage_of["returned"] == "triage" and data.stage_of["in_arbitration"] == "arbitration"
    assert data.defaults_on(date(1970, 1, 1)) is data.defaults[0]
    spans = data.defaults_on(date(2026, 1, 1)).spans("no such profile")
    assert spans["accept"] == span("2 working_day") and set(spans) == data.stages
    assert data.least_holidays_of(2024) == 11 and data.least_holidays_of(2026) == 13
    penalty = data.legal_clock("penalty_decision")
    assert penalty is not None and penalty.mark == "确认"
    assert penalty not in data.legal_on(date(2021, 7, 14)) and penalty in data.legal_on(date(2021, 7, 15))
    assert penalty.starts("drinking_water_supervision", "handled", "founded_case_filed")
    assert not penalty.starts("drinking_water_supervision", "handled", "unfounded")
    assert not penalty.starts("street_enforcement", "handled", "founded_case_filed")
