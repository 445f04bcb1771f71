"""The checklists as versioned data: which form was valid when, and which answers deserve a second look.

Not here: routing of what was found (routing/), shape of a report (reports/).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any

from backend.domain.data_files import DataFileError, file_names, load_yaml
from backend.domain.labels import codes_of
from backend.domain.legal import LegalBasis, all_bases
from backend.domain.vocabulary import Category, Flag, Outcome, PhotoRole, Severity

ANSWER_TYPES = frozenset({"yes_no", "number", "date", "choice", "text", "none"})


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a checklist. ``answer`` holds type, unit, options and what counts as a finding, as the phone reads it."""

    code: str
    zh: str
    en: str
    answer: Mapping[str, Any]
    photos: tuple[PhotoRole, ...]
    basis: tuple[LegalBasis, ...]
    severity: Severity
    emergency: bool
    hints: tuple[str, ...]

    def to_data(self) -> dict[str, Any]:
        """The item as a phone gets it."""
        return {
            "code": self.code,
            "zh": self.zh,
            "en": self.en,
            "answer": dict(self.answer),
            "photos": [str(role) for role in self.photos],
            "basis": [basis.to_data() for basis in self.basis],
            "severity": str(self.severity),
            "emergency": self.emergency,
            "hints": list(self.hints),
        }


@dataclass(frozen=True, slots=True)
class Form:
    """One version of one checklist, valid from ``valid_from`` to the day before ``valid_to``."""

    code: str
    version: int
    category: Category
    zh: str
    en: str
    valid_from: date
    valid_to: date | None
    mark: str
    min_photos: Mapping[Outcome, int]
    photos: Mapping[Outcome, tuple[PhotoRole, ...]]
    emergency_numbers: tuple[str, ...]
    red_lines: tuple[Mapping[str, str], ...]
    items: tuple[Item, ...]
    by_code: Mapping[str, Item]  # the same items; every report asks for some

    def item(self, code: str) -> Item | None:
        """The item with this code, or None."""
        return self.by_code.get(code)

    def valid_on(self, day: date) -> bool:
        """True if this version was in use on ``day``."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    def to_object(self) -> dict[str, Any]:
        """The sync object of type ``form`` (sync.md)."""
        return {
            "code": self.code,
            "version": self.version,
            "category": str(self.category),
            "zh": self.zh,
            "en": self.en,
            "valid_from": self.valid_from.isoformat(),
            "valid_to": self.valid_to.isoformat() if self.valid_to else None,
            "mark": self.mark,
            "min_photos": {str(outcome): count for outcome, count in self.min_photos.items()},
            "photos": {str(outcome): [str(role) for role in roles] for outcome, roles in self.photos.items()},
            "emergency_numbers": list(self.emergency_numbers),
            "red_lines": [dict(line) for line in self.red_lines],
            "items": [item.to_data() for item in self.items],
        }


@dataclass(frozen=True, slots=True)
class AnswerCheck:
    """Doubts about the answers of one report, and the codes the form does not know."""

    flags: tuple[Flag, ...]
    unknown_codes: tuple[str, ...]


@cache
def load_forms() -> tuple[Form, ...]:
    """All versions of all checklists, by code and version. Raises DataFileError naming every fault of the data."""
    forms = [form_from_data(load_yaml(name), name) for name in file_names("forms")]
    return tuple(sorted(forms, key=lambda form: (form.code, form.version)))


@lru_cache(maxsize=1024)  # bounded: codes and versions come from phones
def find_form(code: str, version: int) -> Form | None:
    """The form with exactly this code and version, or None."""
    return next((form for form in load_forms() if (form.code, form.version) == (code, version)), None)


@lru_cache(maxsize=1024)
def form_valid_at(code_or_category: str, day: date) -> Form | None:
    """The version of a form (by 'A'/'B'/'C' or by category) in use on ``day``, or None."""
    wanted = [
        form for form in load_forms() if code_or_category in (form.code, form.category) and form.valid_on(day)
    ]  # fmt: skip
    return max(wanted, key=lambda form: form.version, default=None)


def check_answers(form: Form, answers: Mapping[str, Any], finding_codes: Iterable[str]) -> AnswerCheck:
    """Codes that ``form`` does not know; an unknown finding is a flag, never a refusal."""
    known = form.by_code
    findings = tuple(code for code in finding_codes if code not in known)
    unknown = dict.fromkeys([*findings, *(code for code in answers if code not in known)])
    return AnswerCheck((Flag.UNKNOWN_FINDING,) if findings else (), tuple(unknown))


def form_from_data(data: Mapping[str, Any], name: str) -> Form:
    """A form out of its data; DataFileError with every fault (unknown law, type, role, a code given twice)."""
    problems = _problems(data)
    if problems:
        raise DataFileError(name, problems)
    items = tuple(_item(entry) for entry in data["items"])
    return Form(
        code=data["code"],
        version=data["version"],
        category=Category(data["category"]),
        zh=data["zh"],
        en=data["en"],
        valid_from=data["valid_from"],
        valid_to=data["valid_to"],
        mark=data["mark"],
        min_photos={Outcome(outcome): count for outcome, count in data["min_photos"].items()},
        photos={Outcome(outcome): tuple(map(PhotoRole, roles)) for outcome, roles in data["photos"].items()},
        emergency_numbers=tuple(data["emergency_numbers"]),
        red_lines=tuple(data["red_lines"]),
        items=items,
        by_code={item.code: item for item in items},
    )


def _item(entry: Mapping[str, Any]) -> Item:
    bases = all_bases()
    return Item(
        code=entry["code"],
        zh=entry["zh"],
        en=entry["en"],
        answer=entry["answer"],
        photos=tuple(map(PhotoRole, entry["photos"])),
        basis=tuple(bases[code] for code in entry["basis"]),
        severity=Severity(entry["severity"]),
        emergency=entry["emergency"],
        hints=tuple(entry["hints"]),
    )


def _problems(data: Mapping[str, Any]) -> list[str]:
    problems = []
    codes = [entry["code"] for entry in data["items"]]
    problems += [f"{code}: given twice" for code in set(codes) if codes.count(code) > 1]
    numbers = codes_of("emergency_numbers")
    problems += [f"unknown emergency number {code!r}" for code in data["emergency_numbers"] if code not in numbers]
    for entry in data["items"]:
        code = entry["code"]
        problems += [f"{code}: unknown law {law!r}" for law in entry["basis"] if law not in all_bases()]
        problems += [f"{code}: unknown photo role {role!r}" for role in entry["photos"] if role not in list(PhotoRole)]
        if entry["answer"]["type"] not in ANSWER_TYPES:
            problems.append(f"{code}: unknown answer type {entry['answer']['type']!r}")
        if entry["severity"] not in list(Severity):
            problems.append(f"{code}: unknown severity {entry['severity']!r}")
    return problems
