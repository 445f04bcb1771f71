"""The texts that cases are found by, written with the first referral of a report and added to by its amendments.

Reporters and other workers are not among the words: a department searches places, not people.
Not here: how words are compared (domain/search.py), searching (persistence/queries/cases).
"""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from backend.domain.search import PART, grams_of, searchable
from backend.persistence.statements import run


class HasWords(Protocol):
    """What a report says in words, written or still being made."""

    id: UUID
    site: dict[str, Any] | None
    findings: list[Any]
    description: str


class NamedSite(Protocol):
    """What the register calls a site."""

    name: str
    address: str
    uscc: str | None


# Beside what is there already, in one statement and without reading it: amendments are seldom long.
ADD = """
    UPDATE case_texts SET text = text || %(text)s,
        grams = ARRAY(SELECT DISTINCT g FROM unnest(grams || %(grams)s::text[]) g ORDER BY g)
    WHERE report_id = %(report_id)s
"""


def case_text(report: HasWords, site: NamedSite | None) -> dict[str, Any]:
    """The columns of a report's ``CaseText``; ``site`` as the register has it, if the report names one it knows."""
    told: Mapping[str, Any] = report.site or {}
    text = searchable(
        [
            told.get("name"),
            told.get("address"),
            told.get("uscc"),
            *((site.name, site.address, site.uscc) if site else ()),
            report.description,
            *(finding.get("note") for finding in report.findings),
        ]
    )
    return {"report_id": report.id, "text": text, "grams": grams_of(text)}


def add_words(session: Session, report_id: UUID, words: Iterable[str | None]) -> None:
    """Let a referred report be found by ``words`` too; nothing happens to one that is not referred. The report's row
    and, if it is new, its text must be written before."""
    text = searchable(words)
    if text:
        values = {"report_id": report_id, "text": PART + text, "grams": grams_of(text)}
        run(session, ADD, values)
