"""Asks the API as one person. Not here: rows (tests/factories.py)."""

from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

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
