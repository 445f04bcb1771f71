"""Use cases of reports: submit, amend, withdraw, note an emergency call. Reading is persistence/queries/reports.py."""

from backend.services.reports.submit import Submission, submit_reports

__all__ = ["Submission", "submit_reports"]
