"""Floor 4: HTTP. Every blueprint the application serves is listed here, in alphabetical order."""

from flask_smorest import Blueprint

from backend.api import grids, health, history, media, referrals, reports, sync, uploads

BLUEPRINTS: tuple[Blueprint, ...] = (
    grids.blueprint,
    health.blueprint,
    history.blueprint,
    media.blueprint,
    referrals.blueprint,
    reports.blueprint,
    sync.blueprint,
    uploads.blueprint,
)
