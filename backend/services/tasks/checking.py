"""Looks up and checks everything drafts speak of, for any number of them at once. Not here: making rows (creating.py)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.areas import manages_street
from backend.domain.calendar import local_day
from backend.domain.rows import RowFault, row_fault
from backend.domain.vocabulary import SiteStatus
from backend.persistence.queries.people import active_workers
from backend.persistence.queries.places import KnownSite, Places, load_places
from backend.services.tasks.drafts import TaskDraft


@dataclass(frozen=True, slots=True)
class Checked:
    """A draft whose place is known."""

    draft: TaskDraft
    grid_code: str
    street_code: str
    site: KnownSite | None


def check_drafts(
    session: Session, actor: Actor, drafts: Sequence[TaskDraft], now: datetime
) -> tuple[list[Checked], list[RowFault]]:
    """The drafts with their places, and every fault of every draft; a constant number of statements."""
    places = load_places(
        session,
        {d.grid_code for d in drafts if d.grid_code},
        {d.site_id for d in drafts if d.site_id},
        {d.site_code for d in drafts if d.site_code},
        now,
    )
    people = {person for d in drafts for person in (d.assignee_id, *d.helper_ids) if person is not None}
    workers = active_workers(session, people, local_day(now))
    checked: list[Checked] = []
    faults: list[RowFault] = []
    for draft in drafts:
        faults += _time_faults(draft, now)
        for person in (draft.assignee_id, *draft.helper_ids):
            if person is not None and person not in workers:
                faults.append(row_fault(draft.row, draft.column("assignee"), "unknown_worker", person))
        if draft.assignee_id in draft.helper_ids:
            faults.append(row_fault(draft.row, draft.column("assignee"), "helper_is_assignee"))
        found = _place(actor, draft, places)
        if isinstance(found, Checked):
            checked.append(found)
        else:
            faults.append(found)
    return checked, sorted([*faults, *_duplicates(checked)], key=lambda fault: fault.row)


def _time_faults(draft: TaskDraft, now: datetime) -> Iterator[RowFault]:
    if draft.due_at is None:
        return
    if draft.due_at <= now:
        shown = f"{draft.due_at:%Y-%m-%d %H:%M}"
        yield row_fault(draft.row, draft.column("due_at"), "due_in_past", shown)
    if draft.starts_on is not None and draft.starts_on > local_day(draft.due_at):
        yield row_fault(draft.row, draft.column("starts_on"), "starts_after_due")


def _place(actor: Actor, draft: TaskDraft, places: Places) -> Checked | RowFault:
    site = None
    if draft.site_id is not None or draft.site_code is not None:
        column = draft.column("site_id" if draft.site_id else "site_code")
        site = _site(actor, draft, places)
        if site is None:
            return row_fault(draft.row, column, "unknown_site", draft.site_id or draft.site_code)
        if site.status == SiteStatus.CLOSED:
            return row_fault(draft.row, column, "site_closed", site.name)
        if draft.grid_code is None and site.grid_code not in places.streets:
            return row_fault(draft.row, column, "site_without_grid", site.name)
    grid_code = draft.grid_code or (site.grid_code if site else None)
    column = draft.column("grid_code")
    if grid_code is None:
        return row_fault(draft.row, column, "needs_grid_or_site")
    street = places.streets.get(grid_code)
    # another street's grid and no grid at all look alike to who may not plan there
    if street is None or not manages_street(actor, street):
        return row_fault(draft.row, column, "unknown_grid", grid_code)
    if site is not None and site.grid_code in places.streets and site.grid_code != grid_code:
        return row_fault(draft.row, column, "grid_site_mismatch", grid_code)
    return Checked(draft, grid_code, street, site)


def _site(actor: Actor, draft: TaskDraft, places: Places) -> KnownSite | None:
    if draft.site_id is not None:
        found = [places.sites[draft.site_id]] if draft.site_id in places.sites else []
    else:
        found = places.by_code.get(draft.site_code or "", [])
    mine = [site for site in found if site.street_code is None or manages_street(actor, site.street_code)]
    standing = [site for site in mine if site.status != SiteStatus.CLOSED]
    return next(iter([*standing, *mine]), None)


def _duplicates(checked: Sequence[Checked]) -> Iterator[RowFault]:
    seen: dict[tuple[object, ...], int] = {}
    for item in checked:
        draft = item.draft
        key = (
            item.grid_code, item.site.id if item.site else None, draft.category, draft.kind, draft.title,
            draft.starts_on, draft.due_at, draft.assignee_id,
        )  # fmt: skip
        if key in seen:
            yield row_fault(draft.row, None, "duplicate_row", seen[key])
        seen.setdefault(key, draft.row)
