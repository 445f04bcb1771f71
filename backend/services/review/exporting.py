"""Cases as a file to take along: exactly what is filtered, in the same order, and an event that says who took what.

Not here: what narrows and orders them (persistence/queries/cases), the file formats (gateways/tables).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.calendar import LOCAL_ZONE
from backend.domain.errors import DomainError
from backend.domain.ids import new_id
from backend.domain.vocabulary import CaseSort, TableFormat
from backend.gateways.tables import table_writer
from backend.persistence.queries.cases import CaseFilter, every_case
from backend.services.history import record
from backend.services.review.columns import columns_for

EXPORT_LIMIT = 100_000  # rows of one file
TITLES = {"zh": "案件", "en": "Cases"}


@dataclass(frozen=True, slots=True)
class Export:
    """What is asked for; ``asked`` is the filter as JSON, for the event. ``language``: 'zh' or 'en'."""

    wanted: CaseFilter
    sort: CaseSort
    kind: TableFormat
    language: str
    asked: dict[str, Any]


def export_cases(session: Session, actor: Actor, export: Export, file: IO[bytes], *, now: datetime) -> int:
    """Write the cases ``actor`` sees into ``file`` and an event beside it; how many they are.

    Rows come from the database in chunks and go to the file at once: memory does not grow with them. Columns the actor's
    roles may not see are absent. Raises DomainError('export_too_large') over EXPORT_LIMIT.
    """
    columns = columns_for(actor.roles)
    headers = [column.zh if export.language == "zh" else column.en for column in columns]
    widths = [column.width for column in columns]
    made_at = now.astimezone(LOCAL_ZONE).replace(tzinfo=None)
    count = 0
    with table_writer(file, export.kind, headers, widths, title=TITLES[export.language], made_at=made_at) as table:
        for row in every_case(session, actor, export.wanted, export.sort, EXPORT_LIMIT + 1):
            count += 1
            if count > EXPORT_LIMIT:
                raise DomainError("export_too_large", limit=EXPORT_LIMIT)
            table.add([column.read(row, export.language) for column in columns])
    data = {"filter": export.asked, "sort": export.sort.value, "format": export.kind.value, "count": count}
    record(session, at=now, actor=actor, subject_type="export", subject_id=new_id(), action="export", data=data)
    return count
