"""Networks as they are: sign-in pages, proxies that answer for the server, servers that ask for quiet."""

from pathlib import Path
from typing import Any

import pytest
from werkzeug import Request, Response

from gridpatrol_client import Phone
from gridpatrol_client.drafts import task_step
from gridpatrol_client.errors import TryLaterError, UnreachableError
from tests.clients.network import served

PROBLEM = "application/problem+json"


def signed_in_phone(folder: Path, url: str) -> Phone:
    """A phone in the middle of its life, as its own database knows it."""
    phone = Phone(folder, url)
    user = {"id": "0197a5a0-0000-7000-8000-00000000000a", "username": "w", "name": "W"}
    phone.store.put(user=user, access_token="a", refresh_token="r", cursor="c", epoch="e")
    phone.objects.put("task", "t", 1, {})
    phone.record(task_step("t", "start"))
    return phone


def memory_of(phone: Phone) -> list[Any]:
    rows = [[tuple(row) for row in phone.store.rows(f"SELECT * FROM {table}")] for table in ("items", "objects")]
    return [*rows, *(phone.store.get(name) for name in ("user", "access_token", "refresh_token", "cursor", "epoch"))]


STRANGERS = {
    "sign-in page of a Wi-Fi": Response("<html>Welcome</html>", mimetype="text/html"),
    "redirect to one": Response("", 302, {"Location": "http://127.0.0.1:1/welcome"}),
    "401 of a proxy": Response("who are you?", 401),
    "404 of a proxy": Response("no such page", 404),
    "JSON of something else": Response('{"status": "ok"}', mimetype="application/json"),
    "a reply without receipts": Response('{"protocol": 1, "epoch": "x", "changes": []}', mimetype="application/json"),
    "half an answer": Response('{"protocol": 1', headers={"Content-Length": "5000"}, mimetype="application/json"),
    "502 of a proxy": Response("bad gateway", 502),
}  # fmt: skip


@pytest.mark.parametrize("name", STRANGERS)
def test_whoever_is_not_the_server_changes_nothing(tmp_path: Path, name: str) -> None:
    with served(STRANGERS[name]) as url:
        phone = signed_in_phone(tmp_path, url)
        before = memory_of(phone)
        with pytest.raises((UnreachableError, TryLaterError)):
            phone.sync()
        assert memory_of(phone) == before and phone.account.ended is None
        phone.close()


def test_the_wait_that_the_server_asks_for_is_kept(tmp_path: Path) -> None:
    calls: list[str] = []

    def busy(environ: Any, start: Any) -> Any:
        calls.append(Request(environ).path)
        answer = Response('{"code": "service_unavailable"}', 503, {"Retry-After": "40"}, mimetype=PROBLEM)
        return answer(environ, start)

    time, waits = [0.0], []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        time[0] += seconds

    with served(busy) as url, signed_in_phone(tmp_path, url) as phone:
        before = memory_of(phone)
        with pytest.raises(TryLaterError) as late:
            phone.keep_syncing(200, sleep=sleep, clock=lambda: time[0])
        assert late.value.retry_after == 40
        assert memory_of(phone) == before
    assert 3 <= len(waits) <= 4 and all(seconds > 40 for seconds in waits)
    assert calls == ["/api/v1/sync"] * (len(waits) + 1), "photos are not tried on a server that asks for quiet"


def test_a_token_is_never_sent_to_another_server(tmp_path: Path) -> None:
    with (
        signed_in_phone(tmp_path, "http://127.0.0.1:1") as phone,
        pytest.raises(UnreachableError, match="another server"),
    ):
        phone.account.call("HEAD", "http://evil.example.org/api/v1/uploads/x")


def test_a_password_lying_about_does_not_take_the_place_of_the_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str | None] = []

    def listen(environ: Any, start: Any) -> Any:
        seen.append(environ.get("HTTP_AUTHORIZATION"))
        return Response("{}", mimetype="application/json")(environ, start)

    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password secret")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with served(listen) as url, signed_in_phone(tmp_path / "phone", url) as phone, pytest.raises(UnreachableError):
        phone.sync()
    assert seen == ["Bearer a"]


def test_without_any_network_recording_works(tmp_path: Path) -> None:
    with signed_in_phone(tmp_path, "http://127.0.0.1:1") as phone:
        with pytest.raises(UnreachableError):
            phone.sync()
        assert phone.record(task_step("t", "submit")).state == "unsent"
        assert phone.waiting().items == 2
