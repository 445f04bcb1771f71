"""Use cases of referrals: first routing of fresh reports, and every act until a referral is closed.

Not here: reading (persistence/queries/referrals.py), the rules themselves (domain/routing, domain/referrals.py).
"""

from backend.services.referrals.actions import ActionDetails, act, actions_for
from backend.services.referrals.departments import load_departments
from backend.services.referrals.routing import RoutedReports, RoutingDesk, refer_reports
from backend.services.referrals.rows import NewReferral
from backend.services.referrals.rule_sets import RuleSets
from backend.services.referrals.site_histories import SiteHistory, load_site_histories

__all__ = [
    "ActionDetails",
    "NewReferral",
    "RoutedReports",
    "RoutingDesk",
    "RuleSets",
    "SiteHistory",
    "act",
    "actions_for",
    "load_departments",
    "load_site_histories",
    "refer_reports",
]
