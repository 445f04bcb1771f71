"""Time limits as the tables of cities write them: read, or refused loudly. Not here: tables themselves."""

import re
import unicodedata
from dataclasses import dataclass

from backend.domain.clocks.spans import Span
from backend.domain.data_files import load_yaml
from backend.domain.errors import DomainError
from backend.domain.vocabulary import TimeUnit

FORM = re.compile(r"(?P<value>\d{1,4})(?P<words>\D+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class CityTime:
    """What a cell says: the span, and what must be done within it where the cell tells (制止), else an empty text."""

    span: Span
    remark: str


def parse_city_text(text: str) -> CityTime:
    """'2紧急工作时', '4小时', '1紧急工作时制止' … by the words of data/clocks.yaml, spaces and full width ignored.

    Raises DomainError('bad_span') for an empty cell, an unknown unit or remark, and anything that is not one number.
    """
    data = load_yaml("clocks.yaml")["city_texts"]
    found = FORM.fullmatch(re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)))
    if found is not None:
        words = found["words"]
        for name in sorted(data["units"], key=len, reverse=True):
            remark = words.removeprefix(name)
            if words.startswith(name) and remark in ("", *data["remarks"]):
                unit = data["units"][name]
                return CityTime(Span(int(found["value"]) * unit["times"], TimeUnit(unit["unit"])), remark)
    raise DomainError("bad_span", value=text[:80])
