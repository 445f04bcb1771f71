"""Items that add to what is known: amendments, withdrawals, proposed sites, emergency calls."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from backend.domain.payloads import EmergencyCall, ReportAmendment, ReportWithdrawal, SiteProposal
from backend.domain.vocabulary import ItemResult, Outcome
from backend.persistence.models import EmergencyCall as EmergencyCallRow
from backend.persistence.models import Report, ReportPhoto
from backend.persistence.models import ReportAmendment as AmendmentRow
from backend.services.history import record
from backend.services.referrals import add_words
from backend.services.reports import mark_withdrawn
from backend.services.reports.submit import photo_rows
from backend.services.sites import propose_site
from backend.services.sync.answers import Answer
from backend.services.sync.arrivals import Arrival
from backend.services.sync.context import SyncContext
from backend.services.sync.workset import Workset


def amend_report(
    session: Session,
    context: SyncContext,
    work: Workset,
    arrived: Mapping[str, datetime],
    arrival: Arrival,
    amendment: ReportAmendment,
) -> Answer:
    """Add a note and photos to an own report; its first words stay as they are."""
    report = _own_report(context, work, amendment.report_id)
    if report is None:
        return Answer(arrival.item_id, ItemResult.QUARANTINED, "unknown_report")
    named = work.photo_hashes.setdefault(report.id, set())
    fresh = [photo for photo in amendment.photos if photo.sha256 not in named]
    rows = photo_rows(report.id, fresh, arrived, context.now, start=report.photos_expected)
    named.update(row["sha256"] for row in rows)
    session.add_all(ReportPhoto(**row) for row in rows)
    report.photos_expected += len(rows)
    report.photos_here += sum(row["arrived_at"] is not None for row in rows)
    session.add(
        AmendmentRow(
            id=arrival.item_id,
            report_id=report.id,
            author_id=context.actor.user_id,
            note=amendment.note,
            recorded_at=arrival.recorded_at,
            received_at=context.now,
        )
    )
    if report.outcome == Outcome.PROBLEM:  # nothing else is referred
        add_words(session, report.id, [amendment.note])
    _event(session, context, report, "amend", {"photos": len(rows)})
    work.touched_reports.add(report.id)
    return Answer(arrival.item_id, ItemResult.ACCEPTED)


def withdraw_report(
    session: Session, context: SyncContext, work: Workset, arrival: Arrival, withdrawal: ReportWithdrawal
) -> Answer:
    """Mark an own report withdrawn; it is kept, and whoever deals with it sees the mark."""
    report = _own_report(context, work, withdrawal.report_id)
    if report is None:
        return Answer(arrival.item_id, ItemResult.QUARANTINED, "unknown_report")
    if report.withdrawn_at is not None:
        return Answer(arrival.item_id, ItemResult.CONFLICT, "illegal_transition")
    mark_withdrawn(session, context.actor, report, withdrawal.reason, now=context.now)
    work.touched_reports.add(report.id)
    return Answer(arrival.item_id, ItemResult.ACCEPTED)


def propose(session: Session, context: SyncContext, work: Workset, arrival: Arrival, proposal: SiteProposal) -> Answer:
    """Put a premise found on the way into the register, as proposed; a coordinator confirms it."""
    site = propose_site(session, context.actor, proposal, now=context.now)
    session.flush()  # a report of the same call may lead to it
    work.sites[site.id] = site
    work.touched_sites.add(site.id)
    return Answer(arrival.item_id, ItemResult.ACCEPTED)


def note_call(session: Session, context: SyncContext, arrival: Arrival, call: EmergencyCall) -> Answer:
    """Record that the worker has phoned; the call never waited for us."""
    session.add(
        EmergencyCallRow(
            id=arrival.item_id,
            report_id=call.report_id,
            caller_id=context.actor.user_id,
            number=call.number,
            called_at=call.called_at,
            note=call.note,
            received_at=context.now,
        )
    )
    return Answer(arrival.item_id, ItemResult.ACCEPTED)


def _own_report(context: SyncContext, work: Workset, report_id: UUID) -> Report | None:
    report = work.reports.get(report_id)
    return report if report is not None and report.author_id == context.actor.user_id else None


def _event(session: Session, context: SyncContext, report: Report, action: str, data: dict[str, object]) -> None:
    record(
        session, at=context.now, actor=context.actor, subject_type="report", subject_id=report.id, action=action, data=data
    )  # fmt: skip
