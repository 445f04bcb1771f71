"""Use cases of referrals: first routing of fresh reports, and every act until a referral is closed.

Not here: reading (persistence/queries/referrals.py), the rules themselves (domain/routing, domain/referrals.py).
"""

from backend.services.referrals.acting import act, act_on_locked, actions_for, lock_case, lock_rows
from backend.services.referrals.adding import add_referral
from backend.services.referrals.calls import record_call
from backend.services.referrals.case import ActionDetails
from backend.services.referrals.case_texts import add_words, case_text
from backend.services.referrals.departments import load_departments
from backend.services.referrals.joint import Attendance, answer_joint, attend_joint, call_joint, end_joint
from backend.services.referrals.materials import Material
from backend.services.referrals.nearby import METRES_PER_DEGREE, near_values
from backend.services.referrals.recurrence import Visit, note_visits
from backend.services.referrals.redirecting import dissolve, redirect_dissolved
from backend.services.referrals.routing import RoutedReports, RoutingDesk, decide_reports, refer_reports
from backend.services.referrals.rows import NewReferral
from backend.services.referrals.rule_sets import RuleSets
from backend.services.referrals.site_histories import SiteHistory, load_penalties, load_site_histories

__all__ = [
    "METRES_PER_DEGREE",
    "ActionDetails",
    "Attendance",
    "Material",
    "NewReferral",
    "RoutedReports",
    "RoutingDesk",
    "RuleSets",
    "SiteHistory",
    "Visit",
    "act",
    "act_on_locked",
    "actions_for",
    "add_referral",
    "add_words",
    "answer_joint",
    "attend_joint",
    "call_joint",
    "case_text",
    "decide_reports",
    "dissolve",
    "end_joint",
    "load_departments",
    "load_penalties",
    "load_site_histories",
    "lock_case",
    "lock_rows",
    "near_values",
    "note_visits",
    "record_call",
    "redirect_dissolved",
    "refer_reports",
]
