"""A question to the one box: what it may be (words, a task's number, an id, a credit code), and how well a text answers it.

Not here: how texts are made comparable (search.py), where they are looked up (persistence/queries/everywhere).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from backend.domain.search import normalise, terms_of
from backend.domain.uscc import is_valid_uscc
from backend.domain.vocabulary import SearchHint

LONGEST = 100  # characters of a question that are compared; more of them narrow nothing
SHORTEST_ID = 8  # hexadecimal digits: fewer are a number somebody typed
_TASK = re.compile(r"t?(\d{4,8})(-?)([0-9a-z]{0,8})")
_USCC = re.compile(r"[0-9a-z]{18}")
_HEX = re.compile(r"[0-9a-f]{8,32}")
EXACT, PREFIX, WITHIN, ELSEWHERE = range(
    4
)  # how well a row answers: the whole of a field, its beginning, a part, not shown


@dataclass(frozen=True, slots=True)
class Question:
    """``text``: all of it, made comparable; ``terms``: its parts, all of which must be found; ``hints`` for the person."""

    text: str
    terms: tuple[str, ...]
    hints: tuple[SearchHint, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to be looked for."""
        return not self.terms

    @property
    def task_code(self) -> str | None:
        """The beginning of a task's number, if it may be one: T2026…, with or without the letter and the dash."""
        found = _TASK.fullmatch(self.text)
        if found is None or (found[3] and len(found[1]) < 8):
            return None
        return f"T{found[1]}{f'-{found[3].upper()}' if found[2] or found[3] else ''}"

    @property
    def ids(self) -> tuple[UUID, UUID] | None:
        """The first and the last id that begin so, if it may be the beginning of one."""
        digits = self.text.replace("-", "")
        if not _HEX.fullmatch(digits):
            return None
        return UUID(hex=digits.ljust(32, "0")), UUID(hex=digits.ljust(32, "f"))

    @property
    def grid_code(self) -> str | None:
        """The beginning of a grid's code, if it may be one."""
        return self.text if self.text.isascii() and self.text.isdigit() else None


@dataclass(frozen=True, slots=True)
class Match:
    """Where in ``text``, the value of ``field``, something stands: pairs of begin and end, in UTF-16 units (as JavaScript
    counts)."""

    field: str
    text: str
    positions: tuple[tuple[int, int], ...]


def question_of(said: str) -> Question:
    """What somebody typed, whatever it is. One character counts if it is a word (汉字); a letter or digit finds everything."""
    cut = said[: LONGEST * 2]
    text, terms = normalise(cut)[:LONGEST], tuple(term[:LONGEST] for term in terms_of(cut))
    if text and len(text) == 1 and text.isascii():
        return Question(text, (), (SearchHint.TOO_SHORT,))
    mistyped = _USCC.fullmatch(text) and not is_valid_uscc(text.upper()) and not text.isalpha()
    return Question(text, terms, (SearchHint.USCC_MISTYPED,) if mistyped else ())


def judge(question: Question, fields: Mapping[str, str | None]) -> tuple[int, tuple[Match, ...]]:
    """How well ``fields`` of a row answer, and where the terms stand in them; ELSEWHERE where none shows it."""
    best, matches = ELSEWHERE, []
    for name, value in fields.items():
        if not value:
            continue
        comparable = normalise(value)
        places = tuple(sorted({place for term in question.terms for place in _places(value, term)}))
        if question.text == comparable:
            best = EXACT
        elif comparable.startswith(question.text):
            best = min(best, PREFIX)
        elif places:
            best = min(best, WITHIN)
        if places:
            matches.append(Match(name, value, places))
    return best, tuple(matches)


def _places(value: str, term: str) -> Iterator[tuple[int, int]]:
    """Where ``term`` stands in ``value`` as it is written, every time."""
    letters = [(letter, index) for index, one in enumerate(value) for letter in normalise(one)]
    comparable = "".join(letter for letter, _ in letters)
    if not term:
        return
    at = comparable.find(term)
    while at >= 0:
        first, last = letters[at][1], letters[at + len(term) - 1][1]
        yield _units(value[:first]), _units(value[: last + 1])
        at = comparable.find(term, at + len(term))


def _units(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)
