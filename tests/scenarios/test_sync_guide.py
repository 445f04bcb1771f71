"""The sync guide tells the truth: its examples go through the code that serves the calls, its lists are complete."""

import dataclasses
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml
from cryptography.exceptions import InvalidSignature

from backend.api.schemas.media import MissingQuerySchema
from backend.api.schemas.session import RefreshSchema, SignInSchema
from backend.api.schemas.sync import ReceiptSchema, SyncReplySchema
from backend.domain.envelope import COUNT_LIMIT, ITEMS_LIMIT, read_envelope
from backend.domain.errors import CATALOGUE
from backend.domain.images import photo_rules
from backend.domain.payloads import PARSERS, parse_payload
from backend.domain.reports import parsing
from backend.domain.shapes import MESSAGES, TEXT_LIMIT, parse_time
from backend.domain.shapes import uuid as read_uuid
from backend.domain.sync import canonical_json, content_hash
from backend.domain.vocabulary import Flag, GridRole, ItemKind, ItemResult, ObjectType
from tests.documents import blocks, read
from tests.phone import item, report_payload, state_of
from tests.scenarios.conftest import Field

GUIDE = "api_docs/sync.md"
Example = Any


def examples() -> list[Example]:
    return [json.loads(block) for block in blocks(GUIDE, "json")]


def having(*names: str) -> list[Example]:
    return [e for e in examples() if isinstance(e, dict) and all(name in e for name in names)]


def items() -> list[Example]:
    return having("id", "kind", "payload") + [entry for request in having("items") for entry in request["items"]]


def python_of(name: str) -> dict[str, Any]:
    """The names that the Python example defining ``name`` makes."""
    [source] = [block for block in blocks(GUIDE, "python") if f"def {name}(" in block]
    made: dict[str, Any] = {}
    exec(compile(source, GUIDE, "exec"), made)
    return made


def test_every_kind_of_item_has_an_example_that_is_understood() -> None:
    shown = items()
    for example in shown:
        read_uuid(example, "id", "")
        parse_time(example["recorded_at"], "", "recorded_at")
        parse_payload(example["kind"], example["payload"])
    assert {example["kind"] for example in shown} == {str(kind) for kind in ItemKind}


def test_an_example_names_every_field_of_its_payload() -> None:
    """A field the guide forgets is a field nobody sends."""
    for example in items():
        payload = parse_payload(example["kind"], example["payload"])
        names = {field.name for field in dataclasses.fields(payload)}
        if example["kind"].startswith("task.") and example["kind"] != ItemKind.TASK_DECLINE:
            names.discard("reason")
        assert names == set(example["payload"]), example["kind"]


def test_unknown_or_wrong_values_would_be_noticed() -> None:
    """The check above can fail: what the examples say is really read."""
    [report] = [example for example in items() if example["kind"] == ItemKind.REPORT_SUBMIT]
    with pytest.raises(Exception, match="category"):
        parse_payload(report["kind"], {**report["payload"], "category": "witchcraft"})


def test_the_request_and_the_reply_have_their_shape() -> None:
    [request] = having("protocol", "items")
    envelope = read_envelope(request)
    assert envelope.outbox_items == len(envelope.items) == 1
    [reply] = having("protocol", "receipts")
    assert not SyncReplySchema().validate(reply)
    assert not ReceiptSchema().validate(reply["receipts"][0])
    assert set(reply) | {"snapshot"} == set(SyncReplySchema().fields)


def test_bodies_shown_with_curl_are_taken() -> None:
    bodies = [
        json.loads(body) for block in blocks(GUIDE, "bash") for body in re.findall(r"-d '(\{.*?\})'", block, re.S)
    ]
    schemas = [SignInSchema(), RefreshSchema(), MissingQuerySchema()]
    assert len(bodies) == len(schemas)
    for body, schema in zip(bodies, schemas, strict=True):
        assert schema.load(body)


def test_the_example_of_content_identity() -> None:
    example = having("id", "kind", "payload")[0]
    content = {name: example[name] for name in ("kind", "recorded_at", "payload")}
    canonical, digest = (text.strip() for text in blocks(GUIDE, "text")[:2])
    assert canonical_json(content).decode() == canonical
    assert content_hash(**content) == digest
    [receipt] = having("content_sha256")
    assert receipt["content_sha256"] == digest


def test_the_example_of_the_state_hash() -> None:
    [objects] = [example for example in examples() if isinstance(example, list)]
    [state] = having("count", "hash")
    assert state_of((kind, key, version) for kind, key, version in objects) == state
    assert python_of("state_of")["state_of"](objects) == state
    assert sorted(blocks(GUIDE, "text")[2].splitlines()) == sorted(f"{k}:{i}:{v}" for k, i, v in objects)


