"""What the office does with cases: acts with what follows from them, hundreds at once, tasks that send somebody to look,
saved filters, files to take along.

Not here: the acts themselves (services/referrals), tasks as such (services/tasks), reading (persistence/queries/cases).
"""

from backend.services.review.acting import Acted, act_on_referral
from backend.services.review.alarms import due_crime_transfers, missing_calendars, uncalled_emergencies
from backend.services.review.bulk import BulkOrder, BulkRow, Picked, act_on_many
from backend.services.review.desk import Allowed, Choice, Desk, open_desk
from backend.services.review.exporting import Export, export_cases
from backend.services.review.field_checks import make_field_check
from backend.services.review.once import answer_once
from backend.services.review.saved_filters import (
    FilterDraft,
    Sharing,
    create_filter,
    delete_filter,
    replace_filter,
)

__all__ = [
    "Acted",
    "Allowed",
    "BulkOrder",
    "BulkRow",
    "Choice",
    "Desk",
    "Export",
    "FilterDraft",
    "Picked",
    "Sharing",
    "act_on_many",
    "act_on_referral",
    "answer_once",
    "create_filter",
    "delete_filter",
    "due_crime_transfers",
    "export_cases",
    "make_field_check",
    "missing_calendars",
    "open_desk",
    "replace_filter",
    "uncalled_emergencies",
]
