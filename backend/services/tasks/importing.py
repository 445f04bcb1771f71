"""Tasks out of an Excel or CSV file: every wrong cell named, all rows or none. Not here: files themselves (gateways)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.calendar import local_day
from backend.domain.cells import CellError, fold, read_choice, read_code, read_day, read_deadline, read_text
from backend.domain.errors import DomainError
from backend.domain.labels import enum_labels, vocabulary_objects
from backend.domain.rows import RowFault, row_fault
from backend.domain.tabular import Record, find_records, load_layout
from backend.domain.vocabulary import Category, TaskKind
from backend.gateways.tables import BadCell, read_table
from backend.persistence.queries.people import workers_by_username
from backend.services.tasks.checking import check_drafts
from backend.services.tasks.creating import MAX_TASKS, Created, create_tasks
from backend.services.tasks.drafts import TaskDraft


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of a file: ``created`` is None after a dry run; then ``faults`` says what an import would refuse, and
    ``records`` what stood in the file."""

    row_count: int
    faults: list[RowFault]
    ignored_columns: tuple[str, ...]
    created: Created | None
    records: Sequence[Record] = ()


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds for rows whose own cell is empty."""

    category: Category | None = None
    kind: TaskKind = TaskKind.DAILY_PATROL
    due_at: datetime | None = None
    by_responsibility: bool = False


def import_tasks(
    session: Session, actor: Actor, content: bytes, defaults: Defaults, *, dry_run: bool, now: datetime
) -> ImportResult:
    """Read ``content`` (.xlsx or CSV) and create a task per row.

    Raises DomainError: unreadable_table, too_many_rows, payload_too_large, and, unless ``dry_run``, rows_rejected.
    """
    sheet = read_table(content)
    records, faults, ignored = find_records(load_layout("tasks"), sheet.rows, sheet.merges)
    if len(records) > MAX_TASKS:
        raise DomainError("too_many_rows", limit=MAX_TASKS)
    drafts, usernames = [], {}
    for record in records:
        draft, username, wrong = _read(record, defaults)
        faults += wrong
        if draft is not None:
            drafts.append(draft)
            if username:
                usernames[record.number] = username
    drafts, unknown = _with_workers(session, drafts, usernames, now)
    faults += unknown
    if dry_run:
        faults += check_drafts(session, actor, drafts, now)[1]
        return ImportResult(len(records), sorted(faults, key=lambda fault: fault.row), ignored, None, records)
    if not records and not faults:
        raise DomainError("unreadable_table", why="no rows")
    if faults:  # one answer names everything that is wrong, also what only a lookup can tell
        faults += check_drafts(session, actor, drafts, now)[1]
        faults.sort(key=lambda fault: fault.row)
        raise DomainError("rows_rejected", errors=[fault.to_data() for fault in faults], count=len(faults))
    return ImportResult(len(records), [], ignored, create_tasks(session, actor, drafts, now=now))


def read_back(records: Sequence[Record]) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The headings of a file's known columns, and by row number its cells as text that the import reads the same again."""
    headings = dict(records[0].headings) if records else {}
    lines = [(record.number, [_as_text(record.values.get(column)) for column in headings]) for record in records]
    return list(headings.values()), lines


def _as_text(value: Any) -> str:
    if isinstance(value, BadCell):
        return value.text
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _with_workers(
    session: Session, drafts: Sequence[TaskDraft], usernames: Mapping[int, str], now: datetime
) -> tuple[list[TaskDraft], list[RowFault]]:
    workers = workers_by_username(session, set(usernames.values()), local_day(now))
    faults = [
        row_fault(draft.row, draft.column("assignee"), "unknown_worker", usernames[draft.row])
        for draft in drafts
        if draft.row in usernames and usernames[draft.row] not in workers
    ]
    found = [replace(draft, assignee_id=workers.get(usernames.get(draft.row, ""))) for draft in drafts]
    return found, faults


def _read(record: Record, defaults: Defaults) -> tuple[TaskDraft | None, str | None, list[RowFault]]:
    faults: list[RowFault] = []

    def cell(column: str, read: Callable[[Any], Any], default: Any = None) -> Any:
        value = record.values.get(column)
        heading = record.headings.get(column, column)
        if value is None:
            return default
        if isinstance(value, BadCell):
            faults.append(row_fault(record.number, heading, value.code, value.text))
            return default
        try:
            return read(value)
        except CellError as error:
            faults.append(row_fault(record.number, heading, error.code, error.value, **error.params))
            return default

    category = cell("category", lambda value: read_choice(value, *category_words()), defaults.category)
    if category is None and not any(fault.column == record.headings.get("category") for fault in faults):
        faults.append(row_fault(record.number, record.headings.get("category", "category"), "required"))
    username = cell("assignee", lambda value: read_code(value).lower())
    values: dict[str, Any] = {
        "kind": cell("kind", lambda value: read_choice(value, *kind_words()), defaults.kind),
        "title": cell("title", lambda value: read_text(value, 200)),
        "grid_code": cell("grid_code", read_code),
        "site_id": cell("site_id", _read_id),
        "site_code": cell("site_code", read_code),
        "starts_on": cell("starts_on", read_day),
        "due_at": cell("due_at", read_deadline, defaults.due_at),
        "instructions": cell("instructions", lambda value: read_text(value, 5_000), ""),
    }
    if category is None or faults:
        return None, None, faults
    by_responsibility = defaults.by_responsibility and username is None
    draft = TaskDraft(
        category, **values, by_responsibility=by_responsibility, row=record.number, columns=dict(record.headings)
    )
    return draft, username, faults


def _read_id(value: Any) -> UUID:
    try:
        return UUID(read_code(value))
    except ValueError:
        raise CellError("unknown_site", value) from None


@cache
def category_words() -> tuple[dict[str, Category], str]:
    """Every word for a category (code, Chinese, English, aliases), folded, and the words to show."""
    words: dict[str, Category] = {}
    for item in vocabulary_objects()["categories"]["items"]:
        for word in (item["code"], item["zh"], item["en"], *item["aliases"]):
            words[fold(word)] = Category(item["code"])
    return words, "、".join(item["zh"] for item in vocabulary_objects()["categories"]["items"])


@cache
def kind_words() -> tuple[dict[str, TaskKind], str]:
    """Every word for a kind of task, folded, and the words to show."""
    labels = enum_labels(TaskKind)
    words = {fold(word): TaskKind(code) for code, label in labels.items() for word in (code, label.zh, label.en)}
    return words, "、".join(label.zh for label in labels.values())
