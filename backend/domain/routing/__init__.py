"""From what was found to who is responsible, by rules that are data."""

from backend.domain.routing.decision import (
    FindingFact,
    MatchedClause,
    RejectedCandidate,
    RoutedReferral,
    RoutingDecision,
    RoutingFacts,
    RoutingOutcome,
)
from backend.domain.routing.engine import FALLBACK_RULE, route
from backend.domain.routing.rules import Clause, Rule, RuleSet, shipped_rule_set, shipped_rule_sets
from backend.domain.routing.validation import rule_set_problems

__all__ = [
    "FALLBACK_RULE",
    "Clause",
    "FindingFact",
    "MatchedClause",
    "RejectedCandidate",
    "RoutedReferral",
    "RoutingDecision",
    "RoutingFacts",
    "RoutingOutcome",
    "Rule",
    "RuleSet",
    "route",
    "rule_set_problems",
    "shipped_rule_set",
    "shipped_rule_sets",
]
