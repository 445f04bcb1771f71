"""Columns of files that people take along, in both languages: how a cell is read from a row. Not here: which columns a file has
(review/columns.py, exports/columns), writing it (gateways)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, Literal

from backend.domain.calendar import LOCAL_ZONE
from backend.domain.labels import Label, enum_labels, vocabulary_objects
from backend.domain.permissions import can
from backend.domain.vocabulary import Flag, Role
from backend.gateways.tables import Cell

Read = Callable[[Any, str], Cell]
YES_NO = {"zh": ("是", "否"), "en": ("yes", "no")}
PLAIN = (str, int, float, bool, type(None))
BETWEEN = {"zh": "、", "en": ", "}


@dataclass(frozen=True, slots=True)
class Column:
    """``read`` takes a row and a language; ``permission``: only who holds it sees the column. ``name`` is the field's in map
    layers: ASCII, at most ten letters, eight where ``code`` puts the code itself beside the words."""

    name: str
    zh: str
    en: str
    width: int
    read: Read
    permission: str | None = None
    code: Read | None = None
    kind: Literal["text", "whole", "real", "time", "day"] = "text"
    in_layers: bool = True


def permitted(columns: Iterable[Column], roles: Iterable[Role]) -> list[Column]:
    """The columns somebody with ``roles`` may see, in their order."""
    held = list(roles)
    return [column for column in columns if column.permission is None or can(held, column.permission)]


def as_is(name: str) -> Read:
    """The value itself; a UUID as its text."""
    return lambda row, _language: _told(getattr(row, name))


def in_words(name: str) -> Read:
    """The words of an enum's value; nothing where there is none."""
    return lambda row, language: words_of(getattr(row, name), language)


def in_language(name: str) -> Read:
    """``name`` in Chinese, ``name_en`` in English."""
    return lambda row, language: getattr(row, name if language == "zh" else f"{name}_en")


def listed(name: str) -> Read:
    """Several texts in one cell."""
    return lambda row, language: BETWEEN[language].join(getattr(row, name))


def local_time(name: str) -> Read:
    """A moment in the district's zone, naive, as a spreadsheet has it."""
    return lambda row, _language: _in_zone(getattr(row, name))


def yes_no(name: str) -> Read:
    """是 or 否."""
    return lambda row, language: YES_NO[language][not getattr(row, name)]


def of_list(name: str, list_name: str) -> Read:
    """The words for a code of a list of the vocabulary."""
    return lambda row, language: _entry(list_name, getattr(row, name), language)


def flags_of(row: Any, language: str) -> Cell:
    """The doubts about a report, in words."""
    return BETWEEN[language].join(_flag(flag, language) for flag in row.flags)


def photos_of(row: Any, _language: str) -> Cell:
    """How many photos are here, of how many."""
    return f"{row.photos_here}/{row.photos_expected}"


def _told(value: Any) -> Cell:
    """A value as a cell; an enum's value or a UUID as its text."""
    return value if type(value) in PLAIN else str(value)


def words_of(value: StrEnum | None, language: str) -> str | None:
    """The words of an enum's value."""
    return None if value is None else _word(enum_labels(type(value))[str(value)], language)


def _word(label: Label, language: str) -> str:
    return label.zh if language == "zh" else label.en


def _flag(flag: str, language: str) -> str:
    labels = enum_labels(Flag)
    return _word(labels[flag], language) if flag in labels else flag


def _entry(list_name: str, code: str | None, language: str) -> str | None:
    """The words for a code; a code that left the list stands for itself."""
    return _entries(list_name, language).get(code, code) if code is not None else None


@cache
def _entries(list_name: str, language: str) -> dict[str, str]:
    return {entry["code"]: entry[language] for entry in vocabulary_objects()[list_name]["items"]}


def _in_zone(moment: datetime | None) -> datetime | None:
    return moment.astimezone(LOCAL_ZONE).replace(tzinfo=None) if moment else None
