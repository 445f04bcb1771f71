"""Use cases of reports: submit, amend, withdraw, note an emergency call, ask for photos. Reading: persistence/queries/reports."""

from backend.services.reports.photos import request_photos
from backend.services.reports.reviewing import review_reports, unreview_report
from backend.services.reports.rows import NewReport
from backend.services.reports.submit import Reception, Submission, submit_reports
from backend.services.reports.withdrawing import mark_withdrawn, withdraw_own

__all__ = [
    "NewReport",
    "Reception",
    "Submission",
    "mark_withdrawn",
    "request_photos",
    "review_reports",
    "submit_reports",
    "unreview_report",
    "withdraw_own",
]
