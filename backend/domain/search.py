"""Words to search by, in Chinese as in Latin script: texts made comparable, and the n-grams they are found by.

No dictionary and no locale is asked: Chinese has no spaces between words, and what a database takes for a letter depends
on how its cluster was made. Not here: the index (persistence/models/cases), the question (persistence/queries/cases).
"""

import operator
import re
import unicodedata
from collections.abc import Iterable

PART = "\n"  # between the parts of a text, so that nothing is found across two of them
_SEAM = "\x00"  # no text of the product holds one, and normalising leaves it
MOST_TERMS = 8  # of one question; more narrow nothing a person would notice
_UNSEEN = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")
_BETWEEN = re.compile(r"[\s,、;]+")


def normalise(text: str) -> str:
    """``text`` as it is compared: full width as half width (NFKC), capitals as small letters, nothing unseen.

    Spaces go too: 曹杨路 100 弄 and 曹杨路100弄 are one address. Simplified and traditional stay apart.
    """
    return _composed(_UNSEEN.sub("", _folded(text)))  # what stood apart may now be one character: o, space, umlaut


def terms_of(question: str) -> tuple[str, ...]:
    """The terms of a search, all of which must be found: ``question`` normalised and cut at spaces, commas and the like."""
    pieces = (normalise(piece) for piece in _BETWEEN.split(_folded(question)))
    return tuple(dict.fromkeys(piece for piece in pieces if piece))[:MOST_TERMS]


def searchable(parts: Iterable[str | None]) -> str:
    """Names, addresses, codes and notes as one text to be searched; parts that say nothing or say it again are left out."""
    told = normalise(_SEAM.join(filter(None, parts)))  # at once: this is done for every report of a batch
    return PART.join(dict.fromkeys(filter(None, told.split(_SEAM))))


def grams_of(text: str) -> list[str]:
    """Every character and every pair of neighbours in a ``searchable`` text, each once, in no order."""
    grams = {*text, *map(operator.add, text, text[1:])}
    for part in text.split(PART):
        grams -= {PART, part[-1:] + PART, PART + part[:1]}
    return list(grams)


def grams_of_term(term: str) -> list[str]:
    """The grams a text must have to hold ``term`` (not empty): the character itself, or all pairs. Of one or two
    characters they are proof; of more they are not yet, since the pairs may stand apart."""
    return [term] if len(term) == 1 else sorted({term[i : i + 2] for i in range(len(term) - 1)})


def _folded(text: str) -> str:
    return _composed(unicodedata.normalize("NFKC", text).casefold())  # folding may undo what NFKC composed


def _composed(text: str) -> str:
    return text if unicodedata.is_normalized("NFKC", text) else unicodedata.normalize("NFKC", text)
