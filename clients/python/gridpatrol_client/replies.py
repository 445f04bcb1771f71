"""Reading the reply of POST /sync. What has not its shape is not the server's word, and nothing of it is taken."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gridpatrol_client.errors import UnreachableError
from gridpatrol_client.outbox import Answer
from gridpatrol_client.stamps import sortable


@dataclass(frozen=True, slots=True)
class Change:
    """A ``put`` or ``revoke`` of one object."""

    op: str
    type: str
    id: str
    version: int
    data: Any


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply. ``state`` is number and hash of what must now be held, or None."""

    epoch: str
    server_time: str
    reoffer_since: str | None
    answers: Sequence[Answer]
    changes: Sequence[Change]
    cursor: str
    more: bool
    state: tuple[int, str] | None
    snapshot: bool


def read_reply(data: dict[str, Any]) -> Reply:
    """The reply, checked as far as this client relies on it; unknown fields are passed over."""
    try:
        state = data["state"]
        reoffer = data["reoffer_since"]
        return Reply(
            epoch=_text(data["epoch"]),
            server_time=sortable(data["server_time"]),
            reoffer_since=None if reoffer is None else sortable(reoffer),
            answers=[_answer(entry) for entry in data["receipts"]],
            changes=[_change(entry) for entry in data["changes"]],
            cursor=_text(data["cursor"]),
            more=data["more"] is True,
            state=None if state is None else (int(state["count"]), _text(state["hash"])),
            snapshot=data.get("snapshot") is True,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreachableError("not_the_server", f"a reply of another shape: {error!r}") from error


def _answer(entry: dict[str, Any]) -> Answer:
    return Answer(
        id=str(entry["id"]),  # null for what had no id; such a thing is not in the outbox
        result=_text(entry["result"]),
        code=entry["code"],
        detail=entry["detail"],
        flags=tuple(map(str, entry["flags"])),
        retry=entry.get("retry") is True,
        receipt=entry["receipt"],
    )


def _change(entry: dict[str, Any]) -> Change:
    if entry["op"] == "revoke":
        return Change("revoke", _text(entry["type"]), _text(entry["id"]), 0, None)
    if entry["op"] != "put":
        raise ValueError(entry["op"])
    return Change("put", _text(entry["type"]), _text(entry["id"]), int(entry["version"]), entry["data"])


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a text was expected")
    return value
