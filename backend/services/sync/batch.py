"""What items do, in their order, on rows loaded once; then one flush, one routing, one publishing for the whole batch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

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
from backend.persistence.models import Report
from backend.services.referrals import refer_reports
from backend.services.reports import Submission, submit_reports
from backend.services.scope import FreshReferrals, publish_grids, publish_reports, publish_sites, publish_tasks
from backend.services.sync.answers import Answer
from backend.services.sync.arrivals import Arrival
from backend.services.sync.context import SyncContext
from backend.services.sync.duplicates import mark_duplicates
from backend.services.sync.judging import Circumstances, judge_draft, load_circumstances
from backend.services.sync.steps import apply_task_step
from backend.services.sync.workset import Workset, load_workset, take_numbers
from backend.services.sync.writing import amend_report, note_call, propose, withdraw_report


@dataclass(slots=True)
class Batch:
    """One call's items under way."""

    session: Session
    context: SyncContext
    work: Workset
    circumstances: Circumstances
    numbers: list[int]
    submissions: dict[Any, Submission] = field(default_factory=dict)


def apply_arrivals(session: Session, context: SyncContext, arrivals: Sequence[Arrival]) -> list[Answer]:
    """Apply fresh items in order. Whatever raises here is a fault no rule foresaw (apply.py then takes them singly)."""
    if not arrivals:
        return []
    drafts = [a.payload for a in arrivals if isinstance(a.payload, ReportDraft)]
    later = [a.payload for a in arrivals if isinstance(a.payload, ReportAmendment)]
    circumstances = load_circumstances(session, [*drafts, *later], context.now)
    work = load_workset(session, context.actor, arrivals)
    fresh = {d.report_id for d in drafts} - work.reports.keys()
    batch = Batch(session, context, work, circumstances, take_numbers(session, len(fresh)) if fresh else [])
    # premises first: a report of the same call may have been made at one that was found on the way
    proposed = {a.item_id: _apply_one(batch, a) for a in arrivals if isinstance(a.payload, SiteProposal)}
    _submit(batch, arrivals)
    answers = [proposed.get(arrival.item_id) or _apply_one(batch, arrival) for arrival in arrivals]
    referrals = _refer(batch)
    session.flush()
    publish_grids(session, work.touched_grids, context.now)
    publish_tasks(session, work.touched_tasks, context.now)
    publish_sites(session, work.touched_sites, context.now)
    publish_reports(session, work.touched_reports, context.now, fresh=referrals)
    return answers


def _submit(batch: Batch, arrivals: Sequence[Arrival]) -> None:
    """Make the reports first, all at once: placing asks for the whole batch in one go, and amendments need the rows."""
    work, numbers = batch.work, iter(batch.numbers)
    for arrival in arrivals:
        draft = arrival.payload
        if (
            not isinstance(draft, ReportDraft)
            or draft.report_id in work.reports
            or draft.report_id in batch.submissions
        ):
            continue
        assert arrival.recorded_at is not None  # an arrival with a payload has one
        task = work.tasks.get(draft.task_id) if draft.task_id else None
        site = work.sites.get(draft.site.id) if draft.site and draft.site.id else None
        submission = Submission(draft, arrival.recorded_at, next(numbers), task, site, set())
        submission.flags = judge_draft(draft, submission, work, batch.context)
        batch.submissions[draft.report_id] = submission
    if not batch.submissions:
        return
    made = submit_reports(
        batch.session,
        batch.context.actor,
        list(batch.submissions.values()),
        arrived=batch.circumstances.arrived,
        clock_offset_ms=batch.context.clock_offset_ms,
        now=batch.context.now,
    )
    work.new_reports.update({report.id: report for report in made})
    pairs = zip(made, batch.submissions.values(), strict=True)
    problems = [(report, submission) for report, submission in pairs if report.outcome == Outcome.PROBLEM]
    if problems:
        mark_duplicates(batch.session, problems, batch.context.now)
    work.touched_reports.update(work.new_reports)


def _apply_one(batch: Batch, arrival: Arrival) -> Answer:
    if arrival.fault is not None:
        sentence = arrival.fault.sentence(batch.context.language)
        return Answer(arrival.item_id, ItemResult.QUARANTINED, arrival.fault.code, sentence)
    handler = HANDLERS[type(arrival.payload)]
    try:
        return handler(batch, arrival, arrival.payload)
    except DomainError as error:
        result = ItemResult.CONFLICT if error.code == "illegal_transition" else ItemResult.QUARANTINED
        return Answer(arrival.item_id, result, error.code, error.sentence(batch.context.language))


def _report_submit(batch: Batch, arrival: Arrival, draft: ReportDraft) -> Answer:
    submission = batch.submissions.pop(draft.report_id, None)
    if submission is None:
        # another item made this report: its first words stand, these are kept beside them
        return Answer(arrival.item_id, ItemResult.CONFLICT, "report_exists")
    report = batch.work.new_reports[draft.report_id]
    if submission.site is not None:
        visited = submission.site.last_visited_at
        if visited is None or visited < draft.captured_at:
            submission.site.last_visited_at = draft.captured_at
            batch.work.touched_sites.add(submission.site.id)
    return Answer(arrival.item_id, ItemResult.ACCEPTED, flags=list(report.flags))


def _task_step(batch: Batch, arrival: Arrival, step: TaskStep) -> Answer:
    return apply_task_step(batch.session, batch.context, batch.work, arrival, step)


def _amend(batch: Batch, arrival: Arrival, amendment: ReportAmendment) -> Answer:
    return amend_report(batch.session, batch.context, batch.work, batch.circumstances, arrival, amendment)


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


def _refer(batch: Batch) -> FreshReferrals:
    """Route the problems of the batch; every new report with its referrals, which for most is none."""
    none: FreshReferrals = {report_id: [] for report_id in batch.work.new_reports}
    problems: list[Report] = [r for r in batch.work.new_reports.values() if r.outcome == Outcome.PROBLEM]
    if problems:
        return {**none, **refer_reports(batch.session, problems, now=batch.context.now)}
    return none
