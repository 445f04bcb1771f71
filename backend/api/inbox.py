"""/inbox: what the signed-in person is told. Not here: whom a status concerns (domain/notices)."""

from typing import Any

from flask_smorest import Blueprint
from sqlalchemy import Row

from backend.api.endpoint import Call, endpoint
from backend.api.schemas.inbox import (
    EXAMPLE,
    InboxCountSchema,
    InboxPageSchema,
    InboxQuerySchema,
    InboxReadSchema,
)
from backend.domain.labels import enum_labels
from backend.domain.notices import title
from backend.domain.vocabulary import Category
from backend.persistence.queries.inbox import NoticeFilter, count_unread, list_notices
from backend.services.outbox import mark_read

blueprint = Blueprint("inbox", __name__, url_prefix="/api/v1", description="Notices: whose turn it is (收件箱)")


@endpoint(
    blueprint,
    "/inbox",
    permission="inbox.own",
    summary="Your notices, newest first",
    query=InboxQuerySchema,
    answer=InboxPageSchema,
    problems=("bad_cursor",),
    example={"items": [EXAMPLE], "next_cursor": None},
)
def list_all(call: Call) -> dict[str, Any]:
    """What is addressed to your departments, streets and roles since you hold them. Nobody is told of his own acts."""
    query = call.query
    wanted = NoticeFilter(query["unread"], tuple(query["kind"] or ()), query["emergency"])
    found = list_notices(call.session, call.actor, wanted, limit=query["limit"], cursor=query["cursor"], now=call.now)
    return {"items": [shown(row) for row in found.items], "next_cursor": found.next_cursor}


@endpoint(
    blueprint,
    "/inbox/count",
    permission="inbox.own",
    summary="How many notices you have not read",
    answer=InboxCountSchema,
    example={"unread": 3, "emergencies": 1, "more": False},
)
def count(call: Call) -> dict[str, Any]:
    """Cheap enough to be asked every minute."""
    return _counted(call)


@endpoint(
    blueprint,
    "/inbox/read",
    method="POST",
    permission="inbox.own",
    summary="Mark notices as read, for yourself",
    body=InboxReadSchema,
    answer=InboxCountSchema,
    problems=("not_found",),
    example={"unread": 2, "emergencies": 0, "more": False},
)
def read(call: Call) -> dict[str, Any]:
    """Answers with what is left. Colleagues with the same role keep them unread; repeating it changes nothing."""
    mark_read(call.session, call.actor, ids=call.body["ids"], up_to=call.body["up_to"], now=call.now)
    return _counted(call)


def shown(row: Row[*tuple[Any, ...]]) -> dict[str, Any]:
    """A notice in the shape of NoticeSchema."""
    notice = row.Notice
    category = enum_labels(Category).get(notice.data.get("category", ""))
    zh = {**notice.data, "street": row.street_name, "function": row.function_name}
    en = {**notice.data, "street": row.street_name_en or row.street_name, "function": row.function_name_en}
    zh["category"], en["category"] = (category.zh, category.en) if category else (None, None)
    return {
        "id": notice.id,
        "kind": notice.kind,
        "title": title(notice.kind, "zh", zh, is_emergency=notice.is_emergency),
        "title_en": title(notice.kind, "en", en, is_emergency=notice.is_emergency),
        "emergency": notice.is_emergency,
        "unread": row.is_unread,
        "created_at": notice.created_at,
        "referral_id": notice.referral_id,
        "report_id": notice.report_id,
        "status": row.status_now,
        "current": notice.data.get("version") in (None, row.version_now),
        "data": notice.data,
    }


def _counted(call: Call) -> dict[str, Any]:
    found = count_unread(call.session, call.actor, call.now)
    return {"unread": found.unread, "emergencies": found.emergencies, "more": found.is_more}
