"""Everything the items of one batch touch, loaded in a constant number of statements. Not here: what items do with it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.payloads import ReportAmendment, ReportWithdrawal, TaskStep
from backend.domain.reports import ReportDraft
from backend.persistence.models import Report, Site, Task, TaskAssignment
from backend.services.sync.arrivals import Arrival


@dataclass(slots=True)
class Workset:
    """Rows by id, shared and changed by the handlers of one batch in the order of its items."""

    tasks: dict[UUID, Task] = field(default_factory=dict)
    held: dict[UUID, list[TaskAssignment]] = field(default_factory=dict)  # the actor's own holdings, by task
    reports: dict[UUID, Report] = field(default_factory=dict)  # those that later items of the batch change
    sites: dict[UUID, Site] = field(default_factory=dict)
    photo_hashes: dict[UUID, set[str]] = field(default_factory=dict)  # what reports already name
    touched_reports: set[UUID] = field(default_factory=set)
    touched_tasks: set[UUID] = field(default_factory=set)
    touched_sites: set[UUID] = field(default_factory=set)
    touched_grids: set[str] = field(default_factory=set)


def load_workset(session: Session, actor: Actor, arrivals: Sequence[Arrival]) -> Workset:
    """Load what ``arrivals`` name. Tasks that a step may move are locked, in the order of their ids."""
    work = Workset()
    drafts = [a.payload for a in arrivals if isinstance(a.payload, ReportDraft)]
    steps = [a.payload for a in arrivals if isinstance(a.payload, TaskStep)]
    later = [a.payload for a in arrivals if isinstance(a.payload, ReportAmendment | ReportWithdrawal)]
    _load_tasks(session, actor, work, {d.task_id for d in drafts if d.task_id}, {s.task_id for s in steps})
    load_reports(session, work, {p.report_id for p in later})
    site_ids = {d.site.id for d in drafts if d.site and d.site.id}
    if site_ids:
        work.sites = {site.id: site for site in session.scalars(select(Site).where(Site.id.in_(site_ids)))}
    return work


def load_reports(session: Session, work: Workset, report_ids: set[UUID]) -> None:
    """Load and lock reports that amendments and withdrawals name, with the photos they already have."""
    if not report_ids:
        return
    statement = select(Report).where(Report.id.in_(report_ids)).order_by(Report.id).with_for_update()
    work.reports |= {report.id: report for report in session.scalars(statement)}
    _load_photo_hashes(session, work, report_ids)


def _load_tasks(session: Session, actor: Actor, work: Workset, reported: set[UUID], stepped: set[UUID]) -> None:
    wanted = reported | stepped
    if not wanted:
        return
    statement = select(Task).where(Task.id.in_(wanted)).order_by(Task.id)
    if stepped:
        statement = statement.with_for_update()
    work.tasks = {task.id: task for task in session.scalars(statement)}
    holdings = select(TaskAssignment).where(TaskAssignment.task_id.in_(wanted), TaskAssignment.user_id == actor.user_id)
    for holding in session.scalars(holdings):
        work.held.setdefault(holding.task_id, []).append(holding)


def _load_photo_hashes(session: Session, work: Workset, report_ids: set[UUID]) -> None:
    rows = session.execute(
        text("SELECT report_id, array_agg(sha256) FROM report_photos WHERE report_id = ANY(:ids) GROUP BY report_id"),
        {"ids": list(report_ids)},
    )
    work.photo_hashes |= {report_id: set(hashes) for report_id, hashes in rows}
