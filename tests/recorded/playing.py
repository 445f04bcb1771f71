"""Plays a recording against a fresh server: the same calls, with what its names stand for this time, and the replies compared."""

import json
import re
import uuid
from typing import Any

import requests

from backend.gateways.clock import FixedClock
from tests.documents import CHECKOUT
from tests.recorded.names import NAME, VERSION
from tests.recorded.tape import Exchange, body_bytes, shown_reply, write_pairs

RECORDING = CHECKOUT / "api_docs/recorded-session.json"


def read_recording() -> list[Exchange]:
    """The exchanges, in their order."""
    exchanges: list[Exchange] = json.loads(RECORDING.read_text("utf-8"))["exchanges"]
    return exchanges


class Player:
    """What the names stand for, as far as it is known yet."""

    def __init__(self, url: str, clock: FixedClock) -> None:
        self.url, self.clock = url, clock
        self.known: dict[str, str] = {}
        self.connection = requests.Session()
        self.connection.headers.clear()

    def play(self, exchange: Exchange) -> list[str]:
        """One call; where its reply differs from the recorded one."""
        self.clock.at = self.clock.at.fromisoformat(exchange["server_clock"])
        request = self.filled(exchange["request"])
        headers = dict(request["headers"])
        body = body_bytes(request["body"], headers)
        if "Upload-Metadata" in headers:
            headers["Upload-Metadata"] = write_pairs(headers["Upload-Metadata"])
        answer = self.connection.request(
            request["method"], self.url + request["path"], data=body, headers=headers, timeout=30
        )
        told = shown_reply(answer.status_code, dict(answer.headers), answer.content)
        return self.differences(exchange["reply"], told, "reply")

    def filled(self, value: Any) -> Any:
        """``value`` with every name replaced; an id seen here first is one that the phone makes."""
        if isinstance(value, dict):
            return {key: self.filled(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self.filled(one) for one in value]
        return NAME.sub(lambda name: self._value(name[0]), value) if isinstance(value, str) else value

    def _value(self, name: str) -> str:
        if name not in self.known:
            assert name.startswith("<id-"), f"{name} comes from the server, which has not said it yet"
            self.known[name] = str(uuid.uuid4())
        return self.known[name]

    def differences(self, recorded: Any, told: Any, where: str) -> list[str]:
        """Where two replies differ; names met for the first time are learnt."""
        if isinstance(recorded, dict) and isinstance(told, dict):
            lost = [f"{where}.{key} is gone" for key in recorded.keys() - told.keys()]
            new = [f"{where}.{key} is new" for key in told.keys() - recorded.keys()]
            both = [key for key in recorded if key in told]
            inside = [found for key in both for found in self.differences(recorded[key], told[key], f"{where}.{key}")]
            return lost + new + inside
        if isinstance(recorded, list) and isinstance(told, list) and len(recorded) == len(told):
            pairs = enumerate(zip(recorded, told, strict=True))
            return [found for number, pair in pairs for found in self.differences(*pair, f"{where}[{number}]")]
        same = self._fits(recorded, told) if isinstance(recorded, str) else recorded == told
        return [] if same else [f"{where}: {recorded!r} was recorded, {told!r} is told"]

    def _fits(self, recorded: str, told: Any) -> bool:
        if recorded == VERSION:
            return isinstance(told, int)
        if not isinstance(told, str):
            return False
        names: list[str] = NAME.findall(recorded)
        pattern = "([^/ ]+)".join(map(re.escape, NAME.split(recorded)))
        found = re.fullmatch(pattern, told)
        return found is not None and all(
            self.known.setdefault(name, value) == value for name, value in zip(names, found.groups(), strict=True)
        )
