"""JSON by orjson: fast, and strict about NaN and broken text."""

from typing import Any

import orjson
from flask.json.provider import JSONProvider


class OrjsonProvider(JSONProvider):
    """Flask's JSON through orjson; dates as RFC 3339, UUIDs as text."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        """Serialise to text."""
        return orjson.dumps(obj, option=orjson.OPT_NON_STR_KEYS).decode()

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Parse; raises ValueError for what is not JSON."""
        return orjson.loads(s)
