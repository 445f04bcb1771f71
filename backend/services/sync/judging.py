"""Doubts about reports: what the server knows beside the report's own words. Each becomes a flag, never a refusal."""

from backend.domain.calendar import local_day
from backend.domain.forms import find_form
from backend.domain.reports import ReportDraft
from backend.domain.reports.checks import check_draft
from backend.domain.tasks import held_by
from backend.domain.thresholds import thresholds_at
from backend.domain.vocabulary import Flag
from backend.services.reports import Submission
from backend.services.sync.context import SyncContext
from backend.services.sync.workset import Workset


def judge_draft(draft: ReportDraft, submission: Submission, work: Workset, context: SyncContext) -> set[str]:
    """Flags of one draft: those of its own words, and those of the task it names."""
    offset = context.clock_offset_ms
    found = check_draft(
        draft,
        form=find_form(draft.form.code, draft.form.version),
        received_at=context.first_received_at or context.now,
        thresholds=thresholds_at(local_day(draft.captured_at)),
        clock_offset_seconds=None if offset is None else offset / 1000,
        task_known=submission.task is not None,
    )
    flags = {flag.value for flag in found}
    if context.first_received_at is not None:
        flags.add(Flag.REPAIRED.value)
    if submission.task is None:
        return flags
    holdings = work.held.get(submission.task.id, [])
    if submission.task.assignee_id == context.actor.user_id or any(h.ended_at is None for h in holdings):
        return flags
    if held_by(holdings, context.actor.user_id, draft.captured_at) or holdings:
        return flags | {Flag.LATE_AFTER_REASSIGNMENT.value}
    return flags | {Flag.NOT_YOUR_TASK.value}
