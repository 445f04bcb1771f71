"""Rule sets as they live in the database: which one holds, drafts and their way to approval, dry runs, warnings of an end.

Not here: what a rule set says and whether it may go live (domain/routing).
"""

from backend.services.referrals.rule_sets.acting import act_on_rule_set
from backend.services.referrals.rule_sets.checking import CheckReport, check_document, check_rule_set, coverage_of
from backend.services.referrals.rule_sets.choosing import ParsedSet, RuleSets
from backend.services.referrals.rule_sets.drafts import create_draft, read_document, replace_draft
from backend.services.referrals.rule_sets.dry_run import DryRun, dry_run
from backend.services.referrals.rule_sets.expiring import warn_of_expiry

__all__ = [
    "CheckReport",
    "DryRun",
    "ParsedSet",
    "RuleSets",
    "act_on_rule_set",
    "check_document",
    "check_rule_set",
    "coverage_of",
    "create_draft",
    "dry_run",
    "read_document",
    "replace_draft",
    "warn_of_expiry",
]
