"""The console as it is served: its page at every address of its own, a strict policy, files kept for good, nobody else's 404."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from backend.web import console
from backend.web.files import BuiltFile, read_folder

PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def built(application: Flask, tmp_path: Path) -> FlaskClient:
    """A client of the application with a small build in place of the real one."""
    (tmp_path / "assets").mkdir()
    (tmp_path / ".vite").mkdir()
    (tmp_path / ".vite" / "manifest.json").write_text("{}")
    (tmp_path / "index.html").write_text("<!doctype html><title>控制台</title>", encoding="utf-8")
    (tmp_path / "favicon.svg").write_text("<svg/>")
    (tmp_path / "assets" / "main-abc.js").write_text("run()")
    (tmp_path / "assets" / "main-abc.js.br").write_bytes(b"packed")
    application.extensions[console.KEPT] = read_folder(tmp_path)
    yield application.test_client()
    del application.extensions[console.KEPT]


@pytest.mark.parametrize("path", ["/", "/tasks", "/cases/0197a5a0-0000-7000-8000-00000000000a", "/map?zoom=12", "/apiary"])
def test_its_own_addresses_show_the_page(built: FlaskClient, path: str) -> None:
    answer = built.get(path, headers=PAGE)
    assert answer.status_code == 200
    assert answer.mimetype == "text/html"
    assert "控制台" in answer.text
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "path", ["/api/v1/nothing", "/api", "/assets/old-123.js", "/docs/nothing", "/ogc-nothing.json", "/readyz/x"]
)
def test_a_slip_in_anything_else_stays_a_404(built: FlaskClient, path: str) -> None:
    headers = PAGE if path.startswith(("/api", "/assets", "/docs", "/readyz")) else {"Accept": "application/json"}
    answer = built.get(path, headers=headers)
    assert answer.status_code == 404
    assert answer.json["code"] == "not_found"


def test_the_page_may_load_nothing_from_elsewhere_and_run_nothing_inline(built: FlaskClient) -> None:
    policy = built.get("/", headers=PAGE).headers["Content-Security-Policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == "'self'"
    assert "unsafe" not in policy
    assert rules["frame-ancestors"] == "'none'"


def test_the_page_lets_in_the_hosts_of_the_district_s_base_map(
    built: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console, "allowed_map_hosts", lambda session: ("https://t0.example.org",))
    policy = built.get("/map", headers=PAGE).headers["Content-Security-Policy"]
    assert "img-src 'self' data: blob: https://t0.example.org;" in policy
    assert "connect-src 'self' https://t0.example.org;" in policy


def test_the_base_maps_host_alone_is_let_in() -> None:
    rules = dict(rule.strip().split(" ", 1) for rule in console.policy(("https://tiles.example.org",)).split(";"))
    assert rules["img-src"] == "'self' data: blob: https://tiles.example.org"
    assert rules["connect-src"] == "'self' https://tiles.example.org"
    assert rules["script-src"] == "'self'"


def test_an_asset_is_kept_for_good_and_comes_packed_where_that_is_understood(built: FlaskClient) -> None:
    packed = built.get("/assets/main-abc.js", headers={"Accept-Encoding": "gzip, br"})
    plain = built.get("/assets/main-abc.js")
    assert (packed.data, packed.headers["Content-Encoding"]) == (b"packed", "br")
    assert (plain.data, plain.headers.get("Content-Encoding")) == (b"run()", None)
    assert packed.headers["Cache-Control"] == plain.headers["Cache-Control"] == console.FOREVER
    assert packed.headers["ETag"] != plain.headers["ETag"]
    again = built.get("/assets/main-abc.js", headers={"If-None-Match": plain.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_what_the_build_keeps_for_itself_is_not_served(built: FlaskClient) -> None:
    assert built.get("/.vite/manifest.json").status_code == 404
    assert built.get("/assets/main-abc.js.br").status_code == 404
    assert built.get("/assets/../index.html").status_code == 404


def test_without_a_build_the_page_says_what_to_do(application: Flask) -> None:
    application.extensions[console.KEPT] = {}
    answer = application.test_client().get("/", headers=PAGE)
    assert answer.status_code == 503
    assert "make web" in answer.text
    assert console.KEPT not in application.extensions  # the next request looks again


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert read_folder(tmp_path / "missing") == {}
    (tmp_path / "app.js").write_text("1")
    (only,) = read_folder(tmp_path).values()
    assert isinstance(only, BuiltFile)
    assert only.media_type == "text/javascript"
