"""The stages every request passes, in one order: identify → parse → permit → use case → commit → dump.

``permission`` has no default: a route cannot forget it. Not here: any rule of the product.
"""

import functools
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from flask import Response, g, request
from flask_smorest import Blueprint
from marshmallow import Schema
from sqlalchemy.orm import Session

from backend.api.basic import identify_program, takes_basic
from backend.api.body import read_json
from backend.api.browser import BACKGROUND_HEADER, check_write, cookie_token
from backend.api.documents import named, operation_document
from backend.api.resuming import resumable
from backend.api.state import State, current_state
from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.permissions import check
from backend.domain.second_factor import check_second_factor
from backend.gateways.keys import Keys
from backend.persistence.unit_of_work import current_session, reading, unit_of_work
from backend.services.accounts import WebSession, authenticate, authenticate_web, is_waking, keep_awake

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
    web: WebSession | None = None  # what a cookie opened; None for the bearer of a token

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
        by_cookie=opens is None,
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
        caller, opened, web = NOBODY if self.permission == PUBLIC else identify(state, now, self.opens)
        parsed_query = self.query.load(_query_values(self.query)) if self.query else {}
        parsed_body = self.body.load(read_json()) if self.body else None
        if caller is not None:
            check(caller.roles, self.permission)
            check_second_factor(
                caller.roles,
                state.settings.second_factor_roles,
                shown=caller.has_shown_second_factor,
                permission=self.permission,
            )
        stage: AbstractContextManager[Session] = unit_of_work() if self.writes else reading()
        with stage as session:
            result = view(Call(session, now, state, parsed_query, parsed_body, caller, opened, web), **path)
            response = None if self.writes else dumped(result, self.answer, self.status)
        if response is None:
            response = dumped(result, self.answer, self.status)
        return resumable(response) if self.resumes else response


class Identified(NamedTuple):
    """Who asks, what else was read on the way, and the browser's session if it was a cookie that told."""

    actor: Actor | None
    opened: Any = None
    web: WebSession | None = None


NOBODY = Identified(None)


def identify(state: State, now: datetime, opens: Opens | None) -> Identified:
    """The actor of the application password where one opens (basic.py), of the bearer token, else of the cookie; what
    ``opens`` reads comes with a token only.

    Raises unauthenticated, token_expired, session_ended, bad_app_password, and for cookies foreign_origin or csrf_failed.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    cookie = cookie_token() if opens is None else None
    if takes_basic():
        program = identify_program(now)
        g.actor_id = program.user_id
        return Identified(program)
    # the same transaction as the use case: two round trips less on every request
    session, keys = current_session(), state.gateways.keys
    if scheme.lower() == "bearer" and token:
        found = Identified(*(opens or _who)(session, token.strip(), keys, now))
    elif cookie is not None and scheme.lower() != "bearer":
        found = _identify_browser(state, session, cookie, now)
    else:
        raise DomainError("unauthenticated")
    g.actor_id = found.actor.user_id if found.actor else None
    return found


def _who(session: Session, token: str, keys: Keys, now: datetime) -> tuple[Actor, Any]:
    return authenticate(session, token, keys, now), None


def _identify_browser(state: State, session: Session, cookie: str, now: datetime) -> Identified:
    actor, web = authenticate_web(session, cookie, now)
    check_write(web, state.gateways.keys, state.settings)
    is_seen = BACKGROUND_HEADER not in request.headers
    if is_seen and is_waking(web, now=now, settings=state.settings):
        # on its own, before the use case: a reading writes nothing, and a refused request was made by somebody all the same
        with unit_of_work() as waking:
            web = keep_awake(waking, web, now=now, settings=state.settings)
    return Identified(actor, None, web)


def _query_values(schema: Schema) -> dict[str, Any]:
    return {name: values if _is_list(schema, name) else values[-1] for name, values in request.args.lists()}


def _is_list(schema: Schema, name: str) -> bool:
    return any((field.data_key or key) == name and hasattr(field, "inner") for key, field in schema.fields.items())


def dumped(result: Any, schema: Schema | None, status: int = 200) -> Response:
    """The answer: a Response as it is, 204 for None, else JSON by ``schema``."""
    if isinstance(result, Response):
        return result
    if result is None:
        return Response(status=204)
    data = schema.dump(result) if schema else result
    return Response(orjson.dumps(data), status, mimetype="application/json")
