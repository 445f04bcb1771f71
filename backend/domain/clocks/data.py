"""Which clocks a referral has, as data/clocks.yaml says, by the day. Not here: counting (arithmetic.py)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any, TypeVar

from backend.domain.clocks.office_hours import OfficeHours, default_hours
from backend.domain.clocks.spans import Span, parse_span
from backend.domain.data_files import DataFileError, load_yaml
from backend.domain.departments import load_functions
from backend.domain.labels import codes_of
from backend.domain.legal import MARKS, all_bases

FILE = "clocks.yaml"
OVERALL = "overall"


@dataclass(frozen=True, slots=True)
class Label:
    """A clock's name for people."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds where a rule set says nothing, from a day to a day (``valid_to`` exclusive)."""

    valid_from: date | None
    valid_to: date | None
    warn_percent: int
    longest_extension_percent: int
    longest_suspension_days: int
    otherwise: str
    profiles: Mapping[str, Mapping[str, Span]]

    def spans(self, profile: str) -> Mapping[str, Span]:
        """Spans by clock for a deadline profile; one of another name is treated as ``otherwise``."""
        return self.profiles.get(profile, self.profiles[self.otherwise])


@dataclass(frozen=True, slots=True)
class LegalClock:
    """What a law demands. ``functions`` None: of every function but ``not_functions``; ``outcome`` None: any."""

    code: str
    label: Label
    functions: frozenset[str] | None
    not_functions: frozenset[str]
    status: str
    outcome: str | None
    stops: frozenset[str]
    span: Span
    extensions: tuple[Span, ...]
    law: str
    mark: str
    valid_from: date | None
    valid_to: date | None

    def starts(self, function: str, status: str, outcome: str | None) -> bool:
        """True if it begins when a referral for ``function`` comes into ``status``."""
        concerned = function not in self.not_functions if self.functions is None else function in self.functions
        return concerned and status == self.status and self.outcome in (None, outcome)


@dataclass(frozen=True, slots=True)
class ClockData:
    """The whole file, checked."""

    stage_of: Mapping[str, str]  # status → stage clock
    labels: Mapping[str, Label]
    final: frozenset[str]  # statuses that end the overall clock
    hours: OfficeHours
    defaults: tuple[Defaults, ...]
    legal: tuple[LegalClock, ...]
    least_holidays: tuple[tuple[date, date | None, int], ...]

    @property
    def stages(self) -> frozenset[str]:
        """The clocks a deadline profile may set: those of the stages and the overall one."""
        return frozenset({*self.stage_of.values(), OVERALL})

    def defaults_on(self, day: date) -> Defaults:
        """The defaults of ``day``; of the first ones before all of them (a phone's clock that says 1970)."""
        return next((d for d in self.defaults if _holds(d.valid_from, d.valid_to, day)), self.defaults[0])

    def legal_on(self, day: date) -> Sequence[LegalClock]:
        """The legal clocks in force on ``day``."""
        return [clock for clock in self.legal if _holds(clock.valid_from, clock.valid_to, day)]

    def legal_clock(self, code: str) -> LegalClock | None:
        """The legal clock with this code, whatever its days; None if there is none any more."""
        return next((clock for clock in self.legal if clock.code == code), None)

    def least_holidays_of(self, year: int) -> int:
        """How many holidays a year has at least by law; nought where no rule is known."""
        day = date(year, 12, 31)
        return next((days for start, end, days in self.least_holidays if _holds(start, end, day)), 0)


@cache
def load_clock_data() -> ClockData:
    """data/clocks.yaml. DataFileError names what it gets wrong."""
    data = load_yaml(FILE)
    problems = clock_data_problems(data)
    if problems:
        raise DataFileError(FILE, problems)
    stages = data["stages"]
    legal = tuple(_legal(entry) for entry in data["legal"])
    labels = {code: Label(entry["zh"], entry["en"]) for code, entry in stages.items()}
    labels[OVERALL] = Label(data["overall"]["zh"], data["overall"]["en"])
    return ClockData(
        {status: code for code, entry in stages.items() for status in entry["statuses"]},
        labels | {clock.code: clock.label for clock in legal},
        frozenset(data["overall"]["ends"]),
        default_hours(),
        tuple(_defaults(entry) for entry in data["defaults"]),
        legal,
        tuple((row["valid_from"], row["valid_to"], row["days"]) for row in data["least_holidays"]),
    )


def clock_data_problems(data: Mapping[str, Any]) -> list[str]:
    """What is wrong with the file beyond its spans, which raise by themselves; empty if it can be used."""
    clocks = {*data["stages"], OVERALL}
    problems = []
    for row in data["defaults"]:
        for name, spans in row["profiles"].items():
            problems += [f"profile {name}: no {code}" for code in sorted(clocks - set(spans))]
        problems += _unknown([row["otherwise"]], row["profiles"], "profile")
    for entry in data["legal"]:
        named = [*entry.get("functions", ()), *entry.get("not_functions", ())]
        found = _unknown(named, load_functions(), "function") + _unknown([entry["law"]], all_bases(), "law")
        found += _unknown([entry["mark"]], MARKS, "mark")
        if entry["starts"].get("outcome"):
            found += _unknown([entry["starts"]["outcome"]], codes_of("handling_outcomes"), "outcome")
        problems += [f"{entry['code']}: {text}" for text in found]
    return problems


def _unknown(values: Iterable[str], known: Iterable[str], what: str) -> list[str]:
    known = set(known)
    return [f"unknown {what} {value!r}" for value in values if value not in known]


def _defaults(row: Mapping[str, Any]) -> Defaults:
    profiles = {
        name: {code: parse_span(span) for code, span in spans.items()} for name, spans in row["profiles"].items()
    }
    return Defaults(
        row["valid_from"], row["valid_to"], row["warn_percent"], row["longest_extension_percent"],
        row["longest_suspension_days"], row["otherwise"], profiles,
    )  # fmt: skip


def _legal(row: Mapping[str, Any]) -> LegalClock:
    return LegalClock(
        code=row["code"],
        label=Label(row["zh"], row["en"]),
        functions=frozenset(row["functions"]) if "functions" in row else None,
        not_functions=frozenset(row.get("not_functions", ())),
        status=row["starts"]["status"],
        outcome=row["starts"].get("outcome"),
        stops=frozenset(row["stops"]),
        span=parse_span(row["span"]),
        extensions=tuple(parse_span(span) for span in row["extensions"]),
        law=row["law"],
        mark=row["mark"],
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
    )


Day = TypeVar("Day", bound=date)


def _holds(start: Day | None, end: Day | None, day: Day) -> bool:
    return (start is None or start <= day) and (end is None or day < end)


@lru_cache(maxsize=1024)  # bounded: days come from clocks that start, almost always today
def legal_clocks(function: str, status: str, outcome: str | None, day: date) -> tuple[LegalClock, ...]:
    """The legal clocks that begin on ``day`` when a referral for ``function`` comes into ``status``."""
    found = load_clock_data().legal_on(day)
    return tuple(clock for clock in found if clock.starts(function, status, outcome))
