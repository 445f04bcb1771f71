"""Our uploads against the reference server of tus: what differs is what the decision record lists, no more and no less."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests import photos
from tests.documents import read
from tests.tus_clients.cases import CASES
from tests.tus_clients.conftest import Server
from tests.tus_clients.relay import Answer, answer_of
from tests.tus_clients.scripts import JS_SCRIPTS, PY_SCRIPTS, run_tus_js, run_tuspy

RECORD = "api_docs/decisions/0010-tus-compared.md"
NOTHING = "—"


class Difference(NamedTuple):
    """One row of the record, without its reason."""

    asked: str
    what: str
    ours: str
    reference: str


def listed() -> dict[Difference, str]:
    """The differences of the record, each with its reason."""
    lines = [line for line in read(RECORD).splitlines() if line.startswith("| ")][1:]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {Difference(*row[:4]): row[4] for row in rows}


def differences(asked: str, ours: Answer, reference: Answer) -> Iterable[Difference]:
    for what in sorted(ours.facts.keys() | reference.facts.keys()):
        pair = (ours.facts.get(what, NOTHING), reference.facts.get(what, NOTHING))
        if pair[0] != pair[1]:
            yield Difference(asked, what, *pair)


def answer(server: Server, number: int, name: str) -> Answer:
    hand = server.hand(number)
    told = CASES[name](hand)
    return answer_of(str(told.request.method), told.status_code, told.headers, len(hand.content))


def test_every_difference_has_its_reason(ours: Server, reference: Server) -> None:
    found = [
        difference
        for number, name in enumerate(CASES)
        for difference in differences(name, answer(ours, number, name), answer(reference, number, name))
    ]
    told = listed()
    assert [one for one in found if one not in told] == [], "a new difference"
    assert [one for one in told if one not in found] == [], "no longer true"
    assert [one for one, why in told.items() if not why] == []


def test_what_both_must_do_they_do(ours: Server, reference: Server) -> None:
    """Equal answers prove little if both are wrong: those of tus 1.0.0, by name."""
    wanted = {
        "create": 201, "create with all bytes": 201, "create without Tus-Resumable": 412, "create, too large": 413,
        "ask after half of it": 200, "ask after an unknown one": 404, "ask after an expired one": 410, "send half": 204,
        "send the rest after a connection died": 204, "send from a wrong offset": 409, "send to one given up": 404,
        "give up": 204, "send without Tus-Resumable": 412,
    }  # fmt: skip
    for number, (name, status) in enumerate(wanted.items(), len(CASES)):
        for server in (ours, reference):
            assert answer(server, number, name).status == status, (name, server.is_ours)


def check(client: str, script: str, ours: list[Answer], reference: list[Answer]) -> None:
    """Real clients meet nothing that was not met by hand."""
    known = {difference[1:] for difference in listed()}
    assert [one.method for one in ours] == [one.method for one in reference]
    for number, pair in enumerate(zip(ours, reference, strict=True)):
        new = [one for one in differences(f"{client}, {script}, {number}", *pair) if one[1:] not in known]
        assert new == []


@pytest.mark.parametrize("script", list(PY_SCRIPTS))
def test_tuspy_meets_the_same(ours: Server, reference: Server, script: str) -> None:
    here, there = run_tuspy(ours, script), run_tuspy(reference, script)
    check("tuspy", script, here, there)
    assert here[-1].facts["Upload-Offset"] == "all"


@pytest.mark.parametrize("script", JS_SCRIPTS)
def test_tus_js_client_meets_the_same(ours: Server, reference: Server, tmp_path: Path, script: str) -> None:
    here, there = run_tus_js(ours, script, tmp_path), run_tus_js(reference, script, tmp_path)
    check("tus-js-client", script, here, there)
    if script == "give up":
        assert (here[-1].method, here[-1].status) == ("DELETE", 204)
    else:
        assert here[-1].facts["Upload-Offset"] == "all"


def test_a_new_difference_would_be_noticed() -> None:
    whole = len(photos.jpeg(1))
    ours = answer_of("HEAD", 200, {"Upload-Offset": str(whole), "Cache-Control": "no-store"}, whole)
    theirs = answer_of("HEAD", 404, {"Upload-Offset": "3"}, whole)
    assert list(differences("x", ours, theirs)) == [
        ("x", "Cache-Control", "no-store", NOTHING), ("x", "Upload-Offset", "all", "3"), ("x", "status", "200", "404"),
    ]  # fmt: skip
