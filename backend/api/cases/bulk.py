"""Acts on many cases in one request. Not here: what each act does (services/referrals)."""

import hashlib
import re
from typing import Any

import orjson
from flask import Response, request

from backend.api.cases.blueprint import blueprint
from backend.api.endpoint import Call, endpoint
from backend.api.json import json_answer
from backend.api.language import current_language
from backend.api.schemas.bulk import BulkActSchema, BulkAnswerSchema
from backend.domain.errors import DomainError
from backend.domain.vocabulary import BulkResult
from backend.persistence.queries.cases import CaseFilter
from backend.services.referrals import ActionDetails
from backend.services.review import BulkOrder, BulkRow, Picked, act_on_many, answer_once

KEY = re.compile(r"[\x21-\x7e]{1,200}")
HEADERS = {
    "parameters": [
        {
            "in": "header",
            "name": "Idempotency-Key",
            "schema": {"type": "string", "minLength": 1, "maxLength": 200},
            "description": "Your own name for this request. Sent again within 24 hours it is answered the same and acts no more.",
        }
    ]
}


@endpoint(
    blueprint,
    "/cases/bulk",
    method="POST",
    permission="referral.read",
    summary="One act on up to 500 cases; each row is done or refused by itself",
    body=BulkActSchema,
    answer=BulkAnswerSchema,
    problems=("count_changed", "too_many_cases", "bad_idempotency_key", "idempotency_key_reused"),
    example=BulkAnswerSchema.EXAMPLE,
    document=HEADERS,
)
def act_on_cases(call: Call) -> Response:
    """An answer that comes from an earlier sending has the header Idempotency-Replayed."""
    key = _key()
    if key is None:
        return json_answer(_answer(call))
    whole = orjson.dumps(call.body, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
    answer, replayed = answer_once(
        call.session, call.actor, key, hashlib.sha256(whole).hexdigest(), now=call.now, work=lambda: _answer(call)
    )
    response = json_answer(answer)
    if replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return response


def _key() -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is not None and not KEY.fullmatch(key):
        raise DomainError("bad_idempotency_key")
    return key


def _answer(call: Call) -> dict[str, Any]:
    body = call.body
    order = BulkOrder(
        action=body["action"],
        details=ActionDetails(**(body["details"] or {})),
        overrides={case_id: ActionDetails(**own) for case_id, own in (body["overrides"] or {}).items()},
        picked=None if body["ids"] is None else [Picked(**one) for one in body["ids"]],
        wanted=CaseFilter(**(body["filter"] or {})),
        expected_count=body["expected_count"] or 0,
    )
    rows = act_on_many(call.session, call.actor, order, now=call.now)
    done = sum(row.result == BulkResult.DONE for row in rows)
    language = current_language()
    return {"done": done, "refused": len(rows) - done, "items": [_shown(row, language) for row in rows]}


def _shown(row: BulkRow, language: str) -> dict[str, Any]:
    return {
        "id": row.id,
        "result": row.result,
        "code": row.refusal.code if row.refusal else None,
        "message": row.refusal.sentence(language) if row.refusal else None,
        "version": row.version,
        "status": row.status,
    }
