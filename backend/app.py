"""The roof: joins settings and gateways with the floors into one Flask application. Nothing else builds one."""

import os

import orjson
import structlog
from flask import Flask
from flask.json.provider import JSONProvider
from flask_compress import Compress

from backend.api import BLUEPRINTS
from backend.api.errors import register_error_handlers
from backend.api.json import OrjsonProvider
from backend.api.middleware import MethodOverride, register_last_word, register_request_log
from backend.api.openapi import OPENAPI_CONFIG, DocumentedApi
from backend.api.state import Gateways, State, attach_state
from backend.gateways.clock import SystemClock
from backend.gateways.cluster import database_url
from backend.gateways.export_store import open_export_store
from backend.gateways.keys import Keys
from backend.gateways.oidc import OidcClient
from backend.gateways.photo_store import open_photo_store
from backend.gateways.webhooks import AddressPolicy, HttpWebhookSender
from backend.logs import configure_logs
from backend.persistence.database import db
from backend.settings import Settings, load_settings
from backend.web import console

log = structlog.get_logger(__name__)
# What is text and worth packing on the way.
PACKED = [
    "application/json",
    "application/problem+json",
    "application/geo+json",
    "application/schema+json",
    "application/vnd.oai.openapi+json",
    "text/html",
    "text/css",
]


def create_app(settings: Settings | None = None, gateways: Gateways | None = None) -> Flask:
    """An application on ``settings`` (default: the environment's); ``gateways`` replace the real outside world."""
    settings = settings or load_settings(os.environ)
    configure_logs()
    app = Flask("backend", static_folder=None)
    provider: type[JSONProvider] = OrjsonProvider
    app.json = provider(app)
    app.config.update(
        SQLALCHEMY_DATABASE_URI=database_url(settings),
        SQLALCHEMY_ENGINE_OPTIONS={
            "pool_size": settings.web_threads,
            "max_overflow": 2,
            # a connection's first calls load PostGIS and plan (tens of ms): a quiet service keeps to the ones that have
            "pool_use_lifo": True,
            "pool_pre_ping": False,
            "json_serializer": lambda value: orjson.dumps(value).decode(),
            "json_deserializer": orjson.loads,
            "pool_recycle": 1800,
            # the session's clock must not depend on the server's zone
            "connect_args": {"options": "-c timezone=UTC -c statement_timeout=60000 -c lock_timeout=15000"},
        },
        COMPRESS_ALGORITHM=["zstd", "br", "gzip"],
        COMPRESS_MIN_SIZE=500,
        COMPRESS_MIMETYPES=PACKED,
        COMPRESS_BR_LEVEL=4,
        **OPENAPI_CONFIG,
    )
    db.init_app(app)
    attach_state(app, State(settings, gateways or open_gateways(settings)))
    register_last_word(app)  # before Compress: what is registered first comes last
    Compress(app)
    api = DocumentedApi(app)
    for blueprint in BLUEPRINTS:
        api.register_blueprint(blueprint)
    console.register(app)
    register_error_handlers(app)
    register_request_log(app)
    app.wsgi_app = MethodOverride(app.wsgi_app)  # type: ignore[method-assign]  # how Flask takes middleware
    return app


def open_gateways(settings: Settings) -> Gateways:
    """The real outside world."""
    policy = AddressPolicy(settings.webhook_allow_private, settings.webhook_allow_http)
    keys = Keys.load(settings.keys_dir)
    oidc = OidcClient(settings.oidc) if settings.oidc else None
    photos, exports = open_photo_store(settings), open_export_store(settings)
    return Gateways(SystemClock(), keys, photos, HttpWebhookSender(policy), oidc, exports)
