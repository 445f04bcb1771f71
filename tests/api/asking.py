"""Asks the API as one person. Not here: rows (tests/factories.py)."""

import json
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from backend.persistence.models import User
from tests.factories import token_for


class Person:
    """A signed-in user; commits first what the test has added, since a request ends with a rollback."""

    def __init__(self, app: Flask, session: Session, user: User) -> None:
        self._session = session
        self._client = app.test_client()
        self._headers = {"Authorization": f"Bearer {token_for(app, session, user)}"}

    def get(self, path: str, /, expect: int = 200, language: str = "zh-CN", **query: Any) -> Any:
        """The JSON of GET /api/v1<path>; fails unless the status is ``expect``."""
        self._session.commit()
        headers = {**self._headers, "Accept-Language": language}
        answer = self._client.get(f"/api/v1{path}", query_string=query, headers=headers)
        assert answer.status_code == expect, answer.text
        return answer.json

    def post(self, path: str, /, expect: int = 200, **body: Any) -> Any:
        """The JSON of POST /api/v1<path>."""
        self._session.commit()
        answer = self._client.post(f"/api/v1{path}", json=body, headers=self._headers)
        assert answer.status_code == expect, answer.text
        return answer.json


class Asker:
    """Somebody who may send anything, well formed or not; ``token`` says who."""

    def __init__(self, client: FlaskClient, token: str) -> None:
        self.client = client
        self.headers = {"Authorization": f"Bearer {token}"}

    def send(
        self, method: str, path: str, content: Any = None, kind: str = "application/json", **headers: str
    ) -> TestResponse:
        """The answer of /api/v1<path>; text and bytes are sent as they are, anything else as JSON."""
        if not isinstance(content, bytes | str | None):
            content = json.dumps(content)
        all_headers = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        kind_of = {"content_type": kind} if content else {}
        return self.client.open(f"/api/v1{path}", method=method, data=content, headers=all_headers, **kind_of)

    def post(self, path: str, content: Any, kind: str = "application/json", **headers: str) -> TestResponse:
        """``send`` with POST."""
        return self.send("POST", path, content, kind, **headers)

    def get(self, path: str, **headers: str) -> TestResponse:
        """``send`` with GET."""
        return self.send("GET", path, **headers)


def told(reply: TestResponse) -> tuple[int, str]:
    """Status and code of a refusal; fails when it is none, or has no sentence."""
    assert reply.mimetype == "application/problem+json", reply.text
    assert reply.json["detail"]
    return reply.status_code, reply.json["code"]
