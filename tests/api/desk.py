"""What tests of the quarantine desk share: a phone's delivery and the one entry it leads to. Not here: what is asked."""

from collections.abc import Callable
from typing import Any

from tests.api.caller import Caller
from tests.phone import Phone

As = Callable[..., Caller]


def deliver(phone: Phone, *items: dict[str, Any]) -> list[dict[str, Any]]:
    answers: list[dict[str, Any]] = phone.post(list(items)).get_json()["receipts"]
    return answers


def only(caller: Caller, **query: Any) -> dict[str, Any]:
    [entry] = caller.get(**query).json["items"]
    found: dict[str, Any] = caller.get(f"/{entry['id']}").json
    return found
