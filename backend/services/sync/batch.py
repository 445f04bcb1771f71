"""What items do, in their order, on rows loaded once; then one routing, one publishing, one writing for the whole batch."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from backend.domain.errors import DomainError
from backend.domain.payloads import (
    EmergencyCall,
    ReportAmendment,
    ReportWithdrawal,
    SiteProposal,
    TaskStep,
)
from backend.domain.reports import ReportDraft
from backend.domain.vocabulary import ItemResult, Outcome
from backend.persistence.bulk import Writes
from backend.persistence.models import Report
from backend.services.media import examine_again
from backend.services.referrals import (
    RoutedReports,
    RoutingDesk,
    Visit,
    load_penalties,
    load_site_histories,
    note_visits,
    refer_reports,
)
from backend.services.reports import NewReport, Reception, Submission, submit_reports
from backend.services.scope import (
    publish_grids,
    publish_new_reports,
    publish_reports,
    publish_sites,
    publish_tasks,
)
from backend.services.sync.answers import Answer
from backend.services.sync.arrivals import Arrival
from backend.services.sync.context import SyncContext
from backend.services.sync.duplicates import mark_duplicates
from backend.services.sync.judging import judge_draft
from backend.services.sync.known import Known
from backend.services.sync.reference import load_reference_data
from backend.services.sync.steps import apply_task_step
from backend.services.sync.workset import Workset, load_reports, load_workset
from backend.services.sync.writing import amend_report, note_call, propose, withdraw_report


@dataclass(slots=True)
class Batch:
    """One call's items under way; ``made`` are its new reports, which stand in ``writes`` until the end."""

    session: Session
    context: SyncContext
    work: Workset
    known: Known
    writes: Writes
    arrived: dict[str, datetime]
    submissions: dict[UUID, Submission] = field(default_factory=dict)
    made: dict[UUID, NewReport] = field(default_factory=dict)
    routed: RoutedReports = field(default_factory=dict)


def apply_arrivals(
    session: Session, context: SyncContext, arrivals: Sequence[Arrival], known: Known, writes: Writes
) -> list[Answer]:
    """Apply fresh items in order; new rows are added to ``writes``, which the caller writes.

    Whatever raises here is a fault no rule foresaw (apply.py then takes them singly).
    """
    if not arrivals:
        return []
    work = load_workset(session, context.actor, arrivals)
    batch = Batch(session, context, work, known, writes, dict.fromkeys(known.photos, context.now))
    # premises first: a report of the same call may have been made at one that was found on the way
    proposed = {a.item_id: _apply_one(batch, a) for a in arrivals if isinstance(a.payload, SiteProposal)}
    _submit(batch, arrivals)
    changed = _write_early(batch, arrivals)
    answers = [proposed.get(arrival.item_id) or _apply_one(batch, arrival) for arrival in arrivals]
    session.flush()
    publish_grids(session, work.touched_grids, context.now)
    publish_tasks(session, work.touched_tasks, context.now)
    publish_sites(session, work.touched_sites, context.now)
    publish_reports(session, work.touched_reports | changed, context.now)
    fresh = [report for report in batch.made.values() if report.id not in changed]
    publish_new_reports(writes, fresh, batch.routed, context.now)
    if known.photos:
        examine_again(session, known.photos)
    return answers


def _submit(batch: Batch, arrivals: Sequence[Arrival]) -> None:
    """Make the reports first, all at once: placing and routing ask for the whole batch in one go."""
    context, work = batch.context, batch.work
    numbers = iter(batch.known.numbers)
    for arrival in arrivals:
        draft = arrival.payload
        if isinstance(draft, ReportDraft) and draft.report_id not in batch.known.reports | batch.submissions.keys():
            batch.submissions[draft.report_id] = _judge(batch, arrival, draft, numbers)
    if not batch.submissions:
        return
    reference = load_reference_data(batch.session, context.reference_revision)
    reception = Reception(context.actor, context.now, context.clock_offset_ms, batch.arrived, reference.spans)
    made = submit_reports(batch.session, reception, list(batch.submissions.values()), batch.writes)
    batch.made = {report.id: report for report in made}
    pairs = zip(made, batch.submissions.values(), strict=True)
    problems = [(report, submission) for report, submission in pairs if report.outcome == Outcome.PROBLEM]
    if problems:
        mark_duplicates(batch.session, problems, context.now)
        kinds = {site.id: site.kind for site in work.sites.values()}
        named = {report.site_id for report, _ in problems if report.site_id is not None}
        desk = RoutingDesk(
            reference.rule_sets,
            reference.departments,
            kinds,
            reference.clocks,
            work.sites,
            load_site_histories(batch.session, named, context.now),
            load_penalties(batch.session, [report for report, _ in problems], work.sites),
        )
        batch.routed = refer_reports(desk, [report for report, _ in problems], batch.writes, now=context.now)
    batch.writes.add(Report, *made)
    _note_visits(batch)


