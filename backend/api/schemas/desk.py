"""Shapes of the desk: one referral with everything needed to decide it. Not here: the inbox (schemas/triage)."""

from marshmallow import Schema, fields

from backend.api.schemas.casework import CaseFileSchema
from backend.api.schemas.clocks import ReferralClocksSchema
from backend.api.schemas.fields import Choice
from backend.api.schemas.history import EventSchema, PersonSchema
from backend.api.schemas.referrals import ReferralSchema
from backend.api.schemas.reports import (
    FindingSchema,
    FormRefSchema,
    PhotoSchema,
    ReferralMarkSchema,
    RoutingReasonSchema,
)
from backend.domain.vocabulary import (
    ActField,
    ActNeed,
    Category,
    Datum,
    Outcome,
    PositionSource,
    ReferralAction,
    ReferralStatus,
    ReportStatus,
    RouteHint,
    Severity,
    SiteStatus,
    Stage,
    Verdict,
)


def describe(text: str) -> dict[str, str]:
    """Metadata with a description."""
    return {"description": text}


class NeedSchema(Schema):
    """One thing an act takes, by its name in the request."""

    field = Choice(ActField, required=True)
    need = Choice(ActNeed, required=True)
    choices = fields.List(
        fields.String(), required=True, allow_none=True, metadata=describe("Codes that may be given; null: free")
    )


class AllowedActionSchema(Schema):
    """An act the caller may do now."""

    action = Choice(ReferralAction, required=True)
    undone_by = Choice(ReferralAction, required=True, allow_none=True, metadata=describe("null: nothing takes it back"))
    needs = fields.List(fields.Nested(NeedSchema), required=True)


class NamedCodeSchema(Schema):
    """A code with its words."""

    code = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)


class RouteChoiceSchema(Schema):
    """A department the referral can go to."""

    id = fields.UUID(required=True, metadata=describe("As events name it"))
    code = fields.String(required=True)
    name = fields.String(required=True)
    name_en = fields.String(required=True)
    street_code = fields.String(required=True, allow_none=True)
    hint = Choice(RouteHint, required=True, allow_none=True, metadata=describe("null: nothing speaks for it"))
    functions = fields.List(
        fields.Nested(NamedCodeSchema), required=True, metadata=describe("What it holds there today")
    )


class NamedFindingSchema(FindingSchema):
    """A finding with the words of its checklist line; null where the form does not know it."""

    zh = fields.String(required=True, allow_none=True)
    en = fields.String(required=True, allow_none=True)


class DeskNoteSchema(Schema):
    """What the worker added later."""

    note = fields.String(required=True)
    recorded_at = fields.AwareDateTime(required=True)


class FieldCallSchema(Schema):
    """A call the worker made before or beside the report; by whom is not told."""

    id = fields.String(required=True)
    number = fields.String(required=True)
    called_at = fields.AwareDateTime(required=True)
    note = fields.String(required=True)


class DeskReportSchema(Schema):
    """What was reported."""

    report_id = fields.UUID(required=True)
    category = Choice(Category, required=True)
    outcome = Choice(Outcome, required=True)
    status = Choice(ReportStatus, required=True)
    stage = Choice(Stage, required=True)
    severity = Choice(Severity, required=True, allow_none=True)
    captured_at = fields.AwareDateTime(required=True)
    recorded_at = fields.AwareDateTime(required=True)
    received_at = fields.AwareDateTime(required=True)
    reporter = fields.Nested(
        PersonSchema, required=True, allow_none=True, metadata=describe("null: not for the caller's role")
    )
    task_id = fields.UUID(required=True, allow_none=True)
    grid_code = fields.String(required=True, allow_none=True)
    street_code = fields.String(required=True, allow_none=True)
    street_name = fields.String(required=True, allow_none=True)
    verdict = Choice(Verdict, required=True)
    flags = fields.List(fields.String(), required=True)
    findings = fields.List(fields.Nested(NamedFindingSchema), required=True)
    description = fields.String(required=True)
    notes = fields.List(fields.Nested(DeskNoteSchema), required=True)
    form = fields.Nested(FormRefSchema, required=True)
    photos_expected = fields.Integer(required=True)
    photos_here = fields.Integer(required=True)
    photos_wanted_at = fields.AwareDateTime(required=True, allow_none=True)
    withdrawn_at = fields.AwareDateTime(required=True, allow_none=True)
    withdrawn_reason = fields.String(required=True, allow_none=True)
    version = fields.Integer(required=True)


class DeskSiteSchema(Schema):
    """The premise: as registered where it is, else in the worker's words."""

    id = fields.UUID(required=True, allow_none=True, metadata=describe("null: not in the register"))
    name = fields.String(required=True, allow_none=True)
    address = fields.String(required=True, allow_none=True)
    uscc = fields.String(required=True, allow_none=True)
    uscc_missing_reason = fields.String(required=True, allow_none=True)
    kind = fields.String(required=True, allow_none=True)
    status = Choice(SiteStatus, required=True, allow_none=True)


class DeskPositionSchema(Schema):
    """Where, in CGCS2000 degrees, with what the phone said about it."""

    lon = fields.Float(required=True)
    lat = fields.Float(required=True)
    accuracy_m = fields.Float(required=True, allow_none=True)
    datum = Choice(Datum, required=True, allow_none=True, metadata=describe("Of the position as sent"))
    source = Choice(PositionSource, required=True, allow_none=True)
    fixed_at = fields.String(required=True, allow_none=True)
    mocked = fields.Boolean(required=True, allow_none=True)
    distance_m = fields.Float(required=True, allow_none=True, metadata=describe("To the nearest grid; 0 within one"))
    basis = fields.String(
        required=True, allow_none=True, metadata=describe("What placed it: position, site, task, none")
    )


