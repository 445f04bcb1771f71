"""Use cases of reports: submit, amend, withdraw, note an emergency call. Reading is persistence/queries/reports.py."""

from backend.services.reports.rows import NewReport
from backend.services.reports.submit import Reception, Submission, submit_reports

__all__ = ["NewReport", "Reception", "Submission", "submit_reports"]
