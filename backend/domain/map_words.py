"""Word lists of the map review; given out from vocabulary.py like every other."""

from enum import StrEnum

__all__ = ["FigureUnit", "MapFigure", "MapLayer", "TimeStep"]


class MapLayer(StrEnum):
    """What the map can show."""

    GRIDS = "grids"
    SITES = "sites"
    TASKS = "tasks"
    REPORTS = "reports"
    REFERRALS = "referrals"


class MapFigure(StrEnum):
    """What grids and streets can be coloured by."""

    REPORTS = "reports"
    PROBLEMS = "problems"
    PROBLEM_RATE = "problem_rate"
    OPEN_CASES = "open_cases"
    OVERDUE_CASES = "overdue_cases"
    OPEN_TASKS = "open_tasks"
    SITE_COVERAGE = "site_coverage"


class FigureUnit(StrEnum):
    """How a figure is to be read: a number of things, or a share between 0 and 1."""

    COUNT = "count"
    RATIO = "ratio"


class TimeStep(StrEnum):
    """The width of a bar of a histogram; weeks begin on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
