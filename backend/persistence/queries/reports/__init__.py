"""Reads of reports: who sees which, pages of a list, one report whole."""

from backend.persistence.queries.reports.detail import ReportDetail, get_report, get_routing
from backend.persistence.queries.reports.everything import every_report, matching
from backend.persistence.queries.reports.filters import ReportFilter
from backend.persistence.queries.reports.pages import SeqPage, find_seqs
from backend.persistence.queries.reports.rows import list_reports
from backend.persistence.queries.reports.scope import visible_to

__all__ = [
    "ReportDetail",
    "ReportFilter",
    "SeqPage",
    "every_report",
    "find_seqs",
    "get_report",
    "get_routing",
    "list_reports",
    "matching",
    "visible_to",
]
