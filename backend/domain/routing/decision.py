"""The values that go into and come out of routing. A decision can say why: it is stored with the referral."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from backend.domain.legal import legal_basis
from backend.domain.vocabulary import Category, Outcome, ReferralRole, Severity


@dataclass(frozen=True, slots=True)
class FindingFact:
    """One finding as routing sees it."""

    code: str
    severity: Severity = Severity.MEDIUM


@dataclass(frozen=True, slots=True)
class RoutingFacts:
    """What is known of a report. An attribute that is absent (or None) is unknown, which is neither true nor false.

    ``prior_penalties`` counts penalties for practice by a non-physician only (法释〔2016〕27号 2条); None is unknown.
    ``prior_referrals`` counts earlier reports at the same site with a referral that is open or was founded; None: no site
    is known. Places are codes at capture time; ``captured_at`` is aware, rules read it in the district's zone.
    """

    category: Category
    outcome: Outcome
    findings: tuple[FindingFact, ...] = ()
    attributes: Mapping[str, bool | None] = field(default_factory=dict)
    site_kind: str | None = None
    prior_penalties: int | None = None
    prior_referrals: int | None = None
    grid: str | None = None
    street: str | None = None
    district: str | None = None
    captured_at: datetime | None = None


NO_RULE_SET = "none"  # the code that stands for "no rule set is in force"; a stored decision says null


class RoutingOutcome(StrEnum):
    """What became of the report: referred, lawful after all, or nothing to refer."""

    REFERRED = "referred"
    NOT_APPLICABLE = "not_applicable"
    NOTHING_TO_REFER = "nothing_to_refer"


@dataclass(frozen=True, slots=True)
class RoutedReferral:
    """One referral to one function. ``pending_triage``: it starts in that status and waits for a person."""

    function_code: str
    role: ReferralRole
    rule_codes: tuple[str, ...]
    legal_basis: tuple[str, ...]
    deadline_profile: str
    emergency: bool
    finding_codes: tuple[str, ...]
    pending_triage: bool


@dataclass(frozen=True, slots=True)
class MatchedClause:
    """A rule that took part, by which of its clauses and for which findings (none: for the whole report)."""

    rule_code: str
    clause: int
    finding_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RejectedCandidate:
    """A rule that was looked at and did not apply; ``why`` names what stood against it."""

    rule_code: str
    why: str


@dataclass(frozen=True, slots=True)
class RoutingDecision:
    """The answer of routing with its reasons. ``informed`` functions are told (知会) and get no referral."""

    rule_set: str
    rule_set_version: int
    outcome: RoutingOutcome
    referrals: tuple[RoutedReferral, ...]
    matched: tuple[MatchedClause, ...]
    rejected: tuple[RejectedCandidate, ...]
    informed: tuple[str, ...]
    not_applicable: tuple[str, ...]
    fallback_used: bool

    def to_data(self) -> dict[str, Any]:
        """The decision as JSON, laws written out, for storing beside the referral and showing to whoever asks why."""
        none = self.rule_set == NO_RULE_SET
        return {
            "rule_set": None if none else self.rule_set,
            "rule_set_version": None if none else self.rule_set_version,
            "reason": "no_rule_set_in_force" if none else None,
            "outcome": str(self.outcome),
            "fallback_used": self.fallback_used,
            "informed": list(self.informed),
            "not_applicable": list(self.not_applicable),
            "referrals": [
                {
                    "function": referral.function_code,
                    "role": str(referral.role),
                    "rules": list(referral.rule_codes),
                    "legal_basis": [legal_basis(code).to_data() for code in referral.legal_basis],
                    "deadline_profile": referral.deadline_profile,
                    "emergency": referral.emergency,
                    "findings": list(referral.finding_codes),
                    "pending_triage": referral.pending_triage,
                }
                for referral in self.referrals
            ],
            "matched": [
                {"rule": match.rule_code, "clause": match.clause, "findings": list(match.finding_codes)}
                for match in self.matched
            ],
            "rejected": [{"rule": candidate.rule_code, "why": candidate.why} for candidate in self.rejected],
        }
