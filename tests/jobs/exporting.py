"""Somebody who has exports made and reads them back with real readers. Not here: what is in the database (the tests)."""

import csv
import io
from pathlib import Path
from typing import Any
from uuid import UUID

import openpyxl
from flask import Flask
from pyogrio import raw
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from backend.jobs.exports import make
from backend.persistence.models import User
from tests.factories import token_for

# The column that tells a row from all others, as programs and as people call it, and the list's own field.
KEYS = {
    "reports": ("report_id", "上报编号", "report_id"),
    "cases": ("case_id", "案件编号", "id"),
    "sites": ("site_id", "场所编号", "id"),
    "tasks": ("task_id", "任务标识", "id"),
    "grids": ("code", "网格编码", "code"),
}


class Taker:
    """A signed-in user of a live application."""

    def __init__(self, app: Flask, session: Session, user: User, folder: Path) -> None:
        self.app, self.session, self.user, self._folder = app, session, user, folder
        self.client = app.test_client()
        self.headers = {"Authorization": f"Bearer {token_for(app, session, user)}", "Accept-Language": "zh-CN"}
        session.commit()

    def post(self, path: str, body: Any = None) -> TestResponse:
        """POST below /exports."""
        return self.client.post(f"/api/v1/exports{path}", json=body or {}, headers=self.headers)

    def get(self, path: str = "", **headers: str) -> TestResponse:
        """GET below /exports."""
        return self.client.get(f"/api/v1/exports{path}", headers={**self.headers, **headers}, buffered=True)

    def listed(self, kind: str, filters: dict[str, Any]) -> list[str]:
        """The keys of everything that the list shows under ``filters``, page by page."""
        found: list[str] = []
        cursor: str | None = None
        while True:
            query = {**filters, "limit": 3, **({"cursor": cursor} if cursor else {})}
            reply = self.client.get(f"/api/v1/{kind}", query_string=query, headers=self.headers)
            assert reply.status_code == 200, reply.text
            body = reply.json if kind != "grids" else reply.get_json(force=True)
            field = KEYS[kind][2]
            items = [one["properties"] for one in body["features"]] if kind == "grids" else body["items"]
            found += [one[field] for one in items]
            cursor = body["next_cursor"]
            if cursor is None:
                return found

    def ask(self, kind: str, format: str, filters: dict[str, Any] | None = None, language: str = "zh") -> str:
        """Have an export put into the queue; its id."""
        reply = self.post("", {"kind": kind, "format": format, "filters": filters or {}, "language": language})
        assert reply.status_code == 202, reply.text
        assert reply.json["status"] == "waiting"
        return str(reply.json["id"])

    def state(self, export_id: str) -> dict[str, Any]:
        """The export as it is now."""
        reply = self.get(f"/{export_id}")
        assert reply.status_code == 200, reply.text
        found: dict[str, Any] = reply.json
        return found

    def make(self, export_id: str) -> dict[str, Any]:
        """Made at once, without the queue."""
        with self.app.app_context():
            make(UUID(export_id))
        return self.state(export_id)

    def file(self, kind: str, format: str, filters: dict[str, Any] | None = None, language: str = "zh") -> Path:
        """Asked for, made, fetched and saved."""
        export_id = self.ask(kind, format, filters, language)
        assert self.make(export_id)["status"] == "done"
        reply = self.get(f"/{export_id}/file")
        assert reply.status_code == 200, reply.text
        path = self._folder / f"{export_id}.{'zip' if format == 'shp' else format}"
        path.write_bytes(reply.data)
        assert self.post(f"/{export_id}/actions/discard").status_code == 200
        return path

    def keys(self, kind: str, format: str, filters: dict[str, Any] | None = None) -> list[str]:
        """The keys of all rows of a file, in its order."""
        rows = read(self.file(kind, format, filters))
        name = KEYS[kind][1 if format in ("csv", "xlsx") else 0]
        return [row[name] for row in rows]


def read(path: Path) -> list[dict[str, Any]]:
    """The rows of a file by the names of its columns; of a layer with ``shape`` as WKB."""
    if path.suffix == ".csv":
        content = path.read_bytes()
        assert content.startswith(b"\xef\xbb\xbf")
        return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    if path.suffix == ".xlsx":
        head, *rows = openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True)
        return [dict(zip(head, row, strict=True)) for row in rows]
    info, _, shapes, columns = raw.read(f"/vsizip/{path}" if path.suffix == ".zip" else path, datetime_as_string=True)
    rows = [dict(zip(info["fields"], values, strict=True)) for values in zip(*columns, strict=True)]
    return [{**row, "shape": shape} for row, shape in zip(rows, shapes, strict=True)]
