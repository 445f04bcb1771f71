"""The product with a clock that stands still, for gunicorn: bytes and recorded sessions must not depend on the day."""

import os
from datetime import timedelta

from backend.api.state import Gateways
from backend.app import create_app
from backend.gateways.clock import FixedClock
from backend.gateways.keys import Keys
from backend.gateways.photo_store import open_photo_store
from backend.settings import load_settings
from tests.conftest import NOW

_settings = load_settings(os.environ)
app = create_app(
    _settings,
    Gateways(
        FixedClock(NOW + timedelta(microseconds=345_678)), Keys.load(_settings.keys_dir), open_photo_store(_settings)
    ),
)
