"""Reading one cell of a table into a value of ours: codes, dates in many forms, numbers, words of a list.

Not here: files (gateways/tables), which columns there are (tabular.py).
"""

import math
import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, NoReturn, TypeVar

from backend.domain.calendar import LOCAL_ZONE

Choice = TypeVar("Choice")
# Excel keeps 15 significant digits: a longer number lost its end before it reached us.
EXACT_NUMBERS = 10**15
# Day 1 of Excel is 1900-01-01, and it believes that 1900 was a leap year: so it counts from here for every later day.
EXCEL_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 # a wall clock without a zone, as Excel keeps it
_SERIALS = (36_526, 73_050)  # 2000-01-01 … 2099-12-31
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_DATE = re.compile(
    r"(?P<y>\d{4})(?:[-/.年](?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})日?|(?P<m2>\d{2})(?P<d2>\d{2}))"
    r"(?:[ T]*(?P<h>\d{1,2})[:时](?P<min>\d{1,2})分?(?::(?P<s>\d{1,2})(?:\.\d{1,9})?秒?)?)?"
    r"(?P<zone>Z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
).fullmatch
END_OF_DAY = time(23, 59, 59)


class CellError(Exception):
    """A cell that cannot be read: ``code`` of rows.ROW_FAULTS, what stood there, and what the sentence needs besides."""

    def __init__(self, code: str, value: object = None, **params: Any) -> None:
        super().__init__(code)
        self.code, self.value, self.params = code, value, params


def read_text(value: object, limit: int) -> str:
    """Text of at most ``limit`` characters; a number becomes its digits. Raises bad_text, too_long or digits_lost."""
    text = value.strip() if isinstance(value, str) else _plain(value)
    if _CONTROL.search(text):
        raise CellError("bad_text")
    if len(text) > limit:
        raise CellError("too_long", text, limit=limit)
    return text


def read_code(value: object, limit: int = 64) -> str:
    """A code: full-width digits made plain, spaces taken out (so ３１０ 107 reads 310107)."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", read_text(value, limit)))


def read_number(value: object, low: float, high: float) -> float:
    """A finite number from ``low`` to ``high``. Raises bad_number or out_of_range."""
    try:
        number = float(read_code(value)) if isinstance(value, str) else float(value)  # type: ignore[arg-type]  # TypeError is caught
    except (TypeError, ValueError):
        raise CellError("bad_number", value) from None
    if isinstance(value, bool) or not math.isfinite(number):
        raise CellError("bad_number", value)
    if not low <= number <= high:
        raise CellError("out_of_range", value)
    return number


def read_choice(value: object, choices: Mapping[str, Choice], shown: str) -> Choice:
    """The member that the word stands for; ``choices`` are keyed by folded words (``fold``). Raises not_a_choice."""
    found = choices.get(fold(read_text(value, 200)))
    if found is None:
        raise CellError("not_a_choice", value, choices=shown)
    return found


def fold(word: str) -> str:
    """A word as it is compared: full width made plain, no spaces, no brackets' difference, lower case."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", word)).casefold()


def read_day(value: object) -> date:
    """A calendar day. Raises bad_date."""
    moment, _ = _wall_clock(value)
    return moment.date()


def read_deadline(value: object) -> datetime:
    """An aware moment in the district's zone unless an offset is given; a day alone means its last second."""
    moment, has_time = _wall_clock(value)
    if not has_time:
        moment = datetime.combine(moment.date(), END_OF_DAY)
    return moment if moment.tzinfo else moment.replace(tzinfo=LOCAL_ZONE)


def _wall_clock(value: object) -> tuple[datetime, bool]:
    if isinstance(value, datetime):
        moment = value
        return _within(moment, value), (moment.hour, moment.minute, moment.second) != (0, 0, 0)
    if isinstance(value, date):
        return _within(datetime.combine(value, time()), value), False
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _from_number(value)
    if isinstance(value, str):
        return _from_words(value)
    raise CellError("bad_date", value)


def _from_number(value: float) -> tuple[datetime, bool]:
    # A date column that lost its format: Excel's serial day, or 20261121 typed as a number.
    if _SERIALS[0] <= value <= _SERIALS[1]:
        moment = EXCEL_ZERO + timedelta(seconds=round(value * 86_400))
        return moment, value != int(value)
    if math.isfinite(value) and value == int(value) and 20_000_101 <= value <= 20_991_231:
        return _from_words(str(int(value)))
    raise CellError("bad_date", value)


def _from_words(words: str) -> tuple[datetime, bool]:
    found = _DATE(unicodedata.normalize("NFKC", words).strip())
    if found is None:
        _no_date(words)
    parts = found.groupdict()
    day = tuple(int(number) for number in (parts["y"], parts["m"] or parts["m2"], parts["d"] or parts["d2"]))
    clock = tuple(int(parts[key] or 0) for key in ("h", "min", "s"))
    if parts["zone"] and parts["h"] is None:
        _no_date(words)
    try:
        moment = datetime(*day, *clock)  # type: ignore[arg-type]  # noqa: DTZ001 # three and three numbers; the zone follows
        if parts["zone"]:
            moment = datetime.fromisoformat(moment.isoformat() + parts["zone"])
    except ValueError:
        _no_date(words)
    return _within(moment, words), parts["h"] is not None


def _within(moment: datetime, value: object) -> datetime:
    if not 2000 <= moment.year <= 2100:
        _no_date(value)
    return moment


def _no_date(value: object) -> NoReturn:
    raise CellError("bad_date", value)


def _plain(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value.isoformat(" ") if isinstance(value, datetime) else str(value)
    if not math.isfinite(value):
        raise CellError("bad_number", value)
    if abs(value) >= EXACT_NUMBERS:
        raise CellError("digits_lost", f"{value:.0f}")
    return str(int(value)) if value == int(value) else repr(value)
