"""From what a person types to what is meant: tasks and items by the beginning of their id, values by their text."""

from collections.abc import Iterable
from typing import Any

from gridpatrol_client.cli.words import Words
from gridpatrol_client.drafts import Position
from gridpatrol_client.outbox import Item
from gridpatrol_client.phone import Phone
from gridpatrol_client.stamps import now


class BadInputError(Exception):
    """Something that was typed cannot be understood; the text says what."""


def find_task(phone: Phone, text: str, words: Words) -> str:
    """The id of a task held here, by id, code, or the beginning of one."""
    tasks = phone.objects.of("task")
    exact = [task_id for task_id, task in tasks.items() if text in (task_id, task.get("code"))]
    near = [
        task_id
        for task_id, task in tasks.items()
        if task_id.startswith(text) or str(task.get("code", "")).startswith(text)
    ]
    return _only(exact or near, text, words("no_such_task", id=text), words)


def find_item(phone: Phone, text: str, words: Words) -> Item:
    """An item by its id or the beginning of it."""
    items = {item.id: item for item in phone.outbox.having("unsent", "delivered", "stuck")}
    found = _only([key for key in items if key.startswith(text)], text, words("no_such_item", id=text), words)
    return items[found]


def read_position(text: str | None, datum: str, source: str, words: Words) -> Position | None:
    """``lon,lat[,metres]``."""
    if text is None:
        return None
    try:
        lon, lat, *rest = [float(part) for part in text.split(",")]
    except ValueError:
        raise BadInputError(words("bad_value", value=text)) from None
    if len(rest) > 1:
        raise BadInputError(words("bad_value", value=text))
    return Position(lon, lat, rest[0] if rest else None, datum, now(), source)


def read_pairs(texts: Iterable[str], words: Words) -> dict[str, str]:
    """``NAME=VALUE`` each."""
    pairs = [text.partition("=") for text in texts]
    wrong = [name + sign + value for name, sign, value in pairs if not (name and sign and value)]
    if wrong:
        raise BadInputError(words("bad_value", value=wrong[0]))
    return {name: value for name, _, value in pairs}


def read_answer(text: str) -> Any:
    """yes, no, a number, or words."""
    if text in ("yes", "no"):
        return text == "yes"
    try:
        return int(text) if text.lstrip("-").isdecimal() else float(text)
    except ValueError:
        return text


def _only(found: list[str], text: str, nothing: str, words: Words) -> str:
    if not found:
        raise BadInputError(nothing)
    if len(found) > 1:
        raise BadInputError(words("ambiguous", id=text))
    return found[0]
