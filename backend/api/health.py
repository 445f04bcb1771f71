"""Is it alive, is it ready, which version: for load balancers and people who operate it."""

import importlib.metadata
from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields
from sqlalchemy import text

from backend.api.endpoint import PUBLIC, Call, endpoint

blueprint = Blueprint("health", __name__, description="Is the service alive and ready?")


class HealthSchema(Schema):
    """A word."""

    status = fields.String(required=True)


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
    answer=HealthSchema,
    example={"status": "ready"},
)
def ready(call: Call) -> dict[str, Any]:
    """Answers 503 when the database is away."""
    call.session.execute(text("SELECT version_num FROM alembic_version")).one()
    return {"status": "ready"}


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
