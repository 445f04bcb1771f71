"""Shape of the life cycles (GET /workflow). Not here: the tables themselves (domain/workflow.py)."""

from typing import ClassVar

from marshmallow import Schema, fields

from backend.api.schemas.fields import Choice
from backend.domain.vocabulary import ActField, ActNeed, ReferralAction, Role


class WordSchema(Schema):
    """A code with its words."""

    code = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)


class StatusWordSchema(WordSchema):
    """A status; nothing follows on a final one by itself."""

    final = fields.Boolean(required=True)


class ActionWordSchema(WordSchema):
    """An act and who may try it; the service still narrows it to his own street or department."""

    permission = fields.String(required=True)
    roles = fields.List(Choice(Role), required=True)
    reason_needed = fields.Boolean(required=True)


class ReferralActionWordSchema(ActionWordSchema):
    """An act on a referral, what it takes, and which act takes it back."""

    needs = fields.Dict(
        keys=Choice(ActField),
        values=Choice(ActNeed),
        required=True,
        metadata={"description": "By the name in the request; for one referral /referrals/{id}/desk says it exactly"},
    )
    undone_by = Choice(ReferralAction, required=True, allow_none=True, metadata={"description": "null: nothing does"})


class TransitionSchema(Schema):
    """From which status an act leads where."""

    class Meta:
        include: ClassVar = {"from": fields.String(required=True)}

    action = fields.String(required=True)
    to = fields.String(required=True)


class CycleSchema(Schema):
    """A life cycle."""

    statuses = fields.List(fields.Nested(StatusWordSchema), required=True)
    actions = fields.List(fields.Nested(ActionWordSchema), required=True)
    transitions = fields.List(fields.Nested(TransitionSchema), required=True)


class TaskCycleSchema(CycleSchema):
    """The life cycle of a task."""

    kinds = fields.List(fields.Nested(WordSchema), required=True)


class ReferralCycleSchema(CycleSchema):
    """The life cycle of a referral."""

    roles = fields.List(fields.Nested(WordSchema), required=True, metadata={"description": "lead or co-handling"})
    actions = fields.List(fields.Nested(ReferralActionWordSchema), required=True)


class CrimeCycleSchema(CycleSchema):
    """The life cycle of a transfer to the police."""

    materials = fields.List(fields.Dict(), required=True)


class ReportWordsSchema(Schema):
    """The words of reports; their status follows from their referrals."""

    statuses = fields.List(fields.Nested(WordSchema), required=True)
    stages = fields.List(fields.Nested(WordSchema), required=True)
    outcomes = fields.List(fields.Nested(WordSchema), required=True)
    severities = fields.List(fields.Nested(WordSchema), required=True)
    flags = fields.List(fields.Nested(WordSchema), required=True)


class WorkflowSchema(Schema):
    """Life cycles: statuses, actions, transitions, labels and who may act."""

    task = fields.Nested(TaskCycleSchema, required=True)
    referral = fields.Nested(ReferralCycleSchema, required=True)
    crime_transfer = fields.Nested(CrimeCycleSchema, required=True)
    rule_set = fields.Nested(CycleSchema, required=True)
    report = fields.Nested(ReportWordsSchema, required=True)
    quarantine = fields.Nested(CycleSchema, required=True)
    roles = fields.List(fields.Nested(WordSchema), required=True)
