"""Years whose holidays a library ships (chinesecalendar, from the notices of the State Council). Not here: our tables."""

from collections.abc import Mapping
from datetime import date
from importlib.metadata import version

from chinese_calendar.constants import holidays, workdays

FIRST_YEAR = 2004


def official_source() -> str:
    """The library and its version, as the source of a year."""
    return f"chinesecalendar {version('chinesecalendar')}"


def official_years() -> Mapping[int, dict[date, tuple[bool, str]]]:
    """Year → day → (people work, name), only days on which it is otherwise than the day of the week says.

    Of working days only weekends are kept and of holidays all: that is how the notices list them.
    """
    years: dict[int, dict[date, tuple[bool, str]]] = {}
    for days, is_working in ((holidays, False), (workdays, True)):
        for day, name in days.items():
            if day.year >= FIRST_YEAR:
                years.setdefault(day.year, {})[day] = (is_working, _text(name))
    return years


def _text(name: object) -> str:
    return str(getattr(name, "value", name))
