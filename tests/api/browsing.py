"""People at a desk: an account with a password, a browser that signs in and sends the CSRF token along."""

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from backend.domain.vocabulary import Role
from backend.persistence.models import User
from backend.services.accounts import hash_password
from tests.factories import make_user

PASSWORD = "Patrol-2026-x"
COOKIE = "gridpatrol_session"
ME = "/api/v1/session/me"


class Browser:
    """A browser of its own; ``csrf`` is what its page holds."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()
        self.csrf = ""

    def enter(self, username: str, password: str = PASSWORD, **more: Any) -> TestResponse:
        answer = self.client.post("/api/v1/session/web", json={"username": username, "password": password, **more})
        self.csrf = (answer.json or {}).get("csrf_token", self.csrf)
        return answer

    def get(self, path: str = ME) -> TestResponse:
        return self.client.get(path)

    def post(self, path: str, body: Any = None) -> TestResponse:
        return self.client.post(path, json=body or {}, headers={"X-CSRF-Token": self.csrf})


def make_person(app: Flask, session: Session, username: str, role: Role = Role.ADMINISTRATOR) -> User:
    """Somebody who can sign in with PASSWORD."""
    user = make_user(session, role, username=username)
    user.password_hash = hash_password(PASSWORD, app.extensions["gridpatrol"].settings)
    session.commit()
    return user


def configure(app: Flask, monkeypatch: pytest.MonkeyPatch, **settings: Any) -> None:
    """Let the application have other settings for this test."""
    state = app.extensions["gridpatrol"]
    monkeypatch.setitem(app.extensions, "gridpatrol", replace(state, settings=replace(state.settings, **settings)))


def code_of(answer: TestResponse) -> tuple[int, str]:
    """Status and problem code."""
    return answer.status_code, answer.json["code"]