def _note_visits(batch: Batch) -> None:
    """Problems may have happened before, and a task may have been made for a referral; most visits are neither."""
    visits = []
    for report in batch.made.values():
        task = batch.submissions[report.id].task
        if task is not None and task.referral_id is not None:
            visits.append(Visit(report, task.referral_id, task.purpose))
        elif report.outcome == Outcome.PROBLEM:
            visits.append(Visit(report))
    if visits:
        note_visits(batch.session, visits, batch.routed, batch.writes, now=batch.context.now)


def _judge(batch: Batch, arrival: Arrival, draft: ReportDraft, numbers: Iterator[int]) -> Submission:
    assert arrival.recorded_at is not None  # an arrival with a payload has one
    work = batch.work
    task = work.tasks.get(draft.task_id) if draft.task_id else None
    site = work.sites.get(draft.site.id) if draft.site and draft.site.id else None
    submission = Submission(draft, arrival.recorded_at, next(numbers), task, site, set())
    submission.flags = judge_draft(draft, submission, work, batch.context)
    return submission


def _write_early(batch: Batch, arrivals: Sequence[Arrival]) -> set[UUID]:
    """Write the new reports at once where an item of the same call changes one of them; the ids of those."""
    later = [a.payload for a in arrivals if isinstance(a.payload, ReportAmendment | ReportWithdrawal)]
    changed = {payload.report_id for payload in later} & batch.made.keys()
    if changed:
        batch.writes.write(batch.session)
        load_reports(batch.session, batch.work, changed)
    return changed


def _apply_one(batch: Batch, arrival: Arrival) -> Answer:
    if arrival.fault is not None:
        sentence = arrival.fault.sentence(batch.context.language)
        return Answer(arrival.item_id, ItemResult.QUARANTINED, arrival.fault.code, sentence)
    handler = HANDLERS[type(arrival.payload)]
    try:
        answer = handler(batch, arrival, arrival.payload)
    except DomainError as error:
        result = ItemResult.CONFLICT if error.code == "illegal_transition" else ItemResult.QUARANTINED
        answer = Answer(arrival.item_id, result, error.code, error.sentence(batch.context.language))
    return _too_early(answer) if batch.context.behind and answer.code in NEEDS_EARLIER_ITEMS else answer


# What an item is told when those that it builds upon are not here.
NEEDS_EARLIER_ITEMS = frozenset({"unknown_report", "unknown_task", "illegal_transition"})


def _too_early(answer: Answer) -> Answer:
    """Nothing is kept of an item that came before those a restore took from the server: a verdict passed now would stand
    for good, though the phone is about to offer them again. It sends this one again behind them."""
    return Answer(answer.item_id, ItemResult.REJECTED, "epoch_changed", retry=True)


def _report_submit(batch: Batch, arrival: Arrival, draft: ReportDraft) -> Answer:
    submission = batch.submissions.pop(draft.report_id, None)
    if submission is None:
        # another item made this report: its first words stand, these are kept beside them
        return Answer(arrival.item_id, ItemResult.CONFLICT, "report_exists")
    report = batch.made[draft.report_id]
    if submission.site is not None:
        visited = submission.site.last_visited_at
        if visited is None or visited < draft.captured_at:
            submission.site.last_visited_at = draft.captured_at
            batch.work.touched_sites.add(submission.site.id)
    return Answer(arrival.item_id, ItemResult.ACCEPTED, flags=list(report.flags))


def _task_step(batch: Batch, arrival: Arrival, step: TaskStep) -> Answer:
    return apply_task_step(batch.session, batch.context, batch.work, arrival, step)


def _amend(batch: Batch, arrival: Arrival, amendment: ReportAmendment) -> Answer:
    return amend_report(batch.session, batch.context, batch.work, batch.arrived, arrival, amendment)


def _withdraw(batch: Batch, arrival: Arrival, withdrawal: ReportWithdrawal) -> Answer:
    return withdraw_report(batch.session, batch.context, batch.work, arrival, withdrawal)


def _propose(batch: Batch, arrival: Arrival, proposal: SiteProposal) -> Answer:
    return propose(batch.session, batch.context, batch.work, arrival, proposal)


def _call(batch: Batch, arrival: Arrival, call: EmergencyCall) -> Answer:
    return note_call(batch.session, batch.context, arrival, call)


HANDLERS: dict[type, Callable[[Batch, Arrival, Any], Answer]] = {
    ReportDraft: _report_submit,
    TaskStep: _task_step,
    ReportAmendment: _amend,
    ReportWithdrawal: _withdraw,
    SiteProposal: _propose,
    EmergencyCall: _call,
}
