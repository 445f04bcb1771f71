"""/cases and /case-filters: search, counts, bulk acts, exports, saved filters. Not here: one referral (api/referrals)."""

from backend.api.cases import bulk, saved_filters, views
from backend.api.cases.blueprint import blueprint

__all__ = ["blueprint", "bulk", "saved_filters", "views"]
