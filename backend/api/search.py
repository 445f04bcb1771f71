"""/search: one box for everything. Not here: where it is looked (persistence/queries/everywhere)."""

from typing import Any

from flask_smorest import Blueprint

from backend.api.endpoint import Call, endpoint
from backend.api.language import current_language
from backend.api.schemas.search import SearchAnswerSchema, SearchQuerySchema
from backend.domain.labels import label_of
from backend.domain.searching import Question, judge, question_of
from backend.domain.vocabulary import SearchKind
from backend.persistence.queries.everywhere import Found, look_everywhere

blueprint = Blueprint("search", __name__, url_prefix="/api/v1", description="One box for everything (搜索)")


@endpoint(
    blueprint,
    "/search",
    permission="search.use",
    summary="Tasks, cases, sites, grids, reports and people that answer to what was typed",
    query=SearchQuerySchema,
    answer=SearchAnswerSchema,
    example=SearchAnswerSchema.EXAMPLE,
)
def search(call: Call) -> dict[str, Any]:
    """Only what you may see. A whole field comes before its beginning, that before a part; full width counts as half width,
    capitals as small letters, and spaces not at all."""
    question = question_of(call.query["q"])
    found = look_everywhere(call.session, call.actor, question, call.now)
    groups = [_group(kind, rows, question, call.query["limit"]) for kind, rows in found.items()]
    language = current_language()
    return {
        "groups": [group for _, group in sorted(groups, key=lambda pair: pair[0])],
        "hints": [{"code": hint, "message": getattr(label_of(hint), language)} for hint in question.hints],
    }


def _group(kind: SearchKind, rows: list[Found], question: Question, limit: int) -> tuple[int, dict[str, Any]]:
    """A group with the rank of its best row; among equals the order of the database stays."""
    judged = sorted(((judge(question, row.fields), row) for row in rows), key=lambda pair: pair[0][0])
    items = [
        {
            "kind": kind,
            "id": row.id,
            "title": row.title,
            "subtitle": row.subtitle,
            "status": row.status,
            "matched": [{"field": m.field, "text": m.text, "positions": m.positions} for m in matches],
        }
        for (_, matches), row in judged[:limit]
    ]
    return judged[0][0][0], {"kind": kind, "total_at_most": len(rows), "items": items}
