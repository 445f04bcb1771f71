"""Functions, the organisations of a district, and who holds which function where on which day.

Not here: what leads to a function (routing/), people of an organisation (accounts).
"""

from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

from backend.domain.data_files import DataFileError, load_yaml
from backend.domain.divisions import streets_of


@dataclass(frozen=True, slots=True)
class Function:
    """A responsibility; ``per_street`` where each street's own organisation holds it."""

    code: str
    zh: str
    en: str
    per_street: bool


@dataclass(frozen=True, slots=True)
class Organisation:
    """A bureau, or a street's own office or team (then ``street`` is its 9-digit code)."""

    code: str
    zh: str
    en: str
    street: str | None
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Holding:
    """That an organisation holds a function in a period, in one street or (``street`` None) the whole district."""

    function: str
    organisation: str
    street: str | None
    valid_from: date | None
    valid_to: date | None

    def valid_on(self, day: date) -> bool:
        """True if the function lay there on ``day``."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day < self.valid_to)


@cache
def load_functions() -> dict[str, Function]:
    """Every function by its code."""
    return {
        code: Function(code, entry["zh"], entry["en"], entry["scope"] == "street")
        for code, entry in load_yaml("functions.yaml")["functions"].items()
    }


@cache
def load_organisations() -> tuple[Organisation, ...]:
    """Every organisation of the district, in the order of the data."""
    return tuple(Organisation(**row) for row in load_yaml("departments.yaml")["organisations"])


@cache
def load_holdings() -> tuple[Holding, ...]:
    """Every (function, organisation, street, period), per-street rows written out. DataFileError for dangling codes."""
    data = load_yaml("departments.yaml")
    known = {organisation.code for organisation in load_organisations()}
    streets = [row.code for row in streets_of(data["district"], date.max)]
    holdings, problems = [], []
    for row in data["holdings"]:
        function = load_functions().get(row["function"])
        if function is None:
            problems.append(f"unknown function {row['function']!r}")
            continue
        for street in streets if function.per_street else [None]:
            organisation = row["organisation"].format(street=street)
            if organisation not in known:
                problems.append(f"{function.code}: unknown organisation {organisation!r}")
            holdings.append(Holding(function.code, organisation, street, row["valid_from"], row["valid_to"]))
    if problems:
        raise DataFileError("departments.yaml", problems)
    return tuple(holdings)


@lru_cache(maxsize=1024)  # bounded: streets and days come from reports
def organisation_for(function: str, street: str | None, day: date) -> str | None:
    """Code of the organisation that holds ``function`` in ``street`` on ``day``; None where nobody does.

    A per-street function needs the street; for a district function it does not matter.
    """
    for holding in load_holdings():
        if holding.function == function and holding.street in (None, street) and holding.valid_on(day):
            return holding.organisation
    return None
