"""A phone that speaks tus by hand, and short words for looking at what it left behind."""

from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from backend.domain.vocabulary import PhotoRole, PhotoSource, Role
from backend.persistence.models import Report, ReportPhoto
from tests import photos
from tests.conftest import NOW
from tests.factories import make_user, token_for

URL = "/api/v1/uploads"
TUS = {"Tus-Resumable": "1.0.0"}
BYTES = "application/offset+octet-stream"


class Sender:
    """A signed-in phone that speaks tus by hand."""

    def __init__(self, app: Flask, client: FlaskClient, session: Session, role: Role = Role.GRID_WORKER) -> None:
        self.client, self.session = client, session
        self.user = make_user(session, role)
        self.headers = {"Authorization": f"Bearer {token_for(app, session, self.user)}", **TUS}
        session.commit()

    def create(self, content: bytes, body: bytes = b"", **headers: str) -> TestResponse:
        sent = {"Upload-Length": str(len(content)), "Upload-Metadata": photos.metadata(content), **headers}
        kind = {"content_type": BYTES} if body else {}
        return self.client.post(URL, headers={**self.headers, **sent}, data=body, **kind)

    def patch(self, where: str, offset: int, body: Any, **headers: str) -> TestResponse:
        sent = {"Upload-Offset": str(offset), **headers}
        return self.client.patch(where, headers={**self.headers, **sent}, data=body, content_type=BYTES)

    def head(self, where: str) -> TestResponse:
        return self.client.head(where, headers=self.headers)

    def send(self, content: bytes) -> str:
        where: str = self.create(content).headers["Location"]
        assert self.patch(where, 0, content).status_code == 204
        return where


def code_of(response: TestResponse) -> str:
    return str(response.get_json()["code"])


def left_behind(root: Path) -> list[str]:
    return [path.name for path in (root / "staging").iterdir()]


def photo_row(report: Report, content: bytes, number: int = 0) -> ReportPhoto:
    return ReportPhoto(
        report_id=report.id,
        sha256=photos.sha256(content),
        ordinal=number,
        byte_count=len(content),
        mime="image/jpeg",
        role=PhotoRole.DETAIL,
        source=PhotoSource.CAMERA,
        named_at=NOW,
    )
