"""The provider, whoever is signed in there, and browsers that go to it and come back."""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import pytest
import requests
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from backend.gateways.clock import FixedClock
from backend.gateways.oidc import OidcClient
from backend.settings import OidcSettings
from tests.api.browsing import Browser
from tests.documents import CHECKOUT

HERE = CHECKOUT / "tests/oidc_provider"
OURS = "http://localhost"
START = "/api/v1/session/oidc/start"
CALLBACK = f"{OURS}/api/v1/session/oidc/callback"
OTHER_CLIENT = "somebody-else"
SECRET = "a-secret-for-tests"


class Provider:
    """oidc-provider at work."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.url = f"http://127.0.0.1:{self._say()}"

    def sign_in_as(self, sub: str, username: str | None, *amr: str) -> None:
        """Whoever comes to the provider from now on is this person."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"sub": sub, "username": username, "amr": amr or ("pwd",)}) + "\n")
        self._process.stdin.flush()
        assert self._say() == "ok"

    def visit(self, address: str) -> str:
        """Go there with a new browser and sign in; the address the provider sends it back to."""
        with requests.Session() as browser:
            for _ in range(8):
                answer = browser.get(address, allow_redirects=False, timeout=20)
                assert answer.is_redirect, answer.text
                address = urljoin(address, answer.headers["Location"])
                if address.startswith(OURS):
                    return address
        raise AssertionError("the provider never sent the browser back")

    def stop(self) -> None:
        """Gone."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(20)

    def _say(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline().strip()


@contextmanager
def running_provider() -> Iterator[Provider]:
    """A provider until the end of the block."""
    with subprocess.Popen(
        ["node", HERE / "server.mjs", CALLBACK, OTHER_CLIENT],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as process:  # fmt: skip
        made = Provider(process)
        yield made
        made.stop()


@pytest.fixture(scope="session")
def node_packages() -> None:
    """What package.json names is installed; the script says what is missing on the machine."""
    script = CHECKOUT / ".ci/node-packages.sh"
    done = subprocess.run([script, "tests/oidc_provider"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.fixture(scope="module")
def provider(node_packages: None) -> Iterator[Provider]:
    with running_provider() as running:
        yield running


Connects = Callable[..., None]


@pytest.fixture
def connect(app: Flask, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> Connects:
    """Let the application know a provider; the clock is that of the provider then."""

    def connect(issuer: str, *, timeout_seconds: float = 20, **options: Any) -> None:
        clock.at = datetime.now(UTC)
        state, oidc = app.extensions["gridpatrol"], OidcSettings(issuer, "gridpatrol", SECRET, **options)
        connected = replace(
            state,
            settings=replace(state.settings, oidc=oidc),
            gateways=replace(state.gateways, oidc=OidcClient(oidc, timeout_seconds)),
        )
        monkeypatch.setitem(app.extensions, "gridpatrol", connected)

    return connect


class Traveller(Browser):
    """A browser that goes to the provider and comes back."""

    def leave(self, **query: str) -> str:
        """Begin; the address at the provider."""
        answer = self.client.get(START, query_string=query)
        assert answer.status_code == 302, answer.text
        return str(answer.headers["Location"])

    def arrive(self, address: str) -> TestResponse:
        """Come back to ``address`` of ours."""
        return self.client.get(address.removeprefix(OURS))

    def travel(self, provider: Provider, **query: str) -> TestResponse:
        """There and back."""
        return self.arrive(provider.visit(self.leave(**query)))


def edited(address: str, **values: str) -> str:
    """``address`` with other values in its query."""
    parts = urlsplit(address)
    return parts._replace(query=urlencode({**dict(parse_qsl(parts.query)), **values})).geturl()


@pytest.fixture
def traveller(app: Flask, session: Session) -> Traveller:
    return Traveller(app)
