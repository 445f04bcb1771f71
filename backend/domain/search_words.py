"""Word lists of the search everywhere, given out by vocabulary.py like all others."""

from enum import StrEnum

__all__ = ["SearchHint", "SearchKind"]


class SearchKind(StrEnum):
    """What one box finds, in the order in which groups are shown when they fit equally well."""

    TASK = "task"
    CASE = "case"
    SITE = "site"
    GRID = "grid"
    REPORT = "report"
    PERSON = "person"


class SearchHint(StrEnum):
    """What there is to say about a question, beside what was found."""

    TOO_SHORT = "too_short"
    USCC_MISTYPED = "uscc_mistyped"
