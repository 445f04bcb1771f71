"""Every problem the product can answer with: a stable code, what kind of refusal it is, and a sentence in both languages.

Not here: HTTP status numbers (api/errors.py maps kinds once). Adding a problem = adding a line to the file of its slice.
"""

from typing import Any

from backend.domain.errors.cases import CASES
from backend.domain.errors.clocks import CLOCKS
from backend.domain.errors.delivery import DELIVERY
from backend.domain.errors.desk import DESK
from backend.domain.errors.district_settings import DISTRICT_SETTINGS
from backend.domain.errors.exports import EXPORTS
from backend.domain.errors.general import GENERAL
from backend.domain.errors.kinds import Kind, Problem
from backend.domain.errors.legal import LEGAL
from backend.domain.errors.maps import MAPS
from backend.domain.errors.ogc import OGC
from backend.domain.errors.referrals import REFERRALS
from backend.domain.errors.rule_sets import RULE_SETS
from backend.domain.errors.sign_in import SIGN_IN
from backend.domain.errors.slices import SLICES

CATALOGUE: dict[str, Problem] = {
    **GENERAL,
    **SLICES,
    **CASES,
    **CLOCKS,
    **DELIVERY,
    **DESK,
    **DISTRICT_SETTINGS,
    **EXPORTS,
    **LEGAL,
    **MAPS,
    **OGC,
    **REFERRALS,
    **RULE_SETS,
    **SIGN_IN,
}


class DomainError(Exception):
    """A refusal with a stable code. ``params`` fill the sentence; ``errors`` lists the single faults of a batch or form."""

    def __init__(self, code: str, *, errors: list[dict[str, Any]] | None = None, **params: Any) -> None:
        super().__init__(code)
        if code not in CATALOGUE:
            raise KeyError(f"no problem {code!r} in the catalogue")
        self.code = code
        self.params = params
        self.errors = errors

    @property
    def problem(self) -> Problem:
        """The catalogue entry of this error."""
        return CATALOGUE[self.code]

    def sentence(self, language: str) -> str:
        """The sentence for a person; ``language`` is 'zh' or 'en'."""
        text = self.problem.zh if language == "zh" else self.problem.en
        return text.format(**self.params) if self.params else text


__all__ = ["CATALOGUE", "DomainError", "Kind", "Problem"]
