"""Streets that a change would leave to nobody."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.duties import Duty, Gap, check_gaps, check_period, new_gaps
from backend.domain.errors import DomainError

START, DAY, LATER = date(2020, 1, 1), date(2026, 1, 1), date(2027, 1, 1)
EVERYWHERE = Duty(None, START, None)


def test_the_districts_holder_covers_every_street():
    assert new_gaps("f", [EVERYWHERE], [Duty(None, START, DAY)], ["b", "a"], DAY) == [Gap("f", DAY, ("a", "b"))]


def test_a_streets_own_team_stays_when_the_district_gives_up():
    own = Duty("a", START, None)
    assert new_gaps("f", [EVERYWHERE, own], [Duty(None, START, DAY), own], ["a", "b"], DAY) == [Gap("f", DAY, ("b",))]
    assert new_gaps("f", [EVERYWHERE, own], [EVERYWHERE, Duty("a", START, DAY)], ["a", "b"], DAY) == []


def test_a_gap_that_opens_later_is_named_with_its_day_and_once():
    until = Duty(None, START, LATER)
    assert new_gaps("f", [EVERYWHERE], [until], ["a"], DAY) == [Gap("f", LATER, ("a",))]
    after = [until, Duty(None, date(2028, 1, 1), date(2029, 1, 1))]
    assert new_gaps("f", [EVERYWHERE], after, ["a"], DAY) == [Gap("f", LATER, ("a",))]


def test_what_nobody_held_before_is_no_new_gap():
    assert new_gaps("f", [Duty("a", START, None)], [Duty("a", START, None)], ["a", "b"], DAY) == []


days = st.dates(date(2020, 1, 1), date(2020, 1, 20))
duties = st.lists(
    st.builds(Duty, st.sampled_from([None, "a", "b"]), days, st.none() | days).filter(
        lambda duty: duty.valid_to is None or duty.valid_to > duty.valid_from
    ),
    max_size=5,
)


@given(duties, duties, days)
def test_gaps_are_exactly_the_streets_that_lose_somebody(before, after, since):
    """Day by day, beside the walk over borders."""
    named = {(gap.since, street) for gap in new_gaps("f", before, after, ["a", "b"], since) for street in gap.streets}
    held = lambda rows, street, day: any(d.street in (None, street) and d.holds(day) for d in rows)  # noqa: E731  # two calls alike
    expected = set()
    for street in ("a", "b"):
        lost = [
            day
            for n in range(40)
            if (day := date.fromordinal(since.toordinal() + n))
            and held(before, street, day)
            and not held(after, street, day)
        ]
        if lost:
            expected.add((lost[0], street))
    assert named == expected


def test_gaps_are_refused_unless_meant():
    gaps = [Gap("sports", DAY, ("310107005",))]
    check_gaps([], accepted=False)
    check_gaps(gaps, accepted=True)
    with pytest.raises(DomainError) as refusal:
        check_gaps(gaps, accepted=False)
    assert refusal.value.code == "function_without_holder"
    assert refusal.value.errors[0]["streets"] == ["310107005"]
    assert "310107005" in refusal.value.sentence("zh")


def test_a_period_ends_after_it_began():
    check_period(START, None)
    check_period(START, DAY)
    with pytest.raises(DomainError, match="bad_period"):
        check_period(DAY, DAY)
