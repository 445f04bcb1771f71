"""What is doubtful about a report becomes a flag for a person to judge, never a refusal (sync.md, invariant 7).

Not here: doubts that need the database (placing, duplicates, photos used before).
"""

from datetime import datetime, timedelta

from backend.domain.calendar import local_day
from backend.domain.forms import Form, check_answers
from backend.domain.reports.drafts import ReportDraft
from backend.domain.thresholds import Thresholds
from backend.domain.uscc import is_old_registration_number, is_valid_uscc
from backend.domain.vocabulary import Flag, Outcome, PhotoSource


def check_draft(
    draft: ReportDraft,
    *,
    form: Form | None,
    received_at: datetime,
    thresholds: Thresholds,
    clock_offset_seconds: float | None = None,
    task_known: bool = True,
) -> list[Flag]:
    """Flags of a draft, in a fixed order, each once.

    ``form`` is the one the draft names (find_form), None where it is unknown. ``clock_offset_seconds`` is how far the
    device's clock runs ahead. ``task_known`` says whether the named task exists.
    """
    flags = _position_flags(draft, thresholds)
    if _clock_is_suspect(draft, received_at, thresholds, clock_offset_seconds):
        flags.append(Flag.CLOCK_SUSPECT)
    flags += _form_flags(draft, form)
    if draft.task_id is not None and not task_known:
        flags.append(Flag.UNKNOWN_TASK)
    uscc = draft.site.uscc if draft.site else None
    if uscc and not is_valid_uscc(uscc) and not is_old_registration_number(uscc):
        flags.append(Flag.BAD_USCC)
    if any(photo.source is PhotoSource.IMPORT for photo in draft.photos):
        flags.append(Flag.IMPORTED_PHOTO)
    if draft.findings and draft.outcome is Outcome.NO_PROBLEM:
        flags.append(Flag.OUTCOME_CONTRADICTS)
    return flags


def _position_flags(draft: ReportDraft, thresholds: Thresholds) -> list[Flag]:
    position = draft.position
    if position is None:
        return [Flag.NO_POSITION]
    flags = []
    if position.fixed_at is not None:
        # A fix from after the capture is as foreign to it as one from before.
        age = abs((draft.captured_at - position.fixed_at).total_seconds())
        if age > thresholds.stale_fix_seconds:
            flags.append(Flag.STALE_FIX)
    if position.mocked:
        flags.append(Flag.MOCK_LOCATION)
    return flags


def _clock_is_suspect(
    draft: ReportDraft, received_at: datetime, thresholds: Thresholds, clock_offset_seconds: float | None
) -> bool:
    if clock_offset_seconds is not None and abs(clock_offset_seconds) > thresholds.clock_offset_seconds:
        return True
    age = received_at - draft.captured_at
    return age < -timedelta(seconds=thresholds.future_seconds) or age > timedelta(days=thresholds.oldest_capture_days)


def _form_flags(draft: ReportDraft, form: Form | None) -> list[Flag]:
    if form is None or form.category is not draft.category:
        return [Flag.UNKNOWN_FORM]
    flags = []
    if not form.valid_on(local_day(draft.captured_at)):
        flags.append(Flag.OLD_FORM)
    flags += check_answers(form, draft.answers, (finding.code for finding in draft.findings)).flags
    if _photo_is_missing(draft, form):
        flags.append(Flag.MISSING_PHOTO_DEMAND)
    return flags


def _photo_is_missing(draft: ReportDraft, form: Form) -> bool:
    if len(draft.photos) < form.min_photos.get(draft.outcome, 0):
        return True
    demanded = set(form.photos.get(draft.outcome, ()))
    for finding in draft.findings:
        item = form.item(finding.code)
        if item is not None:
            demanded.update(item.photos)
    return not demanded <= {photo.role for photo in draft.photos}