def test_a_phone_written_by_the_guide_agrees_with_the_server(field: Field) -> None:
    field.phone.sync()
    field.phone.sync(verify=True)
    held = [(kind, key, version) for (kind, key), version in field.phone.versions.items()]
    assert python_of("state_of")["state_of"](held) == field.phone.replies[-1]["state"]


def test_a_receipt_verifies_as_the_guide_says(field: Field) -> None:
    sent = item("report.submit", report_payload())
    [answer] = field.phone.sync([sent])
    jwks = field.client.get("/.well-known/jwks.json").get_json()
    verify: Callable[[str, Any], Any] = python_of("verify")["verify"]
    said = verify(answer["receipt"], jwks)
    [shown] = having("content_sha256")
    assert set(said) == set(shown)
    assert said["content_sha256"] == content_hash(sent["kind"], sent["recorded_at"], sent["payload"])
    head, body, signature = answer["receipt"].split(".")
    with pytest.raises(InvalidSignature):
        verify(f"{head}.{body[:-4]}AAAA.{signature}", jwks)


@pytest.mark.parametrize("words", [Flag, ItemResult, ObjectType, ItemKind, MESSAGES, dict(PARSERS)])
def test_no_word_of_the_contract_is_left_out(words: Any) -> None:
    text = read(GUIDE)
    assert [str(word) for word in words if f"`{word}`" not in text] == []


def test_least_fields_of_objects_are_those_really_sent(field: Field) -> None:
    proposed = next(example["payload"] for example in items() if example["kind"] == ItemKind.SITE_PROPOSE)
    proposed = {**proposed, "position": report_payload()["position"]}
    report = report_payload(task_id=str(field.task.id))
    field.phone.sync([item("site.propose", proposed), item("report.submit", report), item("report.vanish", {})])
    [table] = re.findall(r"^\| `type` .*?\n\n", read(GUIDE), re.M | re.S)
    told = {
        cells[1].strip(" `"): cells[3] for cells in (line.split("|") for line in table.splitlines()[2:]) if cells[1:]
    }
    assert set(told) == {str(kind) for kind in ObjectType}
    for kind, text in told.items():
        data = next(iter(field.phone.of(kind).values()))
        inner = (entry for entries in data.values() if isinstance(entries, list) for entry in entries)
        sent = set(data).union(*(entry for entry in inner if isinstance(entry, dict)))
        least = set(re.findall(r"`(\w+)`", text.split("Among them")[0])) - set(GridRole)
        assert least <= sent, kind


def test_limits_are_those_of_the_code() -> None:
    text = read(GUIDE)
    assert f"at most {ITEMS_LIMIT}" in text and f"0…{COUNT_LIMIT:,}" in text
    assert f"at most {TEXT_LIMIT:,} characters" in text
    assert f"At most {photo_rules().max_bytes // 2**20} MiB" in text
    assert f"kept for {photo_rules().upload_life_seconds // 86400} days" in text
    wanted = {
        "site": parsing.USCC_LIMIT, "form": parsing.CODE_LIMIT, "answers": parsing.ANSWERS_LIMIT,
        "findings": parsing.FINDINGS_LIMIT, "attributes": parsing.ATTRIBUTES_LIMIT, "photos": parsing.PHOTOS_LIMIT,
    }  # fmt: skip
    for name, limit in wanted.items():
        [line] = [line for line in text.splitlines() if line.startswith(f"| `{name}` |") and "≤" in line]
        assert f"≤ {limit}" in line, name


def test_addresses_called_exist() -> None:
    document = yaml.safe_load(read("api_docs/openapi.yaml"))
    known = [re.compile(re.sub(r"\{\w+\}", "[^/]+", path)) for path in document["paths"]]
    called = {path for block in blocks(GUIDE, "bash") for path in re.findall(r"\$BASE(/[^\s\"]+)", block)}
    assert len(called) > 8
    assert [path for path in called if not any(pattern.fullmatch(path) for pattern in known)] == []


def test_codes_of_refusals_exist() -> None:
    """Every code behind a status is in the catalogue."""
    assert set(_codes()) - set(CATALOGUE) == set()


def _codes() -> Iterator[str]:
    for line in read(GUIDE).splitlines():
        first = line.split("|")[1] if line.startswith("|") else ""
        if re.match(r" (broken|4\d\d|503)", first):
            yield from re.findall(r"`(\w+)`", first)
