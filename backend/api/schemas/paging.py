"""Query parameters and answer of every list. Not here: the lists' own filters and items."""

from marshmallow import Schema, fields

from backend.api.schemas.fields import QueryWhole, Words
from backend.persistence.queries.paging import DEFAULT_LIMIT, MAX_LIMIT


class PageQuerySchema(Schema):
    """Which part of a list; lists run from the newest to the oldest."""

    limit = QueryWhole(low=1, high=MAX_LIMIT, load_default=DEFAULT_LIMIT, metadata={"description": "Items per page"})
    cursor = Words(
        max_length=64,
        load_default=None,
        metadata={"description": "next_cursor of the page before; absent for the first page"},
    )


class PageSchema(Schema):
    """What every list answers with beside its items."""

    next_cursor = fields.String(
        required=True, allow_none=True, metadata={"description": "Ask for it to read on; null on the last page"}
    )
