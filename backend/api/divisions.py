"""Reference everybody needs: places, forms, words, life cycles, and the keys that receipts are verified with."""

from datetime import date
from typing import Any

from flask_smorest import Blueprint

from backend.api.endpoint import PUBLIC, Call, endpoint
from backend.api.schemas.divisions import (
    DayQuerySchema,
    DivisionListSchema,
    DivisionQuerySchema,
    FormListSchema,
    JwksSchema,
    VocabularySchema,
)
from backend.api.schemas.workflow import WorkflowSchema
from backend.domain.calendar import local_day
from backend.domain.labels import all_labels, office_lists, vocabulary_objects
from backend.domain.workflow import workflow_document
from backend.persistence.queries import divisions as queries

blueprint = Blueprint("divisions", __name__, url_prefix="/api/v1", description="Places, forms and words")
well_known = Blueprint("well_known", __name__, url_prefix="/.well-known", description="Keys for verifying receipts")

LABEL = {"code": "grid_worker", "zh": "网格员", "en": "Grid worker"}
DIVISION_EXAMPLE = {
    "code": "310107021",
    "name": "真如镇街道",
    "name_en": "Zhenru",
    "level": "street",
    "parent": "310107",
    "valid_from": "2014-11-01",
    "valid_to": None,
    "successor": None,
}
FORM_EXAMPLE = {
    "code": "A",
    "version": 1,
    "category": "illegal_practice",
    "zh": "非法行医现场检查表",
    "en": "Checklist for illegal medical practice",
    "valid_from": "2026-01-01",
    "valid_to": None,
    "mark": "建议",
    "min_photos": {"no_problem": 1, "problem": 2},
    "photos": {"problem": ["panorama", "signboard"]},
    "emergency_numbers": ["ambulance", "police"],
    "red_lines": [{"zh": "遇冲突撤离", "en": "Leave when there is conflict"}],
    "items": [{"code": "A-01", "zh": "未见医疗机构执业许可证", "en": "No practising licence displayed"}],
}


@endpoint(
    blueprint,
    "/divisions",
    permission="workflow.read",
    summary="District and streets with the codes in force on a day",
    query=DivisionQuerySchema,
    answer=DivisionListSchema,
    example={"items": [DIVISION_EXAMPLE]},
)
def list_divisions(call: Call) -> dict[str, Any]:
    return {"items": queries.list_divisions(call.session, _day(call), call.query["level"])}


@endpoint(
    blueprint,
    "/forms",
    permission="workflow.read",
    summary="Checklists in use on a day",
    resumes=True,
    query=DayQuerySchema,
    answer=FormListSchema,
    example={"items": [FORM_EXAMPLE]},
)
def list_forms(call: Call) -> dict[str, Any]:
    return {"items": [form.content for form in queries.list_forms(call.session, _day(call))]}


@endpoint(
    blueprint,
    "/vocabulary",
    permission="workflow.read",
    summary="Word lists and the words for every code, in Chinese and English",
    resumes=True,
    answer=VocabularySchema,
    example={
        "items": [
            {"name": "emergency_numbers", "version": 1, "items": [{"code": "police", "zh": "公安", "en": "Police"}]}
        ],
        "labels": {"Role": [LABEL]},
    },
)
def show_vocabulary(call: Call) -> dict[str, Any]:
    items = [*vocabulary_objects().values(), *office_lists().values()]
    return {"items": items, "labels": all_labels()}


@endpoint(
    blueprint,
    "/workflow",
    permission="workflow.read",
    summary="Life cycles of tasks, referrals and reports, and who may act",
    resumes=True,
    answer=WorkflowSchema,
    example=workflow_document(),
)
def show_workflow(call: Call) -> dict[str, Any]:
    return workflow_document()


@endpoint(
    well_known,
    "/jwks.json",
    permission=PUBLIC,
    summary="Public keys with which anybody can verify a receipt",
    answer=JwksSchema,
    example={
        "keys": [
            {
                "kty": "OKP",
                "crv": "Ed25519",
                "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
                "alg": "EdDSA",
                "use": "sig",
                "kid": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
            }
        ]
    },
)
def show_keys(call: Call) -> dict[str, Any]:
    return call.state.gateways.keys.jwks()


def _day(call: Call) -> date:
    day: date | None = call.query["on"]
    return day or local_day(call.now)
