"""Earlier penalties out of an Excel or CSV file: every wrong cell named, all rows or none; a known decision is passed over."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import select, text, tuple_
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.calendar import local_day
from backend.domain.cells import CellError, fold, read_choice, read_code, read_day, read_text
from backend.domain.errors import DomainError
from backend.domain.ids import new_id
from backend.domain.labels import office_lists
from backend.domain.penalties import function_of_kind
from backend.domain.permissions import check
from backend.domain.rows import RowFault, row_fault
from backend.domain.tabular import Record, find_records, load_layout
from backend.domain.uscc import is_old_registration_number, is_valid_uscc
from backend.domain.vocabulary import PenaltySource
from backend.gateways.tables import BadCell, read_table
from backend.persistence.models import Penalty, Site
from backend.services.penalties.recording import note

MAX_PENALTIES = 5_000
OF_ANY_FUNCTION = "medical_practice_supervision"  # whose import it is: the health bureau's
# Two people importing the same file at once would each find nothing of it known.
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('gridpatrol.penalties.import'))")


@dataclass(frozen=True, slots=True)
class PenaltyImport:
    """What became of a file; after a dry run nothing was stored and ``faults`` says what an import would refuse."""

    row_count: int
    created: int
    unchanged: int
    faults: list[RowFault]
    ignored_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    """One row that could be read; ``site`` is the site's own code in the register."""

    row: int
    columns: dict[str, str]
    subject_name: str
    kind: str
    document_no: str
    decided_on: date
    uscc: str | None
    site: str | None
    basis: str | None


def import_penalties(session: Session, actor: Actor, content: bytes, *, dry_run: bool, now: datetime) -> PenaltyImport:
    """Read ``content`` (.xlsx or CSV) and enter a penalty per row.

    A decision that is recorded already for its kind is passed over if it says the same, else a fault. Raises DomainError:
    forbidden, unreadable_table, too_many_rows, payload_too_large, and, unless ``dry_run``, rows_rejected.
    """
    check(actor.roles, "penalty.import")
    sheet = read_table(content)
    records, faults, ignored = find_records(load_layout("penalties"), sheet.rows, sheet.merges)
    if len(records) > MAX_PENALTIES:
        raise DomainError("too_many_rows", limit=MAX_PENALTIES)
    lines = []
    for record in records:
        line, wrong = _Reader(record, local_day(now)).read()
        faults += wrong
        if line is not None:
            lines.append(line)
    faults += _duplicates(lines)
    session.execute(ONE_AT_A_TIME)
    sites, unknown = _sites(session, lines)
    known, differing = _known(session, lines)
    faults = sorted([*faults, *unknown, *differing], key=lambda fault: fault.row)
    if dry_run:
        return PenaltyImport(len(records), 0, 0, faults, ignored)
    if faults:
        raise DomainError("rows_rejected", errors=[fault.to_data() for fault in faults], count=len(faults))
    if not records:
        raise DomainError("unreadable_table", why="no rows")
    fresh = [line for line in lines if (line.document_no, line.kind) not in known]
    _store(session, actor, fresh, sites, now)
    return PenaltyImport(len(records), len(fresh), len(records) - len(fresh), [], ignored)


def _store(session: Session, actor: Actor, lines: Sequence[_Line], sites: dict[str, Site], now: datetime) -> None:
    for line in lines:
        site = sites.get(line.site) if line.site else None
        penalty = Penalty(
            id=new_id(),
            site_id=site.id if site else None,
            uscc=line.uscc or (site.uscc if site else None),
            subject_name=line.subject_name,
            kind=line.kind,
            function_code=function_of_kind(line.kind) or OF_ANY_FUNCTION,
            decided_on=line.decided_on,
            document_no=line.document_no,
            basis=[{"text": line.basis}] if line.basis else [],
            source=PenaltySource.IMPORTED,
            recorded_at=now,
            recorded_by=actor.user_id,
        )
        session.add(penalty)
        note(session, actor, penalty, "import", now)
    session.flush()


