"""Administrative penalties: which of them count towards a suspected crime, and what a record needs.

Not here: the rule's data (data/crime.yaml by crime.py), what follows from the count (routing/).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from backend.domain.crime import CountingRule, counting_rule
from backend.domain.errors import DomainError
from backend.domain.labels import office_lists

CASE_OUTCOME = "founded_case_filed"  # of handling_outcomes: a penalty comes out of a filed case


@dataclass(frozen=True, slots=True)
class CountedPenalty:
    """What counting reads of a penalty."""

    kind: str
    decided_on: date
    document_no: str
    revoked: bool = False


def counted(penalties: Iterable[CountedPenalty], day: date) -> int:
    """How many of ``penalties`` count on ``day`` towards 法释〔2016〕27号 2条(四), by the rule in force then.

    Only kinds of the rule, decided before that day (again means afterwards), within the rule's window if it has one, and
    not revoked. One decision counts once, however many kinds it names. 0 where no rule is in force.
    """
    rule = counting_rule(day)
    return 0 if rule is None else counted_by(rule, penalties, day)


def counted_by(rule: CountingRule, penalties: Iterable[CountedPenalty], day: date) -> int:
    """``counted`` by one rule, whatever day it is in force on."""
    oldest = date.min if rule.window_days is None else day - timedelta(days=rule.window_days)
    return len(
        {
            penalty.document_no
            for penalty in penalties
            if penalty.kind in rule.kinds and not penalty.revoked and oldest <= penalty.decided_on < day
        }
    )


def function_of_kind(kind: str) -> str | None:
    """The function that decides penalties of this kind; None for any. DomainError('unknown_code') for no such kind."""
    for entry in office_lists()["penalty_kinds"]["items"]:
        if entry["code"] == kind:
            function: str | None = entry["function"]
            return function
    raise DomainError("unknown_code", list="penalty_kinds", value=kind)


def check_kind(kind: str, held: Iterable[str]) -> None:
    """Raise 'penalty_of_other_function' unless somebody who holds the functions ``held`` may decide a penalty of ``kind``.

    A penalty that counts towards a crime must be the health authority's own (法释〔2016〕27号 2条(四)).
    """
    function = function_of_kind(kind)
    if function is not None and function not in set(held):
        raise DomainError("penalty_of_other_function", function=function)


def check_day(decided_on: date, reported_on: date, today: date) -> None:
    """A penalty of a case is decided after what was reported and not in the future: 'penalty_day'."""
    if not reported_on <= decided_on <= today:
        raise DomainError("penalty_day", first=reported_on.isoformat(), last=today.isoformat())
