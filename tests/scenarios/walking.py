"""Walks through a page of api_docs whose blocks are calls: each is made as written, and answered as written.

    ```http
    POST /referrals/{referral}/actions/accept as health
    {"note": "已签收"}
    200 {"status": "accepted", "id": "<referral>"}
    ```

``{name}`` is filled in; ``"<name>"`` in an answer takes its value; what an answer holds beside the written is no matter.
A block ``phone`` is a report of the worker, a block ``clock`` moves the time.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

BLOCK = re.compile(r"^```(http|phone|clock)\n(.*?)^```", re.MULTILINE | re.DOTALL)
REQUEST = re.compile(r"(GET|POST|PUT|DELETE) (\S+) as (\w+)\n(.*?)^(\d{3})(.*)\Z", re.MULTILINE | re.DOTALL)
CAPTURE = re.compile(r"<(\w+)>")
NAME = re.compile(r"\{([a-z_]+)\}")


@dataclass
class Walk:
    """What the blocks of a page have named so far, and who makes their calls."""

    ask: Callable[[str, str, str, dict[str, Any] | None, int], Any]
    report: Callable[[str, dict[str, Any]], str]
    move_clock: Callable[[str], None]
    names: dict[str, Any] = field(default_factory=dict)
    steps: int = 0

    def through(self, page: str) -> None:
        """Do every block of ``page``, in order; fails where an answer is not as written."""
        for kind, content in blocks(page):
            getattr(self, f"_{kind}")(content)
            self.steps += 1

    def _clock(self, content: str) -> None:
        self.move_clock(content.strip())

    def _phone(self, content: str) -> None:
        head, _, body = content.partition("\n")
        moment, name = head.split()
        self.names[CAPTURE.fullmatch(name)[1]] = self.report(moment, json.loads(self._filled(body)))  # type: ignore[index]  # fails where the page is wrong

    def _http(self, content: str) -> None:
        match = REQUEST.match(content)
        assert match, f"not a call:\n{content}"
        method, path, who, body, status, expected = match.groups()
        sent = json.loads(self._filled(body)) if body.strip() else ({} if method == "POST" else None)
        answer = self.ask(who, method, self._filled(path), sent, int(status))
        if expected.strip():
            self._compare(answer, json.loads(self._filled(expected)), path)

    def _filled(self, text: str) -> str:
        return NAME.sub(lambda match: str(self.names[match[1]]), text)

    def _compare(self, answer: Any, expected: Any, where: str) -> None:
        if isinstance(expected, str) and (capture := CAPTURE.fullmatch(expected)):
            assert answer is not None, where
            self.names[capture[1]] = answer
        elif isinstance(expected, dict):
            assert isinstance(answer, dict), f"{where}: {answer!r}"
            for key, value in expected.items():
                assert key in answer, f"{where}: no {key} in {sorted(answer)}"
                self._compare(answer[key], value, f"{where} {key}")
        elif isinstance(expected, list):
            assert isinstance(answer, list) and len(answer) == len(expected), f"{where}: {answer!r}"
            for got, wanted in zip(answer, expected, strict=True):
                self._compare(got, wanted, where)
        else:
            assert answer == expected, f"{where}: {answer!r} is not {expected!r}"


def blocks(page: str) -> Iterator[tuple[str, str]]:
    """The (kind, content) of every block that is to be done."""
    for match in BLOCK.finditer(page):
        yield match[1], match[2]
