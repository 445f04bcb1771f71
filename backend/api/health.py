"""Is it alive, is it ready, which version: for load balancers and people who operate it."""

import importlib.metadata
from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate
from sqlalchemy import text

from backend.api.endpoint import PUBLIC, Call, endpoint
from backend.api.language import current_language
from backend.persistence.queries.health import horizon_age

blueprint = Blueprint("health", __name__, description="Is the service alive and ready?")


class HealthSchema(Schema):
    """A word."""

    status = fields.String(required=True)


class WarningSchema(Schema):
    """Something that a person should look at; the service works all the same."""

    code = fields.String(required=True, validate=validate.OneOf(("horizon_held_back",)))
    detail = fields.String(required=True)


class ReadySchema(HealthSchema):
    """A word, and what needs looking at."""

    warnings = fields.List(fields.Nested(WarningSchema), required=True)


class VersionSchema(Schema):
    """Name and version of the software."""

    name = fields.String(required=True)
    version = fields.String(required=True)


@endpoint(
    blueprint,
    "/healthz",
    permission=PUBLIC,
    summary="The process answers",
    answer=HealthSchema,
    example={"status": "ok"},
)
def health(call: Call) -> dict[str, Any]:
    """Answers without touching the database."""
    return {"status": "ok"}


@endpoint(
    blueprint,
    "/readyz",
    permission=PUBLIC,
    summary="The database answers and is migrated",
    answer=ReadySchema,
    example={
        "status": "ready",
        "warnings": [{"code": "horizon_held_back", "detail": "一个数据库事务已打开 75 秒，手机同步因此延迟。"}],
    },
)
def ready(call: Call) -> dict[str, Any]:
    """Answers 503 when the database is away. A warning leaves it at 200: the service works, but somebody should look."""
    call.session.execute(text("SELECT version_num FROM alembic_version")).one()
    seconds = horizon_age(call.session).seconds or 0.0
    held_back = seconds >= call.state.settings.horizon_warning_seconds
    return {"status": "ready", "warnings": [_horizon_warning(round(seconds))] if held_back else []}


def _horizon_warning(seconds: int) -> dict[str, str]:
    told = {
        "zh": f"一个数据库事务已打开 {seconds} 秒，手机同步因此延迟。",
        "en": f"A database transaction has been open for {seconds} seconds; phones learn of changes only after it ends.",
    }
    return {"code": "horizon_held_back", "detail": told[current_language()]}


@endpoint(
    blueprint,
    "/version",
    permission=PUBLIC,
    summary="Which software this is",
    answer=VersionSchema,
    example={"name": "gridpatrol", "version": "0.1.0"},
)
def version(call: Call) -> dict[str, Any]:
    """The installed version."""
    return {"name": "gridpatrol", "version": importlib.metadata.version("gridpatrol")}
