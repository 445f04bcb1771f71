"""Floor 4: HTTP. Every blueprint the application serves is listed here, in alphabetical order."""

from flask_smorest import Blueprint

from backend.api import (
    devices,
    divisions,
    docs,
    grids,
    health,
    history,
    map,
    media,
    metrics,
    quarantine,
    referrals,
    reports,
    seals,
    session,
    sites,
    sync,
    tasks,
    uploads,
    users,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    devices.blueprint,
    divisions.blueprint,
    divisions.well_known,
    docs.blueprint,
    grids.blueprint,
    health.blueprint,
    history.blueprint,
    map.blueprint,
    media.blueprint,
    metrics.blueprint,
    quarantine.blueprint,
    referrals.blueprint,
    reports.blueprint,
    seals.blueprint,
    session.blueprint,
    sites.blueprint,
    sync.blueprint,
    tasks.blueprint,
    uploads.blueprint,
    users.blueprint,
)
