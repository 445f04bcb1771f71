"""Somebody signed in who asks one part of the API. Not here: what is asked (the tests)."""

from typing import Any

import orjson
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from backend.persistence.models import User
from tests.factories import token_for


class Caller:
    """Asks below ``base``. What the test has added is committed first, since a request ends with a rollback."""

    def __init__(self, app: Flask, session: Session, client: FlaskClient, user: User, base: str) -> None:
        self.user, self._session, self._client, self._base = user, session, client, base
        self._headers = {"Authorization": f"Bearer {token_for(app, session, user)}"}

    def get(self, path: str = "", **query: Any) -> TestResponse:
        self._session.commit()
        return self._client.get(self._base + path, query_string=query, headers=self._headers)

    def post(self, path: str = "", body: Any = None, **headers: str) -> TestResponse:
        """Send ``body`` as JSON; bytes are sent as they are."""
        self._session.commit()
        content = body if isinstance(body, bytes) else orjson.dumps(body or {})
        return self._client.post(
            self._base + path, data=content, content_type="application/json", headers={**self._headers, **headers}
        )

    def send(self, content: Any, content_type: str = "text/csv", **query: Any) -> TestResponse:
        """Send a file to the import."""
        self._session.commit()
        return self._client.post(
            self._base + "/import", data=content, content_type=content_type, query_string=query, headers=self._headers
        )

    def items(self, field: str, **query: Any) -> list[Any]:
        """``field`` of each item of the list."""
        reply = self.get(**query)
        assert reply.status_code == 200, reply.text
        return [item[field] for item in reply.json["items"]]
