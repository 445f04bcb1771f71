"""What the office does with cases: acts with what follows from them, and tasks that send somebody to look.

Not here: the acts themselves (services/referrals), tasks as such (services/tasks).
"""

from backend.services.review.acting import Acted, act_on_referral
from backend.services.review.field_checks import make_field_check

__all__ = ["Acted", "act_on_referral", "make_field_check"]