class MultiPolygonSchema(Schema):
    """A polygon as GeoJSON, CGCS2000 degrees."""

    type = fields.String(required=True, metadata={"enum": ["MultiPolygon"]})
    coordinates = fields.List(fields.List(fields.List(fields.List(fields.Float()))), required=True)


class CandidateGridSchema(Schema):
    """A grid the accuracy circle touches."""

    code = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    street_code = fields.String(required=True, allow_none=True)
    street_name = fields.String(required=True, allow_none=True)
    share = fields.Float(required=True, metadata=describe("Of the circle, 0 to 1"))
    chosen = fields.Boolean(required=True)
    geometry = fields.Nested(MultiPolygonSchema, required=True, allow_none=True)


class DeskPhotoSchema(PhotoSchema):
    """A photo with its addresses; they need the caller's session."""

    preview = fields.String(required=True, allow_none=True, metadata=describe("null: not here yet"))
    original = fields.String(required=True, allow_none=True)


class AnswerSchema(Schema):
    """A line of the checklist with what the worker answered; lines without an answer are left out."""

    code = fields.String(required=True)
    zh = fields.String(required=True, allow_none=True, metadata=describe("null: the form does not know the code"))
    en = fields.String(required=True, allow_none=True)
    value = fields.Raw(required=True, allow_none=True, metadata=describe("As sent: true, a number, a code, a list …"))
    text_zh = fields.String(required=True)
    text_en = fields.String(required=True)
    is_finding = fields.Boolean(required=True)
    severity = Choice(Severity, required=True, allow_none=True)
    basis = fields.List(fields.String(), required=True, metadata=describe("Laws; unverified ones are marked"))


class AttributeSchema(Schema):
    """What the worker said of the place in general."""

    code = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    value = fields.Raw(required=True, allow_none=True)


class AlikeSchema(Schema):
    """A report that may be of the same thing, with the referral that leads it."""

    report_id = fields.UUID(required=True)
    captured_at = fields.AwareDateTime(required=True)
    status = Choice(ReportStatus, required=True)
    site_id = fields.UUID(required=True, allow_none=True)
    site_name = fields.String(required=True, allow_none=True)
    description = fields.String(required=True)
    same_site = fields.Boolean(required=True)
    distance_m = fields.Float(required=True, allow_none=True)
    shared_findings = fields.List(fields.String(), required=True)
    photo = fields.String(required=True, allow_none=True, metadata=describe("Hash of the first photo that is here"))
    referral_id = fields.UUID(required=True, allow_none=True)
    referral_status = Choice(ReferralStatus, required=True, allow_none=True)
    referral_version = fields.Integer(required=True, allow_none=True)
    department_name = fields.String(required=True, allow_none=True)
    can_merge = fields.Boolean(required=True, metadata=describe("Whether this one can be merged into that referral"))


class VisitSchema(Schema):
    """An earlier or later report at the same site."""

    report_id = fields.UUID(required=True)
    captured_at = fields.AwareDateTime(required=True)
    outcome = Choice(Outcome, required=True)
    status = Choice(ReportStatus, required=True)
    findings = fields.List(fields.String(), required=True)


class SiteHistorySchema(Schema):
    """What else happened at the site, this report left out."""

    visits = fields.Integer(required=True)
    problems = fields.Integer(required=True)
    referrals = fields.Integer(required=True)
    founded = fields.Integer(required=True, metadata=describe("Referrals that proved true"))
    last_visited_at = fields.AwareDateTime(required=True, allow_none=True)
    recent = fields.List(fields.Nested(VisitSchema), required=True, metadata=describe("Newest first, at most five"))


class DeskSchema(Schema):
    """Everything needed to decide one referral. Times left are the client's to count: the answer's Date header is now."""

    referral = fields.Nested(ReferralSchema, required=True)
    report = fields.Nested(DeskReportSchema, required=True)
    site = fields.Nested(DeskSiteSchema, required=True, allow_none=True)
    position = fields.Nested(DeskPositionSchema, required=True, allow_none=True)
    candidates = fields.List(
        fields.Nested(CandidateGridSchema), required=True, metadata=describe("Biggest share first")
    )
    photos = fields.List(fields.Nested(DeskPhotoSchema), required=True)
    answers = fields.List(fields.Nested(AnswerSchema), required=True)
    attributes = fields.List(fields.Nested(AttributeSchema), required=True)
    emergency_calls = fields.List(fields.Nested(FieldCallSchema), required=True)
    routing = fields.Nested(RoutingReasonSchema, required=True, allow_none=True)
    others = fields.List(fields.Nested(ReferralMarkSchema), required=True, metadata=describe("Of the same report"))
    alike = fields.List(fields.Nested(AlikeSchema), required=True)
    site_history = fields.Nested(
        SiteHistorySchema, required=True, allow_none=True, metadata=describe("null: it names no registered site")
    )
    penalties = fields.Integer(
        required=True, allow_none=True, metadata=describe("That count towards a suspected crime; null: place unknown")
    )
    clocks = fields.Nested(ReferralClocksSchema, required=True)
    file = fields.Nested(CaseFileSchema, required=True)
    actions = fields.List(fields.Nested(AllowedActionSchema), required=True)
    departments = fields.List(
        fields.Nested(RouteChoiceSchema),
        required=True,
        metadata=describe("Where it can go, what something speaks for first; empty: the caller may not route it"),
    )
    events = fields.List(fields.Nested(EventSchema), required=True, metadata=describe("Oldest first"))