def _sites(session: Session, lines: Iterable[_Line]) -> tuple[dict[str, Site], list[RowFault]]:
    """The sites named by their code in the register; closed ones count, a penalty does not go away with the shop."""
    named = [line for line in lines if line.site is not None]
    statement = select(Site).where(Site.external_code.in_({line.site for line in named})).order_by(Site.seq)
    found = {site.external_code or "": site for site in session.scalars(statement)} if named else {}
    faults = [
        row_fault(line.row, line.columns.get("site_code"), "unknown_site", line.site)
        for line in named
        if line.site not in found
    ]
    return found, faults


def _known(session: Session, lines: Sequence[_Line]) -> tuple[set[tuple[str, str]], list[RowFault]]:
    """Decisions recorded already, and faults for lines that tell them differently."""
    keys = [(line.document_no, line.kind) for line in lines]
    statement = select(Penalty).where(
        Penalty.revoked_at.is_(None), tuple_(Penalty.document_no, Penalty.kind).in_(keys)
    )  # fmt: skip
    found = {(row.document_no, row.kind): row for row in session.scalars(statement)} if keys else {}
    faults = [
        row_fault(line.row, line.columns.get("document_no"), "penalty_differs", line.document_no)
        for line in lines
        if (row := found.get((line.document_no, line.kind))) is not None
        and (row.subject_name, row.decided_on) != (line.subject_name, line.decided_on)
    ]
    return set(found), faults


def _duplicates(lines: Iterable[_Line]) -> list[RowFault]:
    seen: dict[tuple[str, str], int] = {}
    faults = []
    for line in lines:
        first = seen.setdefault((line.document_no, line.kind), line.row)
        if first != line.row:
            faults.append(row_fault(line.row, line.columns.get("document_no"), "duplicate_row", first))
    return faults


class _Reader:
    """Reads the cells of one row and gathers what is wrong with them."""

    def __init__(self, record: Record, today: date) -> None:
        self.record, self.today = record, today
        self.faults: list[RowFault] = []

    def read(self) -> tuple[_Line | None, list[RowFault]]:
        values: dict[str, Any] = {
            "subject_name": self._cell("subject_name", lambda value: read_text(value, 200), needed=True),
            "kind": self._cell("kind", lambda value: read_choice(value, *_kind_words()), needed=True),
            "document_no": self._cell("document_no", lambda value: read_text(value, 100), needed=True),
            "decided_on": self._cell("decided_on", self._day, needed=True),
            "uscc": self._cell("uscc", _uscc),
            "site": self._cell("site_code", read_code),
            "basis": self._cell("basis", lambda value: read_text(value, 500)),
        }
        if self.faults:
            return None, self.faults
        return _Line(self.record.number, dict(self.record.headings), **values), []

    def _cell(self, column: str, read: Callable[[Any], Any], *, needed: bool = False) -> Any:
        value = self.record.values.get(column)
        if value is None:
            if needed:
                self._fault(column, "required")
            return None
        if isinstance(value, BadCell):
            self._fault(column, value.code, value.text)
            return None
        try:
            return read(value)
        except CellError as error:
            self._fault(column, error.code, error.value, **error.params)
            return None

    def _fault(self, column: str, code: str, value: object = None, **params: Any) -> None:
        heading = self.record.headings.get(column, column)
        self.faults.append(row_fault(self.record.number, heading, code, value, **params))

    def _day(self, value: Any) -> date:
        day = read_day(value)
        if day > self.today:
            raise CellError("day_in_future", value)
        return day


def _uscc(value: Any) -> str:
    code = read_code(value).upper()
    if not is_valid_uscc(code) and not is_old_registration_number(code):
        raise CellError("bad_uscc", value)
    return code


@cache
def _kind_words() -> tuple[dict[str, str], str]:
    items = office_lists()["penalty_kinds"]["items"]
    words = {fold(word): item["code"] for item in items for word in (item["code"], item["zh"], item["en"])}
    return words, "、".join(item["zh"] for item in items)
