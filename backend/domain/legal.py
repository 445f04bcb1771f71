"""Legal bases by code, with how well each was verified and when it is in force. Not here: which rule cites which."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from backend.domain.data_files import load_yaml

CONFIRMED = "确认"
MARKS = frozenset({CONFIRMED, "二手", "记忆", "推断", "建议"})


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """One article. ``mark`` says how it was verified (domain.md); only 确认 may be presented as law."""

    code: str
    law: str
    article: str
    mark: str
    valid_from: date | None
    valid_to: date | None  # first day no longer in force

    @property
    def confirmed(self) -> bool:
        """True if the primary text was read."""
        return self.mark == CONFIRMED

    def in_force(self, day: date) -> bool:
        """True if this text applies on ``day``; an unknown border counts as open."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day < self.valid_to)

    def to_data(self) -> dict[str, Any]:
        """As JSON for a phone or a stored decision."""
        return {"code": self.code, "law": self.law, "article": self.article, "mark": self.mark}


@cache
def all_bases() -> dict[str, LegalBasis]:
    """Every legal basis by its code."""
    return {
        code: LegalBasis(
            code, entry["law"], entry["article"], entry["mark"], entry["valid_from"], entry["valid_to"]
        )
        for code, entry in load_yaml("laws.yaml")["laws"].items()
    }  # fmt: skip


def legal_basis(code: str) -> LegalBasis:
    """The basis with this code; KeyError if there is none."""
    return all_bases()[code]
