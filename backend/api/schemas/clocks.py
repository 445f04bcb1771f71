"""Shapes of deadlines, of what is asked about them, and of the calendar."""

from typing import Any, ClassVar

from marshmallow import Schema, fields, validate

from backend.api.schemas.fields import Choice, Moment, QueryWhole, Whole, Words
from backend.api.schemas.history import PersonSchema
from backend.api.schemas.paging import PageQuerySchema, PageSchema
from backend.api.schemas.reports import LegalBasisSchema
from backend.domain.clocks.spans import LONGEST
from backend.domain.vocabulary import (
    CalendarDayKind,
    ClockDecision,
    ClockLevel,
    ClockRequestKind,
    ClockRequestState,
    ClockState,
    TimeUnit,
)


class SpanSchema(Schema):
    """A length of time in one of the units of deadlines."""

    value = Whole(low=0, high=LONGEST, required=True)
    unit = Choice(TimeUnit, required=True)


class PauseSchema(Schema):
    """挂账: from when to when the clock rested."""

    started_at = fields.AwareDateTime(required=True)
    until = fields.AwareDateTime(required=True, metadata={"description": "What was granted"})
    ended_at = fields.AwareDateTime(required=True, allow_none=True, metadata={"description": "null: it still rests"})


class ClockSchema(Schema):
    """A deadline of a referral."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True, metadata={"description": "Stage, 'overall', or the code of a legal clock"})
    name = fields.String(required=True)
    name_en = fields.String(required=True)
    level = Choice(ClockLevel, required=True)
    legal_basis = fields.Nested(LegalBasisSchema, required=True, allow_none=True)
    span = fields.Nested(SpanSchema, required=True)
    extended = fields.Integer(
        required=True,
        metadata={"description": "What was granted on top: days, or seconds for minute, hour and work_hour"},
    )
    started_at = fields.AwareDateTime(required=True)
    due_at = fields.AwareDateTime(
        required=True,
        allow_none=True,
        metadata={
            "description": "null: the calendar of missing_year is not loaded. While suspended: as if it were not"
        },
    )
    warn_at = fields.AwareDateTime(required=True, allow_none=True)
    state = Choice(ClockState, required=True)
    calendar_missing = fields.Boolean(required=True)
    missing_year = fields.Integer(required=True, allow_none=True)
    stopped_at = fields.AwareDateTime(required=True, allow_none=True)
    warned_at = fields.AwareDateTime(required=True, allow_none=True)
    overdue_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "When it ran out: a fact that no excuse takes away"}
    )
    excused_at = fields.AwareDateTime(required=True, allow_none=True)
    excused_by = fields.Nested(PersonSchema, required=True, allow_none=True)
    excuse_reason = fields.String(required=True, allow_none=True)
    suspensions = fields.List(fields.Nested(PauseSchema), required=True)


class ClockRequestSchema(Schema):
    """延期, 挂账 or 超期说明, and what became of it."""

    id = fields.UUID(required=True)
    referral_id = fields.UUID(required=True)
    clock_id = fields.UUID(required=True, allow_none=True, metadata={"description": "null: the whole referral"})
    clock = fields.String(required=True, allow_none=True, metadata={"description": "The clock's kind"})
    kind = Choice(ClockRequestKind, required=True)
    level = fields.Integer(required=True, metadata={"description": "1: the bureau decides, 2: city operations"})
    span = fields.Nested(SpanSchema, required=True, allow_none=True)
    until = fields.AwareDateTime(required=True, allow_none=True)
    reason = fields.String(required=True)
    requested_by = fields.Nested(PersonSchema, required=True)
    requested_at = fields.AwareDateTime(required=True)
    state = Choice(ClockRequestState, required=True)
    decided_by = fields.Nested(PersonSchema, required=True, allow_none=True)
    decided_at = fields.AwareDateTime(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)


class ReferralClocksSchema(Schema):
    """The deadlines of one referral, oldest first, and what was asked about them, newest first."""

    clocks = fields.List(fields.Nested(ClockSchema), required=True)
    requests = fields.List(fields.Nested(ClockRequestSchema), required=True)


class ClockRequestPageSchema(PageSchema):
    """A page of requests, newest first."""

    items = fields.List(fields.Nested(ClockRequestSchema), required=True)


class ClockRequestQuerySchema(PageQuerySchema):
    """Filters and page of the list of requests; everything given must hold."""

    state = Choice(ClockRequestState, load_default=None)
    kind = Choice(ClockRequestKind, load_default=None)
    level = QueryWhole(low=1, high=2, load_default=None)


class ClockAskSchema(Schema):
    """What is asked for: an extension gives clock_id and span, an excuse clock_id, a suspension until (and clock_id for one
    clock alone)."""

    EXAMPLE: ClassVar = {
        "kind": "extension",
        "clock_id": "0198c0de-0000-7000-8000-000000000031",
        "span": {"value": 3, "unit": "working_day"},
        "reason": "等待检验结果",
    }

    kind = Choice(ClockRequestKind, required=True)
    clock_id = fields.UUID(load_default=None)
    span = fields.Nested(SpanSchema, load_default=None)
    until = Moment(load_default=None)
    reason = Words(max_length=2000, min_length=1, required=True)


class ClockDecisionSchema(Schema):
    """The answer to a request; a refusal says why."""

    EXAMPLE: ClassVar = {"decision": "approve", "note": "同意，抓紧办理"}

    decision = Choice(ClockDecision, required=True)
    note = Words(max_length=2000, load_default=None)


class ClockResumeSchema(Schema):
    """Why a suspension ends early."""

    EXAMPLE: ClassVar = {"reason": "检验报告已出"}

    reason = Words(max_length=2000, load_default=None)


class CalendarDaySchema(Schema):
    """A day on which it is otherwise than the day of the week says."""

    day = fields.Date(required=True)
    kind = Choice(CalendarDayKind, required=True)
    name = fields.String(required=True)


class CalendarYearSchema(Schema):
    """A year that is loaded."""

    year = fields.Integer(required=True)
    source = fields.String(required=True)
    by_hand = fields.Boolean(required=True, metadata={"description": "Loaded here; an update of the product keeps it"})
    loaded_at = fields.AwareDateTime(required=True)
    holidays = fields.Integer(required=True)
    workdays = fields.Integer(required=True)


class WaitingYearSchema(Schema):
    """A year deadlines wait for."""

    year = fields.Integer(required=True)
    clocks = fields.Integer(required=True)


class CalendarSchema(Schema):
    """Which years are known, which are missed, and the days of the year asked for."""

    years = fields.List(fields.Nested(CalendarYearSchema), required=True)
    missing = fields.List(fields.Nested(WaitingYearSchema), required=True)
    days = fields.List(fields.Nested(CalendarDaySchema), required=True)


class CalendarQuerySchema(Schema):
    """Whose days to list."""

    year = QueryWhole(low=1950, high=2200, load_default=None)


class CalendarLoadQuerySchema(Schema):
    """What is kept with the years of a file."""

    source = Words(
        max_length=200,
        load_default="",
        validate=validate.Length(max=200),
        metadata={"description": "Such as 国办发明电〔2026〕1号"},
    )


class CalendarLoadSchema(Schema):
    """What a file changed."""

    years = fields.List(fields.Integer(), required=True)
    amended = fields.List(
        fields.Integer(), required=True, metadata={"description": "Years to which only single days were added"}
    )
    computed = fields.Integer(required=True, metadata={"description": "Deadlines that waited and now have their end"})


CLOCK_EXAMPLE: dict[str, Any] = {
    "id": "0198c0de-0000-7000-8000-000000000031",
    "kind": "accept",
    "name": "签收",
    "name_en": "Acceptance",
    "level": "stage",
    "legal_basis": None,
    "span": {"value": 2, "unit": "working_day"},
    "extended": 0,
    "started_at": "2026-11-20T02:00:00+00:00",
    "due_at": "2026-11-24T15:59:59+00:00",
    "warn_at": "2026-11-24T00:30:00+00:00",
    "state": "running",
    "calendar_missing": False,
    "missing_year": None,
    "stopped_at": None,
    "warned_at": None,
    "overdue_at": None,
    "excused_at": None,
    "excused_by": None,
    "excuse_reason": None,
    "suspensions": [],
}
REQUEST_EXAMPLE: dict[str, Any] = {
    "id": "0198c0de-0000-7000-8000-000000000032",
    "referral_id": "0198c0de-0000-7000-8000-000000000011",
    "clock_id": CLOCK_EXAMPLE["id"],
    "clock": "accept",
    "kind": "extension",
    "level": 1,
    "span": {"value": 3, "unit": "working_day"},
    "until": None,
    "reason": "等待检验结果",
    "requested_by": {"id": "0198c0de-0000-7000-8000-000000000041", "name": "王经办"},
    "requested_at": "2026-11-23T02:00:00+00:00",
    "state": "requested",
    "decided_by": None,
    "decided_at": None,
    "note": None,
}
CALENDAR_EXAMPLE: dict[str, Any] = {
    "years": [
        {"year": 2026, "source": "chinesecalendar 1.11.0", "by_hand": False, "loaded_at": "2026-11-20T02:00:00+00:00",
         "holidays": 33, "workdays": 6}
    ],
    "missing": [{"year": 2027, "clocks": 12}],
    "days": [{"day": "2026-10-01", "kind": "holiday", "name": "National Day"}],
}  # fmt: skip
CSV_EXAMPLE = "day,kind,name\n2027-01-01,holiday,元旦\n2027-02-05,holiday,春节\n2027-02-14,workday,春节调休\n"
