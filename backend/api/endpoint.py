"""The stages every request passes, in one order: identify → parse → permit → use case → commit → dump.

``permission`` has no default: a route cannot forget it. Not here: any rule of the product.
"""

import functools
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from flask import Response, g, request
from flask_smorest import Blueprint
from marshmallow import Schema
from sqlalchemy.orm import Session

from backend.api.body import read_json
from backend.api.documents import named, operation_document
from backend.api.resuming import resumable
from backend.api.state import State, current_state
from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.permissions import check
from backend.gateways.keys import Keys
from backend.persistence.unit_of_work import current_session, reading, unit_of_work
from backend.services.accounts import authenticate

PUBLIC = "public"  # the permission of what anybody may call, written out where it is meant


@dataclass(slots=True)
class Call:
    """What a view gets: who asks, when, what was parsed, the open unit of work, and what was read while identifying."""

    session: Session
    now: datetime
    state: State
    query: dict[str, Any]
    body: Any
    caller: Actor | None
    opened: Any = None

    @property
    def actor(self) -> Actor:
        """The signed-in user; only a public view can be without one."""
        if self.caller is None:
            raise DomainError("unauthenticated")
        return self.caller


View = Callable[..., Any]
# Finds out who a token's owner is, with whatever else the endpoint wants from that one trip: (session, token, keys, now).
Opens = Callable[[Session, str, Keys, datetime], tuple[Actor, Any]]


def endpoint(
    blueprint: Blueprint,
    rule: str,
    *,
    permission: str,
    summary: str,
    method: str = "GET",
    query: type[Schema] | None = None,
    body: type[Schema] | None = None,
    answer: type[Schema] | Schema | None = None,
    status: int = 200,
    commits: bool | None = None,
    opens: Opens | None = None,
    resumes: bool = False,
    problems: Sequence[str] = (),
    document: dict[str, Any] | None = None,
    example: Any = None,
) -> Callable[[View], View]:
    """Register a view ``view(call, **path)`` at ``rule``.

    ``permission``: a name of domain/permissions.py or PUBLIC; ``commits``: True unless GET or HEAD; ``opens``: identifies in
    place of ``authenticate``; ``resumes``: answers have ETags and ranges (resuming.py); ``problems``: codes beside the general
    ones; ``document``: merged over the OpenAPI operation.
    A view that returns a Response has dumped for itself (files, problem documents); None answers 204 without a body.
    """
    writes = commits if commits is not None else method not in ("GET", "HEAD")
    dumps_with = answer() if isinstance(answer, type) else answer
    parses = (query() if query else None, body() if body else None)
    stages = Stages(permission, writes, *parses, dumps_with, status, opens, resumes)
    described = operation_document(
        permission=permission, summary=summary, method=method, query=query, body=body, answer=answer,
        status=status, resumes=resumes, problems=problems, extra=document, example=example, public=permission == PUBLIC,
    )  # fmt: skip

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def run(**path: Any) -> Response:
            return stages.run(view, path)

        run._apidoc = {"manual_doc": named(described, blueprint.name, view)}  # type: ignore[attr-defined]  # where flask-smorest looks for the document
        run.permission = permission  # type: ignore[attr-defined]  # read by the test that walks the url map
        blueprint.route(rule, methods=[method])(run)
        return view

    return decorate


@dataclass(frozen=True, slots=True)
class Stages:
    """The way of one endpoint's requests, always the same."""

    permission: str
    writes: bool
    query: Schema | None
    body: Schema | None
    answer: Schema | None
    status: int
    opens: Opens | None = None
    resumes: bool = False

    def run(self, view: View, path: dict[str, Any]) -> Response:
        """Identify, parse, permit, use case, commit, dump; a reading is dumped before its transaction ends."""
        state = current_state()
        now = state.gateways.clock.now()
        caller, opened = (None, None) if self.permission == PUBLIC else identify(state, now, self.opens or _who)
        parsed_query = self.query.load(_query_values(self.query)) if self.query else {}
        parsed_body = self.body.load(read_json()) if self.body else None
        if caller is not None:
            check(caller.roles, self.permission)
        stage: AbstractContextManager[Session] = unit_of_work() if self.writes else reading()
        with stage as session:
            result = view(Call(session, now, state, parsed_query, parsed_body, caller, opened), **path)
            response = None if self.writes else _dump(result, self.answer, self.status)
        if response is None:
            response = _dump(result, self.answer, self.status)
        return resumable(response) if self.resumes else response


def identify(state: State, now: datetime, opens: Opens) -> tuple[Actor, Any]:
    """The actor of the bearer token, and what else was read. Raises unauthenticated, token_expired or session_ended."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise DomainError("unauthenticated")
    # the same transaction as the use case: two round trips less on every request
    actor, opened = opens(current_session(), token.strip(), state.gateways.keys, now)
    g.actor_id = actor.user_id
    return actor, opened


def _who(session: Session, token: str, keys: Keys, now: datetime) -> tuple[Actor, Any]:
    return authenticate(session, token, keys, now), None


def _query_values(schema: Schema) -> dict[str, Any]:
    return {name: values if _is_list(schema, name) else values[-1] for name, values in request.args.lists()}


def _is_list(schema: Schema, name: str) -> bool:
    return any((field.data_key or key) == name and hasattr(field, "inner") for key, field in schema.fields.items())


def _dump(result: Any, schema: Schema | None, status: int) -> Response:
    if isinstance(result, Response):
        return result
    if result is None:
        return Response(status=204)
    data = schema.dump(result) if schema else result
    return Response(orjson.dumps(data), status, mimetype="application/json")
