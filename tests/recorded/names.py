"""Stable names for what differs from run to run: ids, tokens, cursors, receipts; and long lists cut short.

Hiding is for the recording; finding out what a name stands for this time is for playing it again (playing.py).
"""

import re
from collections import Counter
from typing import Any

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NAME = re.compile(r"<[a-z_]+-\d+>")
VERSION = "<version>"
# opaque values, known by the key they stand under
OPAQUE = {"access_token", "refresh_token", "cursor", "receipt", "hash", "kid", "x"}
CUT_SHORT = {"form", "vocabulary"}


class Names:
    """Gives every value the same name wherever it stands, in the order of appearance."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._count: Counter[str] = Counter()

    def hide(self, value: Any, key: str = "") -> Any:
        """``value`` with names in the place of what will differ next time."""
        if isinstance(value, dict):
            hidden = {name: self.hide(one, name) for name, one in value.items()}
            if "op" in hidden and "version" in hidden:
                hidden["version"] = VERSION
            return hidden
        if isinstance(value, list):
            return [self.hide(one) for one in value]
        if not isinstance(value, str):
            return value
        if key in OPAQUE:
            return self._name(value, key)
        for known, name in self._names.items():
            if not UUID.fullmatch(known):
                value = value.replace(known, name)
        return UUID.sub(lambda found: self._name(found[0], "id"), value)

    def _name(self, value: str, kind: str) -> str:
        if value not in self._names:
            self._count[kind] += 1
            self._names[value] = f"<{kind}-{self._count[kind]}>"
        return self._names[value]


def cut_short(reply: Any) -> Any:
    """A reply of /sync with the long lists of forms and vocabularies cut to their first entry; anything else as it is."""
    if not isinstance(reply, dict) or "changes" not in reply:
        return reply
    return {**reply, "changes": [_cut(change) for change in reply["changes"]]}


def _cut(change: dict[str, Any]) -> dict[str, Any]:
    if change["type"] not in CUT_SHORT or "data" not in change:
        return change
    data = {
        name: [value[0], f"… and {len(value) - 1} more"] if isinstance(value, list) and len(value) > 1 else value
        for name, value in change["data"].items()
    }
    return {**change, "data": data}
