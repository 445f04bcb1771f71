"""The API document: valid, never stale, complete, with examples that keep to their own schemas; and its pages."""

import re
from collections import Counter

import orjson
import pytest
import yaml
from click.testing import CliRunner
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import OpenAPIV31SpecValidator

from backend.cli.docs import OPENAPI_FILE, openapi_text
from backend.cli.main import main
from backend.domain.errors import CATALOGUE
from backend.settings import CHECKOUT

STALE = "run `make docs` (gridpatrol docs write)"
# Bodies made of a photo's or an archive's bytes: nothing readable could be shown.
BYTES_ONLY = {"uploads_create_upload", "uploads_send_bytes"}


@pytest.fixture(scope="module")
def text():
    return openapi_text()


@pytest.fixture(scope="module")
def document(text):
    return yaml.safe_load(text)


@pytest.fixture(scope="module")
def operations(document):
    return {
        f"{method.upper()} {path}": operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method != "parameters"
    }


def resolved(document, node):
    while "$ref" in node:
        target = document
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        node = target
    return node


def faults(document, schema, example):
    whole = {**schema, "components": document["components"]}
    checker = FormatChecker(formats=["uuid", "date", "date-time"])
    return [error.message for error in Draft202012Validator(whole, format_checker=checker).iter_errors(example)]


def test_the_file_is_not_stale(text):
    assert OPENAPI_FILE.read_text(encoding="utf-8") == text, STALE


def test_the_document_is_valid_openapi(document):
    assert document["openapi"] == "3.1.0"
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_the_document_is_the_same_wherever_it_is_made(text):
    assert openapi_text() == text
    assert "servers" not in yaml.safe_load(text)
    assert not re.search(
        r"127\.0\.0\.1|localhost|/tmp/|https?://(?!tus\.io|receiver\.example\.org|www\.opengis\.net)", text
    )
    assert str(CHECKOUT) not in text


def test_every_operation_says_what_it_is(operations):
    assert len(operations) > 60
    for name, operation in operations.items():
        assert operation["summary"], name
        assert operation["tags"], name
        assert operation["operationId"], name
        by_cookie = {"cookie": []} if name.startswith(("GET ", "HEAD ")) else {"cookie": [], "csrf": []}
        wanted = [{"bearer": []}] if operation["operationId"] == "sync_sync" else [{"bearer": []}, by_cookie]
        assert operation["security"] in ([], wanted), name
        assert any(status < "400" for status in operation["responses"]), name
    ids = Counter(operation["operationId"] for operation in operations.values())
    assert [name for name, count in ids.items() if count > 1] == []


def test_every_refusal_is_shown_by_its_code(document, operations):
    for name, operation in operations.items():
        refusals = {status: answer for status, answer in operation["responses"].items() if status >= "400"}
        assert refusals.keys() >= {"400", "405", "429", "500", "503"}, name
        if operation["security"]:
            assert refusals.keys() >= {"401", "403"}, name
        if "requestBody" in operation:
            assert "413" in refusals, name
            # sync's contract has a list of its own: each item has a receipt, and what is no JSON is a 400
            assert refusals.keys() >= {"415", "422"} or operation["operationId"] == "sync_sync", name
        for status, reference in refusals.items():
            content = resolved(document, reference)["content"]["application/problem+json"]
            assert content["examples"], (name, status)
            for code, example in content["examples"].items():
                value = resolved(document, example)["value"]
                assert (value["code"], str(value["status"])) == (code, status)
                assert faults(document, content["schema"], value) == []
                assert "{" not in value["detail"] + value["title"]


def test_every_body_and_answer_has_an_example_that_keeps_to_its_schema(document, operations):
    lacking, wrong = [], {}
    for name, operation in operations.items():
        body = operation.get("requestBody", {}).get("content", {})
        if body and operation["operationId"] not in BYTES_ONLY and not any("example" in c for c in body.values()):
            lacking.append(f"{name} request")
        answers = {
            f"{name} {status} {kind}": content
            for status, answer in operation["responses"].items()
            if status < "300"
            for kind, content in answer.get("content", {}).items()
            if kind.endswith("json")
        }
        lacking += [where for where, content in answers.items() if "example" not in content]
        shown = {f"{name} request {kind}": content for kind, content in body.items()} | answers
        for where, content in shown.items():
            if "example" in content and (found := faults(document, content["schema"], content["example"])):
                wrong[where] = found
    assert lacking == []
    assert wrong == {}


def test_all_problems_are_listed_in_both_languages(document):
    listed = {problem["code"]: problem for problem in document["x-problems"]}
    assert listed.keys() == CATALOGUE.keys()
    assert all(problem["zh"] == CATALOGUE[code].zh and problem["en"] == CATALOGUE[code].en
               for code, problem in listed.items())  # fmt: skip


def test_the_command_writes_and_checks(tmp_path):
    target = tmp_path / "docs" / "openapi.yaml"
    run = lambda *more: CliRunner().invoke(main, ["docs", "write", "--output", str(target), *more])  # noqa: E731  # three calls alike
    assert run("--check").exit_code == 1
    assert run().exit_code == 0
    assert run("--check").exit_code == 0
    target.write_text(target.read_text() + "\n")
    stale = run("--check")
    assert (stale.exit_code, "is stale" in stale.output) == (1, True)


def test_the_service_shows_the_same_document(client, document):
    reply = client.get("/openapi.json")
    assert (reply.status_code, reply.mimetype) == (200, "application/json")
    assert orjson.loads(reply.data) == document


def test_the_page_needs_nothing_from_elsewhere(client):
    page = client.get("/docs")
    assert (page.status_code, page.mimetype) == (200, "text/html")
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert not re.search(r"https?://|<script>|\son\w+=", page.text)
    for name in re.findall(r'(?:src|href)="(docs/[^"]+)"', page.text):
        with client.get(f"/{name}") as part:
            assert part.status_code == 200, name
            assert len(part.data) > 100, name
    with client.get("/docs/start.js") as start:
        assert '"openapi.json"' in start.text


def test_the_list_of_problems_is_a_page(client):
    page = client.get("/docs/problems")
    assert (page.status_code, page.mimetype) == (200, "text/html")
    assert "Content-Security-Policy" in page.headers
    assert all(f'id="{code}"' in page.text for code in CATALOGUE)


@pytest.mark.parametrize(
    "name",
    [
        "page.html",
        "views.py",
        "../views.py",
        "..%2fviews.py",
        "%2e%2e/app.py",
        "js/swagger-ui-bundle.js",
    ],
)
def test_no_other_file_is_served(client, name):
    reply = client.get(f"/docs/{name}")
    assert (reply.status_code, reply.mimetype) == (404, "application/problem+json")
