"""Lists, counts and files of cases. Not here: acts on many of them (bulk.py)."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from typing import IO, Any
from uuid import UUID

import orjson
from flask import Response
from sqlalchemy import Row

from backend.api.cases.blueprint import blueprint
from backend.api.endpoint import Call, endpoint
from backend.api.json import json_answer
from backend.api.language import current_language
from backend.api.schemas.cases import (
    CASE_EXAMPLE,
    CaseCountSchema,
    CaseExportQuerySchema,
    CaseFilterSchema,
    CasePageSchema,
    CaseQuerySchema,
)
from backend.api.table_file import XLSX
from backend.domain.accounts import Actor
from backend.domain.calendar import local_day
from backend.domain.vocabulary import TableFormat
from backend.persistence.queries.cases import CaseFilter, count_cases, list_cases
from backend.services.referrals import actions_for
from backend.services.review import Export, export_cases

AS_THEY_ARE = tuple(
    name for name in CASE_EXAMPLE if name not in ("handler", "allowed_actions")
)  # columns of a row that are shown as the query has them
MEDIA_TYPES = {TableFormat.XLSX: XLSX, TableFormat.CSV: "text/csv"}
CHUNK_BYTES = 64 * 1024


@endpoint(
    blueprint,
    "/cases",
    permission="referral.read",
    summary="Cases you may see, searched, narrowed and in the order you ask for",
    query=CaseQuerySchema,
    answer=CasePageSchema,
    problems=("bad_cursor",),
    example={"items": [CASE_EXAMPLE], "next_cursor": None},
)
def list_all(call: Call) -> Response:
    """A cursor belongs to the order it came with."""
    query = dict(call.query)
    limit, cursor, sort = query.pop("limit"), query.pop("cursor"), query.pop("sort")
    page = list_cases(call.session, call.actor, CaseFilter(**query), sort, limit, cursor)
    items = [shown_case(row, call.actor) for row in page.items]
    return json_answer({"items": items, "next_cursor": page.next_cursor})


@endpoint(
    blueprint,
    "/cases/count",
    permission="referral.read",
    summary="How many cases match, and how they divide",
    query=CaseFilterSchema,
    answer=CaseCountSchema,
    example=CaseCountSchema.EXAMPLE,
)
def count(call: Call) -> Response:
    counts = count_cases(call.session, call.actor, CaseFilter(**call.query))
    return json_answer({"total": counts.total, **divided(counts.by)})


@endpoint(
    blueprint,
    "/cases/export",
    permission="case.export",
    summary="The cases that match as an Excel or CSV file, in the same order; an event says who took it",
    query=CaseExportQuerySchema,
    commits=True,
    problems=("export_too_large",),
    document={
        "responses": {
            "200": {
                "description": "The file; columns your role may not see are absent. CSV is UTF-8 with a byte order mark.",
                "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in (XLSX, "text/csv")},
            }
        }
    },
)
def export(call: Call) -> Response:
    """The file is made whole before its first byte is sent: one that breaks off half way would look like all there is."""
    query = dict(call.query)
    kind, sort, language = query.pop("format"), query.pop("sort"), query.pop("language") or current_language()
    wanted = Export(CaseFilter(**query), sort, kind, language, as_json(CaseFilterSchema(), query))
    with ExitStack() as until_made:
        file = until_made.enter_context(tempfile.TemporaryFile(prefix="cases-"))
        export_cases(call.session, call.actor, wanted, file, now=call.now)
        size = file.tell()
        file.seek(0)
        until_made.pop_all()  # open until the last byte is sent; gone when closed
    return _sent(file, size, MEDIA_TYPES[kind], f"cases-{local_day(call.now):%Y%m%d}.{kind.value}")


def _sent(file: IO[bytes], size: int, kind: str, name: str) -> Response:
    response = Response(_chunks(file), mimetype=kind, headers={"Content-Length": str(size)})
    response.call_on_close(file.close)  # also where nobody reads it to its end
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def divided(by: dict[str, dict[str | None, int]]) -> dict[str, list[dict[str, Any]]]:
    """Counts by code in the shape of CountSchema, the biggest first."""
    return {
        name: [{"code": code, "count": number} for code, number in sorted(values.items(), key=_biggest_first)]
        for name, values in by.items()
    }


def shown_case(row: Row[*tuple[Any, ...]], actor: Actor) -> dict[str, Any]:
    """A case in the shape of CaseSchema."""
    handler_id: UUID | None = row.handler_id
    return {
        **{name: getattr(row, name) for name in AS_THEY_ARE},
        "handler": None if handler_id is None else {"id": handler_id, "name": row.handler_name},
        "allowed_actions": actions_for(actor, row),
    }


def as_json(schema: CaseFilterSchema, loaded: dict[str, Any]) -> dict[str, Any]:
    """What ``schema`` loaded as plain JSON values, as it can be loaded again; what is not given is left out."""
    dumped: dict[str, Any] = orjson.loads(orjson.dumps(schema.dump(loaded)))
    return {name: value for name, value in dumped.items() if value is not None}


def _biggest_first(entry: tuple[str | None, int]) -> tuple[int, str]:
    code, number = entry
    return -number, code or ""
