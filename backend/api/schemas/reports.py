"""Shapes of reports, in lists and whole. Not here: what phones send (schemas/sync.py)."""

from marshmallow import Schema, fields, validate

from backend.api.schemas.areas import AreaText
from backend.api.schemas.fields import Choice, CommaList, Moment, Words
from backend.api.schemas.history import EventSchema, PersonSchema
from backend.api.schemas.paging import PageQuerySchema, PageSchema
from backend.api.schemas.referrals import ReferralSchema
from backend.domain.vocabulary import (
    Category,
    Flag,
    Outcome,
    PhotoRole,
    PhotoSource,
    ReferralRole,
    ReferralStatus,
    ReportStatus,
    Severity,
    Stage,
    Verdict,
)


def describe(text: str) -> dict[str, str]:
    """Metadata with a description."""
    return {"description": text}


class ReportFilterSchema(Schema):
    """What reports are narrowed to; everything given must hold."""

    category = Choice(Category, load_default=None)
    status = CommaList(
        Choice(ReportStatus), load_default=None, metadata=describe("One or more statuses, separated by commas")
    )
    outcome = Choice(Outcome, load_default=None)
    severity = Choice(Severity, load_default=None, metadata=describe("Gravest severity of the findings"))
    verdict = Choice(Verdict, load_default=None, metadata=describe("How the position lay to the grids of that day"))
    street = Words(max_length=9, load_default=None, metadata=describe("9-digit street code"))
    grid_code = Words(max_length=15, load_default=None, metadata=describe("15-digit grid code"))
    author = fields.UUID(load_default=None, metadata=describe("Id of the worker who reported"))
    task_id = fields.UUID(load_default=None)
    site_id = fields.UUID(load_default=None)
    flag = Choice(Flag, load_default=None, metadata=describe("Reports with this doubt"))
    department = Words(max_length=64, load_default=None, metadata=describe("Code of a department it was referred to"))
    has_referral = fields.Boolean(
        load_default=None,
        metadata=describe("true: referred or closed; false: recorded only. Withdrawn reports are in neither"),
    )
    captured_from = Moment(load_default=None, metadata=describe("Captured at or after"))
    captured_to = Moment(load_default=None, metadata=describe("Captured before"))
    received_after = Moment(load_default=None, metadata=describe("Received later than"))
    area = AreaText()
    located = fields.Boolean(
        load_default=None, metadata=describe("Whether it has a position, and so stands on the map")
    )


class ReportQuerySchema(ReportFilterSchema, PageQuerySchema):
    """Filters and page of a list of reports."""

    q = Words(
        min_length=1,
        max_length=100,
        load_default=None,
        metadata=describe(
            "Text within the site's name or address or the description, upper and lower case alike. Each page looks "
            "through at most 10,000 reports: it may hold fewer items than asked for and still have a next_cursor"
        ),
    )


class FindingSchema(Schema):
    """One thing found, by its checklist code."""

    code = fields.String(required=True)
    note = fields.String(required=True)
    severity = Choice(Severity, required=True)


class ShownPositionSchema(Schema):
    """Where, in CGCS2000 degrees (equal to WGS-84 within a metre)."""

    lon = fields.Float(required=True)
    lat = fields.Float(required=True)
    accuracy_m = fields.Float(required=True, allow_none=True)


class PhotoMarkSchema(Schema):
    """A photo as lists show it; its bytes are at /api/v1/media/{sha256}."""

    sha256 = fields.String(required=True)
    role = Choice(PhotoRole, required=True)
    here = fields.Boolean(required=True)


class ReferralMarkSchema(Schema):
    """A referral as lists of reports show it."""

    id = fields.UUID(required=True)
    function = fields.String(required=True)
    department = fields.String(required=True, allow_none=True, metadata=describe("Code; null while nobody is chosen"))
    department_name = fields.String(required=True, allow_none=True)
    role = Choice(ReferralRole, required=True)
    status = Choice(ReferralStatus, required=True)
    outcome_code = fields.String(required=True, allow_none=True)
    emergency = fields.Boolean(required=True)


class ReportBaseSchema(Schema):
    """What lists and the single report have in common."""

    report_id = fields.UUID(required=True)
    category = Choice(Category, required=True)
    outcome = Choice(Outcome, required=True)
    status = Choice(ReportStatus, required=True)
    stage = Choice(Stage, required=True)
    severity = Choice(Severity, required=True, allow_none=True)
    captured_at = fields.AwareDateTime(required=True)
    recorded_at = fields.AwareDateTime(required=True)
    received_at = fields.AwareDateTime(required=True)
    author = fields.Nested(PersonSchema, required=True)
    task_id = fields.UUID(required=True, allow_none=True)
    site_id = fields.UUID(required=True, allow_none=True)
    site_name = fields.String(required=True, allow_none=True)
    site_address = fields.String(required=True, allow_none=True)
    grid_code = fields.String(required=True, allow_none=True)
    street_code = fields.String(required=True, allow_none=True)
    verdict = Choice(Verdict, required=True)
    position = fields.Nested(ShownPositionSchema, required=True, allow_none=True)
    flags = fields.List(fields.String(), required=True)
    findings = fields.List(fields.Nested(FindingSchema), required=True)
    description = fields.String(required=True)
    photos_expected = fields.Integer(required=True)
    photos_here = fields.Integer(required=True)
    photos_waiting_since = fields.AwareDateTime(
        required=True,
        allow_none=True,
        metadata=describe("Since when the server knows of a photo that is not here; null when all are"),
    )
    version = fields.Integer(required=True)


