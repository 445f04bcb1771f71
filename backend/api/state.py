"""What the application was built with, reachable from a request. Not here: anything that changes while serving."""

from dataclasses import dataclass, field
from typing import cast

from flask import Flask, current_app

from backend.gateways.clock import Clock
from backend.gateways.export_store import ExportStore, NullExportStore
from backend.gateways.keys import Keys
from backend.gateways.oidc import OidcClient
from backend.gateways.photo_store import PhotoStore
from backend.gateways.webhooks import NullWebhookSender, WebhookSender
from backend.settings import Settings


@dataclass(frozen=True, slots=True)
class Gateways:
    """The outside world as this application sees it."""

    clock: Clock
    keys: Keys
    photos: PhotoStore
    # documents, demos and most tests are built without: only the served product calls other systems
    webhooks: WebhookSender = field(default_factory=NullWebhookSender)
    oidc: OidcClient | None = None  # nobody to ask but ourselves
    exports: ExportStore = field(default_factory=NullExportStore)


@dataclass(frozen=True, slots=True)
class State:
    """Settings and gateways of one application."""

    settings: Settings
    gateways: Gateways


def attach_state(app: Flask, state: State) -> None:
    """Bind ``state`` to ``app``."""
    app.extensions["gridpatrol"] = state


def current_state() -> State:
    """The state of the application that serves this request."""
    return cast(State, current_app.extensions["gridpatrol"])
