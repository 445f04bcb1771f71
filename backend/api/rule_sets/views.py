"""Views of rule sets. Not here: taking one out of a request (body.py)."""

from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint
from sqlalchemy import Row

from backend.api.endpoint import Call, endpoint
from backend.api.json import json_answer
from backend.api.language import in_language
from backend.api.rule_sets.body import DOCUMENT, PROBLEMS, YAML, read_rule_set
from backend.api.schemas.rule_sets import (
    COVERAGE_EXAMPLE,
    DRY_RUN_EXAMPLE,
    LINE_EXAMPLE,
    WHOLE_EXAMPLE,
    CoverageSchema,
    DryRunRequestSchema,
    DryRunSchema,
    FormatQuerySchema,
    ReplaceQuerySchema,
    RuleSetActSchema,
    RuleSetPageSchema,
    RuleSetQuerySchema,
    RuleSetSchema,
)
from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.routing import rule_set_faults, told, write_document
from backend.domain.vocabulary import RuleSetAction
from backend.persistence.queries.rule_sets import RuleSetFilter, get_rule_set, list_rule_sets
from backend.services.referrals.rule_sets import act_on_rule_set, coverage_of, create_draft, dry_run, replace_draft
from backend.services.referrals.rule_sets.acting import rule_set_actions_for

blueprint = Blueprint(
    "rule_sets", __name__, url_prefix="/api/v1/rule-sets", description="Rule sets of routing, from draft to approval"
)
ACTS = (RuleSetAction.CHECK, RuleSetAction.APPROVE, RuleSetAction.RETIRE)
ACTION_PARAMETER = {
    "parameters": [
        {"in": "path", "name": "action", "required": True,
         "schema": {"type": "string", "enum": [action.value for action in ACTS]}}
    ]
}  # fmt: skip
ACTION_PROBLEMS = (
    "not_found", "illegal_transition", "rule_set_changed", "rule_set_faulty", "approver_is_author",
    "rule_set_starts_in_past", "rule_set_same_day", "reason_required",
)  # fmt: skip
AS_YAML = {"responses": {"200": {"content": {YAML: {"schema": {"type": "object"}}}}}}
COLUMNS = (
    "id", "code", "version", "valid_from", "valid_to", "status", "note", "content_sha256", "created_at", "checked_at",
    "approved_at",
)  # fmt: skip


@endpoint(
    blueprint,
    "",
    permission="rules.read",
    summary="Rule sets, newest first, without their contents",
    query=RuleSetQuerySchema,
    answer=RuleSetPageSchema,
    problems=("bad_cursor",),
    example={"items": [LINE_EXAMPLE], "next_cursor": None},
)
def list_all(call: Call) -> Response:
    """Drafts and retired ones too; what routes is approved and holds on the day of a report."""
    query = dict(call.query)
    limit, cursor = query.pop("limit"), query.pop("cursor")
    page = list_rule_sets(call.session, call.actor, RuleSetFilter(**query), limit, cursor)
    return json_answer({"items": [_line(row, row, call.actor) for row in page.items], "next_cursor": page.next_cursor})


@endpoint(
    blueprint,
    "/<uuid:rule_set_id>",
    permission="rules.read",
    summary="One rule set whole, as JSON or YAML",
    query=FormatQuerySchema,
    answer=RuleSetSchema,
    problems=("not_found", "rule_set_faulty"),
    example=WHOLE_EXAMPLE,
    document=AS_YAML,
)
def show(call: Call, rule_set_id: UUID) -> Response:
    """As YAML the words for functions, findings and laws stand beside their codes; only what keeps to the shape of a rule set
    can be written so."""
    return _yaml(call, rule_set_id) if call.query["format"] == "yaml" else _show(call, rule_set_id)


@endpoint(
    blueprint,
    "/<uuid:rule_set_id>.yaml",
    permission="rules.read",
    summary="One rule set as a YAML file",
    problems=("not_found", "rule_set_faulty"),
    document=AS_YAML,
)
def show_yaml(call: Call, rule_set_id: UUID) -> Response:
    """What is read here can be sent back: its content has the same fingerprint."""
    return _yaml(call, rule_set_id)


@endpoint(
    blueprint,
    "",
    method="POST",
    permission="rules.write",
    summary="Keep a rule set as a draft",
    answer=RuleSetSchema,
    status=201,
    problems=(*PROBLEMS, "rule_set_exists"),
    document=DOCUMENT,
    example={**WHOLE_EXAMPLE, "status": "draft", "checked_at": None, "check_report": None},
)
def create(call: Call) -> Response:
    """Anything readable may be a draft; whether it may go live is for the check."""
    row = create_draft(call.session, call.actor, read_rule_set(), now=call.now)
    response = _show(call, row.id)
    response.status_code = 201
    return response


