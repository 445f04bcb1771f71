"""JSON by orjson: fast, and strict about NaN and broken text."""

from typing import Any

import orjson
from flask import Response
from flask.json.provider import JSONProvider


class OrjsonProvider(JSONProvider):
    """Flask's JSON through orjson; dates as RFC 3339, UUIDs as text."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        """Serialise to text."""
        return orjson.dumps(obj, option=orjson.OPT_NON_STR_KEYS).decode()

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Parse; raises ValueError for what is not JSON."""
        return orjson.loads(s)


def json_answer(data: Any, mimetype: str = "application/json") -> Response:
    """An answer dumped by orjson straight from plain values: for pages of hundreds of rows, where a schema is too slow.

    The schema still stands in the API document; a test holds such answers against it.
    """
    return Response(orjson.dumps(data), mimetype=mimetype)
