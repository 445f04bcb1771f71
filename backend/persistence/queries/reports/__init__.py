"""Reads of reports: who sees which, pages of a list, one report whole, points for a map."""

from backend.persistence.queries.reports.pages import ReportFilter, SeqPage, find_seqs
from backend.persistence.queries.reports.scope import visible_to

__all__ = ["ReportFilter", "SeqPage", "find_seqs", "visible_to"]
