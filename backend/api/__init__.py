"""Floor 4: HTTP. Every blueprint the application serves is listed here, in alphabetical order."""

from flask_smorest import Blueprint

from backend.api import health, media, uploads

BLUEPRINTS: tuple[Blueprint, ...] = (
    health.blueprint,
    media.blueprint,
    uploads.blueprint,
)
