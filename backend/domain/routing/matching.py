"""Whether a clause of a rule holds for the facts of a report, and if not, what stands against it.

Not here: which findings it is about, and who was first (engine.py).
"""

from collections.abc import Iterator

from backend.domain.routing.decision import RoutingFacts
from backend.domain.routing.rules import Clause
from backend.domain.vocabulary import Severity

_RANK = {severity: place for place, severity in enumerate(Severity)}


def objection(clause: Clause, facts: RoutingFacts) -> str | None:
    """What stands against a clause, or None if it holds. Unknown is unknown: it satisfies only not_true and not_false."""
    for name, need in clause.attributes:
        known = facts.attributes.get(name)
        if not _satisfies(known, need):
            return f"{name} is {'unknown' if known is None else str(known).lower()}, needs {need}"
    return next(_further(clause, facts), None)


def _further(clause: Clause, facts: RoutingFacts) -> Iterator[str]:
    if clause.site_kinds and facts.site_kind not in clause.site_kinds:
        yield f"site kind is {facts.site_kind or 'unknown'}"
    for name, wanted, known in (
        ("grid", clause.grids, facts.grid),
        ("street", clause.streets, facts.street),
        ("district", clause.districts, facts.district),
    ):
        if wanted and known not in wanted:
            yield f"{name} is {known or 'unknown'}"
    for name, least, count in (
        ("prior penalties", clause.prior_penalties_at_least, facts.prior_penalties),
        ("prior referrals", clause.prior_referrals_at_least, facts.prior_referrals),
    ):
        if least is not None and (count or 0) < least:
            yield f"{name} are {'unknown' if count is None else count}, needs {least}"
    # No hour is told: decisions are kept by what a rule asks of the time, not by the minute.
    if clause.time is not None and facts.captured_at is None:
        yield f"time of capture is unknown, needs {clause.time}"
    elif clause.time is not None and facts.captured_at is not None and not clause.time.holds(facts.captured_at):
        yield f"captured outside {clause.time}"
    if clause.severity_at_least and not any(
        _RANK[finding.severity] >= _RANK[clause.severity_at_least] for finding in facts.findings
    ):
        yield f"no finding is {clause.severity_at_least} or worse"


def _satisfies(known: bool | None, need: str) -> bool:
    if need == "not_true":
        return known is not True
    if need == "not_false":
        return known is not False
    return known is (need == "true")
