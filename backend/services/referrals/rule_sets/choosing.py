"""Which rule set was valid when, and its parsed form. Parsed sets are kept by the hash of their content: that never goes stale.

Not here: applying one (domain/routing).
"""

from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from backend.domain.routing import RoutingDecision, RoutingFacts, RuleSet, route, without_rules
from backend.domain.vocabulary import RuleSetStatus
from backend.persistence.models import RuleSetRow

DECISIONS_KEPT = 4096  # per rule set; a decision with its reasons takes some 2 KB


class ParsedSet:
    """A rule set ready to decide. Reports of a campaign repeat each other, and the same facts are always decided alike: the
    last decisions are kept. Kept apart is only what the rules tell apart; hours by whether they lie in the hours asked for."""

    def __init__(self, rule_set: RuleSet) -> None:
        self._rule_set = rule_set
        self._decided: dict[Any, tuple[RoutingDecision, dict[str, Any]]] = {}
        self.name = f"{rule_set.code}/{rule_set.version}"
        clauses = [clause for rule in rule_set.rules for clause in rule.clauses]
        self._times = tuple(dict.fromkeys(clause.time for clause in clauses if clause.time is not None))
        asked = {
            "prior_penalties": any(clause.prior_penalties_at_least is not None for clause in clauses),
            "prior_referrals": any(clause.prior_referrals_at_least is not None for clause in clauses),
            "grid": any(clause.grids for clause in clauses),
            "street": any(clause.streets for clause in clauses),
            "district": any(clause.districts for clause in clauses),
        }
        self._asked = tuple(name for name, is_asked in asked.items() if is_asked)

    def deadlines(self, profile: str) -> dict[str, Any]:
        """The spans of a deadline profile, by clock, as the set spells them; what it leaves open is not there."""
        spans: dict[str, Any] = self._rule_set.data["deadline_profiles"].get(profile, {})
        return spans

    def decide(self, facts: RoutingFacts) -> tuple[RoutingDecision, dict[str, Any]]:
        """What ``domain.routing.route`` says of ``facts``, and the same as JSON: shared, so copy what you change."""
        key = (facts.category, facts.outcome, facts.findings, frozenset(facts.attributes.items()), facts.site_kind,
               *[getattr(facts, name) for name in self._asked], *self._hours(facts))  # fmt: skip
        found = self._decided.get(key)
        if found is None:
            decision = route(facts, self._rule_set)
            found = decision, decision.to_data()
            if len(self._decided) >= DECISIONS_KEPT:
                self._decided.clear()
            self._decided[key] = found
        return found

    def _hours(self, facts: RoutingFacts) -> list[bool | None]:
        moment = facts.captured_at
        return [None if moment is None else span.holds(moment) for span in self._times]


_PARSED: dict[str, ParsedSet] = {}


@cache
def _no_rules() -> ParsedSet:
    return ParsedSet(without_rules())


class RuleSets:
    """All approved rule sets of the database, for choosing one per report."""

    def __init__(self, session: Session) -> None:
        """Read which sets there are: one statement, and a second one only for contents this process has not parsed yet."""
        columns = (RuleSetRow.district_code, RuleSetRow.valid_from, RuleSetRow.valid_to, RuleSetRow.version)
        approved = RuleSetRow.status == RuleSetStatus.APPROVED
        self._rows = session.execute(select(RuleSetRow.content_sha256, *columns).where(approved)).all()
        unknown = {row.content_sha256 for row in self._rows} - _PARSED.keys()
        if unknown:
            wanted = select(RuleSetRow.content_sha256, RuleSetRow.content)
            for sha256, content in session.execute(wanted.where(RuleSetRow.content_sha256.in_(unknown))):
                _PARSED[sha256] = ParsedSet(RuleSet.from_data(content))

    def choose(self, district: str | None, captured_on: date, received_on: date) -> tuple[ParsedSet, str]:
        """The set for a report and the district it belongs to: what was valid on the day of capture counts (invariant 7).

        Of several the one that begins last. A day no set covers (a phone's clock that says 1970) is judged by the day of
        receipt; where none holds then either, the street catches everything (属地兜底) and the decision says that no set was in
        force. ``district`` None (placed nowhere) takes the newest set of any district.
        """
        rows = [row for row in self._rows if district in (None, row.district_code)]
        for day in (captured_on, received_on):
            valid = [row for row in rows if _holds(row, day)]
            if valid:
                row = max(valid, key=lambda row: (row.valid_from, row.version))
                return _PARSED[row.content_sha256], row.district_code
        fallback = without_rules().data["district"]
        return _no_rules(), district or next((row.district_code for row in self._rows), fallback)


def _holds(row: Row[*tuple[Any, ...]], day: date) -> bool:
    return bool(row.valid_from <= day and (row.valid_to is None or day < row.valid_to))
