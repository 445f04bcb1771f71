"""What holds of every deadline, whatever its start, span, pauses and extensions."""

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.domain.calendar import LOCAL_ZONE, local_day
from backend.domain.clocks import Deadline, Span, due_at, elapsed_steps, reach
from backend.domain.vocabulary import TimeUnit
from tests.domain.test_clocks import EIGHT_TO_SIX, OFFICIAL, USUAL

LONGEST = {"minute": 5000, "hour": 500, "work_hour": 150, "working_day": 40, "day": 100}


def between(first: datetime, last: datetime) -> st.SearchStrategy[datetime]:
    """Moments in Shanghai."""
    return st.datetimes(first.replace(tzinfo=None), last.replace(tzinfo=None), timezones=st.just(LOCAL_ZONE))


moments = between(datetime(2023, 1, 1, tzinfo=LOCAL_ZONE), datetime(2026, 3, 31, tzinfo=LOCAL_ZONE))
near_new_year = between(datetime(2025, 12, 29, tzinfo=LOCAL_ZONE), datetime(2026, 1, 6, tzinfo=LOCAL_ZONE))
hours = st.sampled_from([USUAL, EIGHT_TO_SIX])
units = st.sampled_from(list(TimeUnit))
gaps = st.timedeltas(timedelta(0), timedelta(days=20))


@st.composite
def spans(draw: st.DrawFn, unit: TimeUnit | None = None) -> Span:
    chosen = unit or draw(units)
    return Span(draw(st.integers(1, LONGEST[chosen])), chosen)


@st.composite
def lives(draw: st.DrawFn) -> tuple[Deadline, Span, datetime, datetime]:
    """A deadline, an extension in its unit, and a pause that begins after its start."""
    start, span = draw(st.one_of(moments, near_new_year)), draw(spans())
    pauses_at = start + draw(gaps)
    return Deadline(start, span), draw(spans(span.unit)), pauses_at, pauses_at + draw(gaps)


@given(start=moments, later=gaps, span=spans(), office=hours)
def test_a_later_start_never_ends_earlier(start, later, span, office):
    assert due_at(start, span, OFFICIAL, office) <= due_at(start + later, span, OFFICIAL, office)


@given(life=lives(), office=hours)
def test_pausing_and_resuming_at_once_changes_nothing(life, office):
    deadline, _, moment, _ = life
    assert deadline.suspend(moment).resume(moment).due(OFFICIAL, office) == deadline.due(OFFICIAL, office)


@given(life=lives(), office=hours)
def test_extension_and_pause_commute(life, office):
    deadline, by, begins, ends = life
    dues = {
        deadline.extend(by).suspend(begins).resume(ends).due(OFFICIAL, office),
        deadline.suspend(begins).extend(by).resume(ends).due(OFFICIAL, office),
        deadline.suspend(begins).resume(ends).extend(by).due(OFFICIAL, office),
    }
    assert len(dues) == 1
    assert dues.pop() > deadline.due(OFFICIAL, office)


@given(life=lives(), office=hours)
def test_ending_a_pause_after_an_extension_never_moves_the_end_earlier(life, office):
    deadline, by, begins, ends = life
    paused = deadline.suspend(begins).extend(by)
    before = paused.due(OFFICIAL, office)
    assert before >= deadline.due(OFFICIAL, office)
    assert paused.resume(ends).due(OFFICIAL, office) >= before
    assert paused.resume(ends).due(OFFICIAL, office) <= paused.resume(ends + timedelta(hours=5)).due(OFFICIAL, office)


@given(life=lives(), office=hours)
def test_an_end_lies_in_its_own_kind_of_time(life, office):
    deadline, by, begins, ends = life
    for one in (deadline, deadline.extend(by), deadline.suspend(begins).resume(ends)):
        due = one.due(OFFICIAL, office)
        unit, day = one.span.unit, local_day(due)
        assert due > one.started_at
        if unit in (TimeUnit.WORKING_DAY, TimeUnit.WORK_HOUR):
            assert OFFICIAL.is_working(day)
        if unit is TimeUnit.WORK_HOUR:
            assert any(opens < due <= closes for opens, closes in office.on(day))
        if unit in (TimeUnit.WORKING_DAY, TimeUnit.DAY):
            assert due.astimezone(LOCAL_ZONE).strftime("%H:%M:%S") == "23:59:59"
        assert one.started_at <= one.warns(80, OFFICIAL, office) <= due


@given(start=st.one_of(moments, near_new_year), span=spans(), office=hours)
def test_as_much_has_passed_as_was_given(start, span, office):
    due = due_at(start, span, OFFICIAL, office)
    assert elapsed_steps(start, due, span.unit, OFFICIAL, office) == span.steps


@given(start=near_new_year, first=st.integers(1, 30), second=st.integers(1, 30), unit=units, office=hours)
def test_a_border_of_years_is_nothing_special(start, first, second, unit, office):
    """Counted in two parts, on either side of New Year, it ends where it ends in one."""
    steps = [value * 1800 if unit not in (TimeUnit.DAY, TimeUnit.WORKING_DAY) else value for value in (first, second)]
    halfway = reach(start, unit, steps[0], OFFICIAL, office)
    assert reach(halfway, unit, steps[1], OFFICIAL, office) == reach(start, unit, sum(steps), OFFICIAL, office)


@settings(max_examples=50)
@given(after=moments, number=st.integers(1, 300))
def test_working_days_are_counted_as_they_are_walked(after, number):
    day = OFFICIAL.working_day_after(local_day(after), min(number, 150))
    assert OFFICIAL.count_working(local_day(after), day) == min(number, 150)
