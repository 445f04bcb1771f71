"""Use cases of referrals: first routing of fresh reports, and every act until a referral is closed.

Not here: reading (persistence/queries/referrals.py), the rules themselves (domain/routing, domain/referrals.py).
"""

from backend.services.referrals.actions import ActionDetails, act, act_on_locked, actions_for
from backend.services.referrals.case_texts import add_words, case_text
from backend.services.referrals.departments import load_departments
from backend.services.referrals.routing import RoutedReports, RoutingDesk, refer_reports
from backend.services.referrals.rows import NewReferral
from backend.services.referrals.rule_sets import RuleSets

__all__ = [
    "ActionDetails",
    "NewReferral",
    "RoutedReports",
    "RoutingDesk",
    "RuleSets",
    "act",
    "act_on_locked",
    "actions_for",
    "add_words",
    "case_text",
    "load_departments",
    "refer_reports",
]
