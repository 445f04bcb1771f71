"""The life of a rule set: every pair of status and action, who approves, when each ends and when nothing holds."""

from datetime import date
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain import rule_sets
from backend.domain.errors import DomainError
from backend.domain.rule_sets import Span, check_approver, check_start, cut_ends, dry_run_size, first_uncovered_day
from backend.domain.vocabulary import RuleSetAction, RuleSetStatus
from backend.domain.workflow import workflow_document

EXPECTED = {
    ("draft", "edit"): "draft", ("draft", "check"): "checked", ("draft", "retire"): "retired",
    ("checked", "edit"): "draft", ("checked", "check"): "checked", ("checked", "approve"): "approved",
    ("checked", "retire"): "retired", ("approved", "retire"): "retired",
}  # fmt: skip


@pytest.mark.parametrize("status", RuleSetStatus)
@pytest.mark.parametrize("action", RuleSetAction)
def test_every_pair(status, action):
    target = EXPECTED.get((str(status), str(action)))
    assert (action in rule_sets.allowed_actions(status)) is (target is not None)
    if target:
        assert rule_sets.next_status(status, action) == target
        return
    with pytest.raises(DomainError, match="illegal_transition"):
        rule_sets.next_status(status, action)


def test_an_author_or_editor_never_approves():
    author, editor, other = uuid4(), uuid4(), uuid4()
    check_approver((author, editor), other)
    check_approver((None, None), author)  # shipped
    for person in (author, editor):
        with pytest.raises(DomainError, match="approver_is_author"):
            check_approver((author, editor), person)


def test_a_set_never_begins_in_the_past():
    check_start(date(2026, 11, 20), date(2026, 11, 20))
    with pytest.raises(DomainError, match="rule_set_starts_in_past"):
        check_start(date(2026, 11, 19), date(2026, 11, 20))


def day(number):
    return date(2026, 1, number)


def test_a_successor_cuts_and_an_interlude_does_not():
    old, new = Span("old", day(1), None), Span("new", day(10), None)
    assert cut_ends([old, new]) == {"old": day(10), "new": None}
    interlude = Span("interlude", day(5), day(8))
    assert cut_ends([old, interlude]) == {"old": None, "interlude": day(8)}
    assert cut_ends([old, interlude, new]) == {"old": day(10), "interlude": day(8), "new": None}
    assert cut_ends([Span("a", day(1), day(9)), Span("b", day(5), day(9))]) == {"a": day(5), "b": day(9)}


def test_the_first_day_without_rules():
    assert first_uncovered_day([], day(3)) == day(3)
    assert first_uncovered_day([Span(1, day(1), None)], day(3)) is None
    assert first_uncovered_day([Span(1, day(5), None)], day(3)) == day(3)
    assert first_uncovered_day([Span(1, day(1), day(9)), Span(2, day(9), day(20))], day(3)) == day(20)
    assert first_uncovered_day([Span(1, day(1), day(9)), Span(2, day(10), None)], day(3)) == day(9)


SPANS = st.lists(
    st.tuples(st.integers(0, 40), st.none() | st.integers(1, 40)), max_size=6, unique_by=lambda pair: pair[0]
).map(
    lambda pairs: [
        Span(n, date.fromordinal(739000 + first), None if length is None else date.fromordinal(739000 + first + length))
        for n, (first, length) in enumerate(pairs)
    ]
)


@given(SPANS, st.integers(0, 90))
def test_cutting_changes_nothing_about_who_holds(spans, offset):
    """The last that began wins, before and after ends were cut: cutting only makes it visible."""
    on = date.fromordinal(739000 + offset)

    def holder(some):
        holding = [span for span in some if span.valid_from <= on and (span.valid_to is None or on < span.valid_to)]
        return max(holding, key=lambda span: span.valid_from, default=None)

    ends = cut_ends(spans)
    cut = [Span(span.key, span.valid_from, ends[span.key]) for span in spans]
    before, after = holder(spans), holder(cut)
    assert (before and before.key) == (after and after.key)


def test_the_workflow_document_tells_the_life():
    told = workflow_document()["rule_set"]
    assert {(t["from"], t["action"]): t["to"] for t in told["transitions"]} == EXPECTED
    approve = next(action for action in told["actions"] if action["code"] == "approve")
    assert approve["roles"] == ["bureau_triager", "administrator"]


def test_the_size_of_a_dry_run_is_bounded():
    assert [dry_run_size(wanted) for wanted in (None, 1, 10**6)] == [500, 1, 5000]
