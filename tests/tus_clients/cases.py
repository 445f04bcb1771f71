"""What a tus server is asked: each case is one exchange that is compared, after whatever leads up to it."""

import base64
import hashlib
from collections.abc import Callable

import requests

from tests.tus_clients.hand import BYTES, PATH, TUS, Hand

Case = Callable[[Hand], requests.Response]
UNKNOWN = f"{PATH}/0199f1c2-5a00-7000-8000-0000000000b1"
HALF = 1000
TOO_LARGE = str(30 * 1024 * 1024)


def checksum(content: bytes, algorithm: str = "sha1") -> str:
    """Upload-Checksum of some bytes."""
    return f"{algorithm} {base64.b64encode(hashlib.new(algorithm, content).digest()).decode()}"


def _half(hand: Hand) -> str:
    place = hand.new()
    hand.send(place, 0, hand.content[:HALF])
    return place


def _whole(hand: Hand) -> str:
    place = hand.new()
    hand.send(place, 0, hand.content)
    return place


def _given_up(hand: Hand) -> str:
    place = _half(hand)
    hand.ask("DELETE", place, TUS)
    return place


def _expired(hand: Hand) -> str:
    place = _half(hand)
    hand.expire(place)
    return place


def _broken(hand: Hand) -> requests.Response:
    place = hand.new()
    hand.break_off(place, HALF)
    return hand.until(place, HALF)


def _on_after_break(hand: Hand) -> requests.Response:
    place = hand.new()
    hand.break_off(place, HALF)
    hand.until(place, HALF)
    return hand.send(place, HALF, hand.content[HALF:])


CASES: dict[str, Case] = {
    "what the server can do": lambda hand: hand.ask("OPTIONS", PATH, {}),
    "create": lambda hand: hand.create(),
    "create with the first bytes": lambda hand: hand.create(hand.content[:HALF]),
    "create with all bytes": lambda hand: hand.create(hand.content),
    "create without Tus-Resumable": lambda hand: hand.create(Tus_Resumable=None),
    "create in another version": lambda hand: hand.create(Tus_Resumable="0.2.2"),
    "create without Upload-Length": lambda hand: hand.create(Upload_Length=None),
    "create with a length that is none": lambda hand: hand.create(Upload_Length="-5"),
    "create, length deferred": lambda hand: hand.create(Upload_Length=None, Upload_Defer_Length="1"),
    "create, too large": lambda hand: hand.create(Upload_Length=TOO_LARGE),
    "create with bytes of another type": lambda hand: hand.create(hand.content, Content_Type="image/jpeg"),
    "ask after a new one": lambda hand: hand.head(hand.new()),
    "ask after half of it": lambda hand: hand.head(_half(hand)),
    "ask after all of it": lambda hand: hand.head(_whole(hand)),
    "ask after a connection died": _broken,
    "ask after an unknown one": lambda hand: hand.head(UNKNOWN),
    "ask after one given up": lambda hand: hand.head(_given_up(hand)),
    "ask after an expired one": lambda hand: hand.head(_expired(hand)),
    "ask without Tus-Resumable": lambda hand: hand.ask("HEAD", hand.new(), {}),
    "send half": lambda hand: hand.send(hand.new(), 0, hand.content[:HALF]),
    "send the rest": lambda hand: hand.send(_half(hand), HALF, hand.content[HALF:]),
    "send the rest after a connection died": _on_after_break,
    "send nothing": lambda hand: hand.send(hand.new(), 0, b""),
    "send from a wrong offset": lambda hand: hand.send(_half(hand), HALF - 1, hand.content[HALF - 1 :]),
    "send from beyond": lambda hand: hand.send(hand.new(), HALF, hand.content[HALF:]),
    "send more than announced": lambda hand: hand.send(hand.new(), 0, hand.content + b"more"),
    "send without Upload-Offset": lambda hand: hand.send(hand.new(), 0, hand.content, Upload_Offset=None),
    "send bytes of another type": lambda hand: hand.send(hand.new(), 0, hand.content, Content_Type="image/jpeg"),
    "send without Tus-Resumable": lambda hand: hand.send(hand.new(), 0, hand.content, Tus_Resumable=None),
    "send to an unknown one": lambda hand: hand.send(UNKNOWN, 0, hand.content),
    "send to one given up": lambda hand: hand.send(_given_up(hand), 0, hand.content),
    "send to an expired one": lambda hand: hand.send(_expired(hand), HALF, hand.content[HALF:]),
    "send to a complete one": lambda hand: hand.send(_whole(hand), len(hand.content), b""),
    "send with its checksum": lambda hand: hand.send(
        hand.new(), 0, hand.content[:HALF], Upload_Checksum=checksum(hand.content[:HALF])
    ),
    "send with a wrong checksum": lambda hand: hand.send(
        hand.new(), 0, hand.content[:HALF], Upload_Checksum=checksum(b"other")
    ),
    "send with a checksum nobody knows": lambda hand: hand.send(
        hand.new(), 0, hand.content[:HALF], Upload_Checksum="crc9 AAAA"
    ),
    "give up": lambda hand: hand.ask("DELETE", _half(hand), TUS),
    "give up a complete one": lambda hand: hand.ask("DELETE", _whole(hand), TUS),
    "give up an unknown one": lambda hand: hand.ask("DELETE", UNKNOWN, TUS),
    "give up without Tus-Resumable": lambda hand: hand.ask("DELETE", hand.new(), {}),
    "PATCH spelled as POST": lambda hand: hand.ask(
        "POST", hand.new(), {**TUS, **BYTES, "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}, hand.content
    ),
}  # fmt: skip
