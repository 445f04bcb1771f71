"""From what was found to who is responsible, by rules that are data."""

from backend.domain.routing.decision import (
    NO_RULE_SET,
    FindingFact,
    MatchedClause,
    RejectedCandidate,
    RoutedReferral,
    RoutingDecision,
    RoutingFacts,
    RoutingOutcome,
)
from backend.domain.routing.document import (
    DOCUMENT_LIMIT,
    Document,
    DocumentError,
    content_hash,
    read_json_document,
    read_yaml_document,
)
from backend.domain.routing.engine import FALLBACK_RULE, route
from backend.domain.routing.faults import Fault, told
from backend.domain.routing.own_tests import own_test_faults
from backend.domain.routing.proof import Cell, Proof, holder_faults, prove
from backend.domain.routing.rules import Clause, Rule, RuleSet, shipped_rule_set, shipped_rule_sets, without_rules
from backend.domain.routing.validation import rule_set_faults, rule_set_problems
from backend.domain.routing.writing import write_document

__all__ = [
    "DOCUMENT_LIMIT",
    "FALLBACK_RULE",
    "NO_RULE_SET",
    "Cell",
    "Clause",
    "Document",
    "DocumentError",
    "Fault",
    "FindingFact",
    "MatchedClause",
    "Proof",
    "RejectedCandidate",
    "RoutedReferral",
    "RoutingDecision",
    "RoutingFacts",
    "RoutingOutcome",
    "Rule",
    "RuleSet",
    "content_hash",
    "holder_faults",
    "own_test_faults",
    "prove",
    "read_json_document",
    "read_yaml_document",
    "route",
    "rule_set_faults",
    "rule_set_problems",
    "shipped_rule_set",
    "shipped_rule_sets",
    "told",
    "without_rules",
    "write_document",
]