class ReportSummarySchema(ReportBaseSchema):
    """A report as lists show it."""

    photos = fields.List(fields.Nested(PhotoMarkSchema), required=True)
    referrals = fields.List(fields.Nested(ReferralMarkSchema), required=True, metadata=describe("The lead first"))


class ReportPageSchema(PageSchema):
    """A page of reports, newest first."""

    items = fields.List(fields.Nested(ReportSummarySchema), required=True)


class PhotoSchema(PhotoMarkSchema):
    """A photo the report names."""

    bytes = fields.Integer(required=True)
    mime = fields.String(required=True)
    source = Choice(PhotoSource, required=True)
    taken_at = fields.AwareDateTime(required=True, allow_none=True)
    arrived_at = fields.AwareDateTime(required=True, allow_none=True)
    waiting_since = fields.AwareDateTime(required=True, allow_none=True, metadata=describe("null once it is here"))


class PhotoStateSchema(Schema):
    """How many of the photos are here."""

    expected = fields.Integer(required=True)
    here = fields.Integer(required=True)
    waiting_since = fields.AwareDateTime(required=True, allow_none=True)
    wanted_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata=describe("Since when a coordinator asks for the missing ones first")
    )
    text = fields.String(required=True, metadata=describe("A sentence in the user's language"))


class AmendmentSchema(Schema):
    """A note added later."""

    id = fields.String(required=True)
    note = fields.String(required=True)
    author = fields.Nested(PersonSchema, required=True)
    recorded_at = fields.AwareDateTime(required=True)
    received_at = fields.AwareDateTime(required=True)


class EmergencyCallSchema(Schema):
    """A call made before or beside the report."""

    id = fields.String(required=True)
    number = fields.String(required=True)
    caller = fields.Nested(PersonSchema, required=True)
    called_at = fields.AwareDateTime(required=True)
    note = fields.String(required=True)


class FormRefSchema(Schema):
    """The checklist version the report was made with."""

    code = fields.String(required=True, allow_none=True)
    version = fields.Integer(required=True, allow_none=True)


class NamedRuleSchema(Schema):
    """A rule with its words."""

    code = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)


class LegalBasisSchema(Schema):
    """An article; only with mark 确认 was the primary text read."""

    code = fields.String(required=True)
    law = fields.String(required=True)
    article = fields.String(required=True)
    mark = fields.String(required=True, validate=validate.OneOf(["确认", "二手", "记忆", "推断", "建议"]))


class RoutedSchema(Schema):
    """Why one department got the report."""

    referral_id = fields.UUID(required=True)
    function = fields.String(required=True)
    department = fields.String(required=True, allow_none=True)
    department_name = fields.String(required=True, allow_none=True)
    role = Choice(ReferralRole, required=True)
    rules = fields.List(fields.Nested(NamedRuleSchema), required=True)
    legal_basis = fields.List(fields.Nested(LegalBasisSchema), required=True)
    findings = fields.List(fields.String(), required=True)
    deadline_profile = fields.String(required=True)
    emergency = fields.Boolean(required=True)
    pending_triage = fields.Boolean(required=True)
    text = fields.String(required=True, metadata=describe("The reason as a sentence in the user's language"))


class RejectedRuleSchema(NamedRuleSchema):
    """A rule that was looked at and did not apply."""

    why = fields.String(required=True)


class RoutingReasonSchema(Schema):
    """How the rules of the day decided; what people did later stands in the history."""

    rule_set = fields.String(required=True, allow_none=True, metadata=describe("null: none was in force that day"))
    rule_set_version = fields.Integer(required=True, allow_none=True)
    valid_on = fields.Date(required=True, metadata=describe("The day whose rules were used: that of capture"))
    decided_at = fields.AwareDateTime(required=True)
    outcome = fields.String(required=True)
    fallback_used = fields.Boolean(required=True, metadata=describe("true: no rule knew, the street catches it"))
    referrals = fields.List(fields.Nested(RoutedSchema), required=True)
    rejected = fields.List(fields.Nested(RejectedRuleSchema), required=True)
    informed = fields.List(fields.String(), required=True, metadata=describe("Functions that are told only (知会)"))
    not_applicable = fields.List(
        fields.String(), required=True, metadata=describe("Rules that say it is nobody's matter")
    )


class ReportSchema(ReportBaseSchema):
    """One report whole."""

    device_id = fields.UUID(required=True, allow_none=True)
    clock_offset_ms = fields.Integer(
        required=True, allow_none=True, metadata=describe("How far the phone's clock was ahead of the server's")
    )
    raw_position = fields.Dict(required=True, allow_none=True, metadata=describe("As the phone sent it, own datum"))
    placing = fields.Dict(required=True, metadata=describe("Candidates with their shares, and what placed it"))
    site = fields.Dict(required=True, allow_none=True, metadata=describe("The premise in the worker's words"))
    form = fields.Nested(FormRefSchema, required=True)
    answers = fields.Dict(required=True)
    attributes = fields.Dict(required=True)
    withdrawn_at = fields.AwareDateTime(required=True, allow_none=True)
    withdrawn_reason = fields.String(required=True, allow_none=True)
    photos = fields.List(fields.Nested(PhotoSchema), required=True)
    photo_state = fields.Nested(PhotoStateSchema, required=True)
    amendments = fields.List(fields.Nested(AmendmentSchema), required=True)
    emergency_calls = fields.List(fields.Nested(EmergencyCallSchema), required=True)
    referrals = fields.List(fields.Nested(ReferralSchema), required=True, metadata=describe("The lead first"))
    routing = fields.Nested(RoutingReasonSchema, required=True, allow_none=True)
    history = fields.List(fields.Nested(EventSchema), required=True, metadata=describe("Oldest first"))
