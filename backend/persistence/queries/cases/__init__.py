"""Reads of cases: a referral with what its report says. Searched, sorted, paged, counted, whole for an export."""

from backend.persistence.queries.cases.counts import CaseCounts, count_cases
from backend.persistence.queries.cases.filters import CaseFilter
from backend.persistence.queries.cases.pages import find_cases, list_cases
from backend.persistence.queries.cases.rows import every_case, matching_cases

__all__ = ["CaseCounts", "CaseFilter", "count_cases", "every_case", "find_cases", "list_cases", "matching_cases"]
