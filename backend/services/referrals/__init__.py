"""Use cases of referrals: first routing of fresh reports, and every act until a referral is closed.

Not here: reading (persistence/queries/referrals.py), the rules themselves (domain/routing, domain/referrals.py).
"""

from backend.services.referrals.actions import ActionDetails, act, actions_for
from backend.services.referrals.routing import refer_reports

__all__ = ["ActionDetails", "act", "actions_for", "refer_reports"]