@endpoint(
    blueprint,
    "/<uuid:rule_set_id>",
    method="PUT",
    permission="rules.write",
    summary="Give a draft another content",
    query=ReplaceQuerySchema,
    answer=RuleSetSchema,
    problems=("not_found", *PROBLEMS, "rule_set_changed", "rule_set_fixed", "illegal_transition"),
    document=DOCUMENT,
    example={**WHOLE_EXAMPLE, "status": "draft", "checked_at": None, "check_report": None},
)
def replace(call: Call, rule_set_id: UUID) -> Response:
    """A set that was checked is a draft again. Who edits cannot approve."""
    sha256 = call.query["content_sha256"]
    replace_draft(call.session, call.actor, rule_set_id, read_rule_set(), sha256=sha256, now=call.now)
    return _show(call, rule_set_id)


@endpoint(
    blueprint,
    "/<uuid:rule_set_id>/actions/<action>",
    method="POST",
    permission="rules.write",
    summary="Check, approve or retire a rule set",
    body=RuleSetActSchema,
    answer=RuleSetSchema,
    problems=ACTION_PROBLEMS,
    document=ACTION_PARAMETER,
    example=WHOLE_EXAMPLE,
)
def perform(call: Call, rule_set_id: UUID, action: str) -> Response:
    """Checked and approved only without a fault: `errors` names rule, clause and cell (category, finding, street). Approval
    is for somebody who neither wrote nor edited it."""
    if action not in ACTS:
        raise DomainError("not_found")
    act_on_rule_set(
        call.session, call.actor, rule_set_id, RuleSetAction(action),
        reason=call.body["reason"], sha256=call.body["content_sha256"], now=call.now,
    )  # fmt: skip
    return _show(call, rule_set_id)


@endpoint(
    blueprint,
    "/<uuid:rule_set_id>/dry-run",
    method="POST",
    permission="rules.write",
    summary="What the last reports would have become by this rule set",
    body=DryRunRequestSchema,
    answer=DryRunSchema,
    commits=False,
    problems=("not_found", "rule_set_faulty"),
    example=DRY_RUN_EXAMPLE,
)
def replay(call: Call, rule_set_id: UUID) -> Response:
    """Compares with what the rules of the day decided; nothing is stored and nobody is told."""
    row, _ = get_rule_set(call.session, call.actor, rule_set_id)
    return json_answer(dry_run(call.session, row, call.body["reports"]).to_data())


@endpoint(
    blueprint,
    "/<uuid:rule_set_id>/coverage",
    permission="rules.read",
    summary="Who leads what where, by this rule set",
    answer=CoverageSchema,
    problems=("not_found", "rule_set_faulty"),
    example=COVERAGE_EXAMPLE,
)
def coverage(call: Call, rule_set_id: UUID) -> Response:
    """The matrix category × finding × street, with the organisations of the set's first day."""
    row, _ = get_rule_set(call.session, call.actor, rule_set_id)
    cells = coverage_of(call.session, row.content)
    return json_answer({"streets": sorted({cell["street"] for cell in cells}), "cells": cells})


def _show(call: Call, rule_set_id: UUID) -> Response:
    row, named = get_rule_set(call.session, call.actor, rule_set_id)
    return json_answer({**_line(row, named, call.actor), "content": row.content, "tests": row.tests})


def _yaml(call: Call, rule_set_id: UUID) -> Response:
    row, _ = get_rule_set(call.session, call.actor, rule_set_id)
    faults = rule_set_faults(row.content)
    if faults:
        raise DomainError("rule_set_faulty", errors=told(faults), count=len(faults))
    response = Response(write_document(row.content, row.tests, row.note), mimetype=YAML)
    response.headers["Content-Disposition"] = f'attachment; filename="{row.code}-{row.version}.yaml"'
    return response


def _line(row: Any, named: Row[*tuple[Any, ...]], actor: Actor) -> dict[str, Any]:
    report = row.check_report
    return {
        **{name: getattr(row, name) for name in COLUMNS},
        "district": row.district_code,
        "created_by": _person(row.created_by, named.author_name),
        "edited_by": _person(row.edited_by, named.editor_name),
        "approved_by": _person(row.approved_by, named.approver_name),
        "check_report": report and {
            **report, "faults": in_language(report["faults"]), "warnings": in_language(report["warnings"])
        },
        "allowed_actions": rule_set_actions_for(actor, row),
    }  # fmt: skip


def _person(person_id: UUID | None, name: str | None) -> dict[str, Any] | None:
    return None if person_id is None else {"id": person_id, "name": name}
