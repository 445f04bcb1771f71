"""Reference over HTTP: divisions, departments, forms, words, life cycles, keys."""

import pytest
from joserfc import jws
from joserfc.jwk import KeySet

from backend.domain.workflow import workflow_document
from tests.factories import make_user, token_for


@pytest.fixture
def ask(app, session, client):
    headers = {"Authorization": f"Bearer {token_for(app, session, make_user(session))}"}
    session.commit()
    return lambda path: client.get(f"/api/v1{path}", headers=headers)


def test_streets_have_the_codes_of_the_day(ask):
    today = {d["code"] for d in ask("/divisions?level=street").json["items"]}
    before = {d["code"]: d for d in ask("/divisions?level=street&on=2014-10-31").json["items"]}
    assert len(today) == 10
    assert "310107021" in today
    assert "310107101" not in today
    assert before["310107101"]["successor"] == "310107021"
    assert "310107021" not in before
    assert [d["code"] for d in ask("/divisions?level=district").json["items"]] == ["310107"]


def test_departments_hold_the_functions_of_the_day(ask):
    def holders(day):
        items = ask(f"/departments{day}").json["items"]
        return {d["code"] for d in items for f in d["functions"] if f["code"] == "drinking_water_supervision"}

    assert holders("") == {"putuo.cdc"}
    assert holders("?on=2024-12-24") == {"putuo.health"}


def test_forms_words_and_life_cycles(ask):
    forms = ask("/forms").json["items"]
    assert [(f["code"], len(f["items"])) for f in forms] == [("A", 13), ("B", 13), ("C", 18)]
    assert ask("/forms?on=2000-01-01").json["items"] == []
    words = ask("/vocabulary").json
    assert "emergency_numbers" in {entry["name"] for entry in words["items"]}
    assert {"code": "grid_worker", "zh": "网格员", "en": "Grid worker"} in words["labels"]["Role"]
    assert ask("/workflow").json == workflow_document()


@pytest.mark.parametrize(
    "path", ["/divisions?on=2026-02-30", "/divisions?level=planet", "/departments?on=x", "/forms?nope=1"]
)
def test_questions_that_are_none(ask, path):
    assert ask(path).json["code"] == "invalid_input"


def test_only_for_who_is_signed_in(client):
    for path in ("divisions", "departments", "forms", "vocabulary", "workflow"):
        assert client.get(f"/api/v1/{path}").json["code"] == "unauthenticated"


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")  # the contract names it so (RFC 8037); RFC 9864 renames it
def test_anybody_can_verify_a_receipt(app, client):
    receipt = app.extensions["gridpatrol"].gateways.keys.sign({"id": "x"})
    published = client.get("/.well-known/jwks.json")
    assert published.status_code == 200
    assert all("d" not in key for key in published.json["keys"])
    found = jws.deserialize_compact(receipt, KeySet.import_key_set(published.json), algorithms=["EdDSA"])
    assert found.payload == b'{"id":"x"}'
