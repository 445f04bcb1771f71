"""A register of sites out of an Excel or CSV file: known ones are updated, new ones entered, all rows or none."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache, partial
from typing import Any

from sqlalchemy import Text, bindparam, func, or_, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.areas import manages_street
from backend.domain.calendar import local_day
from backend.domain.cells import CellError, fold, read_choice, read_code, read_day, read_number, read_text
from backend.domain.data_files import load_yaml
from backend.domain.divisions import current_code, load_divisions
from backend.domain.errors import DomainError
from backend.domain.labels import vocabulary_objects
from backend.domain.rows import RowFault, row_fault
from backend.domain.tabular import Record, find_records, load_layout
from backend.domain.vocabulary import Category, Datum, DivisionLevel, SiteStatus
from backend.gateways.tables import BadCell, read_table
from backend.persistence.models import Site
from backend.services.scope import publish_sites
from backend.services.sites.changing import write_changes
from backend.services.sites.creating import new_site
from backend.services.sites.drafts import SiteDraft, SitePosition
from backend.services.sites.settling import Settled, settle

MAX_SITES = 20_000
LICENCE_TEXTS = {"operator": 200, "approval_no": 100, "model": 100, "licence_no": 100}
# Two people importing the same register at once would enter every machine twice.
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('gridpatrol.sites.import'))")


@dataclass(frozen=True, slots=True)
class SiteDefaults:
    """What holds for rows whose own cell is empty. Without a datum anywhere positions are refused: 465 m are at stake."""

    category: Category | None = None
    datum: Datum | None = None


@dataclass(frozen=True, slots=True)
class SiteImport:
    """What became of a file; after a dry run nothing was stored and ``faults`` says what an import would refuse."""

    row_count: int
    created: int
    updated: int
    unchanged: int
    faults: list[RowFault]
    notes: list[RowFault]
    ignored_columns: tuple[str, ...]


def import_sites(
    session: Session, actor: Actor, content: bytes, defaults: SiteDefaults, *, dry_run: bool, now: datetime
) -> SiteImport:
    """Read ``content`` (.xlsx or CSV) into the register; a row with a known code (or name and address) updates its site.

    Raises DomainError: unreadable_table, too_many_rows, payload_too_large, and, unless ``dry_run``, rows_rejected.
    """
    sheet = read_table(content)
    records, faults, ignored = find_records(load_layout("sites"), sheet.rows, sheet.merges)
    if len(records) > MAX_SITES:
        raise DomainError("too_many_rows", limit=MAX_SITES)
    drafts = []
    for record in records:
        draft, wrong = _Reader(record, local_day(now)).read(defaults)
        faults += wrong
        if draft is not None:
            drafts.append(draft)
    faults += _duplicates(drafts)
    settling = settle(session, actor, drafts, now)
    faults = sorted([*faults, *settling.faults], key=lambda fault: fault.row)
    if dry_run:
        return SiteImport(len(records), 0, 0, 0, faults, settling.notes, ignored)
    if faults:
        raise DomainError("rows_rejected", errors=[fault.to_data() for fault in faults], count=len(faults))
    if not records:
        raise DomainError("unreadable_table", why="no rows")
    created, updated = _store(session, actor, settling.settled, now)
    unchanged = len(records) - created - updated
    return SiteImport(len(records), created, updated, unchanged, [], settling.notes, ignored)


def _store(session: Session, actor: Actor, settled: Sequence[Settled], now: datetime) -> tuple[int, int]:
    session.execute(ONE_AT_A_TIME)
    known = _known(session, actor, settled)
    created, updated = [], []
    for item in settled:
        site = known.get(_key(item.draft.external_code, item.draft.name, item.draft.address, item.draft.category))
        if site is None:
            created.append(new_site(session, actor, item, now, data={"import": True}))
        elif write_changes(session, actor, site, _merged(site, item), now, with_place=_knows_better(site, item)):
            updated.append(site)
    session.flush()
    publish_sites(session, [site.id for site in (*created, *updated)], now)
    return len(created), len(updated)


def _merged(site: Site, item: Settled) -> Settled:
    """A file says nothing by an empty cell or a missing column: what is known stays."""
    draft = item.draft
    kept = {
        name: getattr(site, name)
        for name in ("kind", "uscc", "uscc_missing_reason", "external_code")
        if getattr(draft, name) is None
    }
    address = draft.address or site.address
    return replace(item, draft=replace(draft, **kept, address=address, licence={**site.licence, **draft.licence}))


def _knows_better(site: Site, item: Settled) -> bool:
    """Whether the row's place replaces the site's: a position always does, mere words only where no position is known."""
    if item.draft.position is not None:
        return True
    return site.raw_position is None and (item.grid_code is not None or item.street_code != site.street_code)


def _known(session: Session, actor: Actor, settled: Sequence[Settled]) -> dict[tuple[Any, ...], Site]:
    codes = [item.draft.external_code for item in settled if item.draft.external_code]
    names = [item.draft.name for item in settled if not item.draft.external_code]
    statement = (
        select(Site)
        .where(
            Site.status != SiteStatus.CLOSED,
            or_(
                Site.external_code == func.any(bindparam("codes", codes, type_=ARRAY(Text))),
                Site.external_code.is_(None) & (Site.name == func.any(bindparam("names", names, type_=ARRAY(Text)))),
            ),
        )
        .order_by(Site.id)
        .with_for_update()
    )
    mine = [site for site in session.scalars(statement) if manages_street(actor, site.street_code)]
    return {_key(site.external_code, site.name, site.address, site.category): site for site in mine}


def _key(code: str | None, name: str, address: str, category: Category) -> tuple[Any, ...]:
    return (category, code) if code else (category, name, address)


def _duplicates(drafts: Sequence[SiteDraft]) -> Iterator[RowFault]:
    seen: dict[tuple[Any, ...], int] = {}
    for draft in drafts:
        key = _key(draft.external_code, draft.name, draft.address, draft.category)
        if key in seen:
            column = draft.column("external_code" if draft.external_code else "name")
            yield row_fault(draft.row, column, "duplicate_row", seen[key])
        seen.setdefault(key, draft.row)


class _Reader:
    """Reads the cells of one row and gathers what is wrong with them."""

    def __init__(self, record: Record, day: date) -> None:
        self.record, self.day = record, day
        self.faults: list[RowFault] = []

    def read(self, defaults: SiteDefaults) -> tuple[SiteDraft | None, list[RowFault]]:
        name = self._cell("name", lambda value: read_text(value, 200))
        category = self._cell("category", lambda value: read_choice(value, *_category_words()), defaults.category)
        for column, value in (("name", name), ("category", category)):
            if value is None:
                self._missing(column)
        draft = {
            "address": self._cell("address", lambda value: read_text(value, 300), ""),
            "kind": self._cell("kind", lambda value: read_text(value, 64)),
            "uscc": self._cell("uscc", lambda value: read_code(value).upper()),
            "external_code": self._cell("external_code", read_code),
            "grid_code": self._cell("grid_code", read_code),
            "street_code": self._cell("street", self._street),
            "licence": self._licence(),
            "position": self._position(defaults.datum),
        }
        if self.faults or name is None or category is None:
            return None, self.faults
        return SiteDraft(name, category, **draft, row=self.record.number, columns=dict(self.record.headings)), []

    def _cell(self, column: str, read: Callable[[Any], Any], default: Any = None) -> Any:
        value = self.record.values.get(column)
        if value is None:
            return default
        if isinstance(value, BadCell):
            self._fault(column, value.code, value.text)
            return default
        try:
            return read(value)
        except CellError as error:
            self._fault(column, error.code, error.value, **error.params)
            return default

    def _fault(self, column: str, code: str, value: object = None, **params: Any) -> None:
        heading = self.record.headings.get(column, column)
        self.faults.append(row_fault(self.record.number, heading, code, value, **params))

    def _missing(self, column: str) -> None:
        # a cell that was there but wrong has been named already
        if self.record.values.get(column) is None:
            self._fault(column, "required")

    def _street(self, value: Any) -> str:
        code = _street_words(self.day).get(fold(read_text(value, 100)))
        if code is None:
            raise CellError("unknown_street", value)
        return code

    def _licence(self) -> dict[str, Any]:
        found = {name: self._cell(name, partial(read_text, limit=limit)) for name, limit in LICENCE_TEXTS.items()}
        for name in ("licence_until", "in_service_on"):
            found[name] = self._cell(name, lambda value: read_day(value).isoformat())
        return {name: value for name, value in found.items() if value is not None}

    def _position(self, default: Datum | None) -> SitePosition | None:
        lon = self._cell("lon", lambda value: read_number(value, -180, 180))
        lat = self._cell("lat", lambda value: read_number(value, -180, 180))
        if (self.record.values.get("lon") is None) != (self.record.values.get("lat") is None):
            self._fault("lon", "half_position")
        datum = self._cell("datum", lambda value: read_choice(value, *_datum_words()), default)
        if lon is None or lat is None:
            return None
        if datum is None:
            self._missing("datum")
            return None
        return SitePosition(lon, lat, datum, source="register")


@cache
def _category_words() -> tuple[dict[str, Category], str]:
    items = vocabulary_objects()["categories"]["items"]
    words = {
        fold(word): Category(item["code"])
        for item in items
        for word in (item["code"], item["zh"], item["en"], *item["aliases"])
    }
    return words, "、".join(item["zh"] for item in items)


@cache
def _datum_words() -> tuple[dict[str, Datum], str]:
    names = load_yaml("imports.yaml")["datums"]
    return {fold(word): Datum(code) for code, words in names.items() for word in (code, *words)}, "、".join(names)


@cache
def _street_words(day: date) -> dict[str, str]:
    """Names (with and without 街道 or 镇) and codes, older ones too, of every street → its code on ``day``."""
    words: dict[str, str] = {}
    for division in load_divisions():
        code = current_code(division.code, day)
        if division.level is not DivisionLevel.STREET or code is None:
            continue
        short = division.name.removesuffix("街道").removesuffix("镇")
        for word in (division.code, division.name, division.name_en, short):
            if division.code == code or fold(word) not in words:
                words[fold(word)] = code
    return words
