"""Desk work on many cases: acts on hundreds at once, saved filters, files to take along.

Not here: acts on one referral (services/referrals), reading (persistence/queries/cases).
"""

from backend.services.review.bulk import BulkOrder, BulkRow, Picked, act_on_many
from backend.services.review.exporting import Export, export_cases
from backend.services.review.once import answer_once
from backend.services.review.saved_filters import (
    FilterDraft,
    Sharing,
    create_filter,
    delete_filter,
    replace_filter,
)

__all__ = [
    "BulkOrder",
    "BulkRow",
    "Export",
    "FilterDraft",
    "Picked",
    "Sharing",
    "act_on_many",
    "answer_once",
    "create_filter",
    "delete_filter",
    "export_cases",
    "replace_filter",
]
