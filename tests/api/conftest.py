"""What tests of addresses share: a phone for uploads, the photo store emptied after each test, a small district."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from backend.gateways.photo_store import LocalPhotoStore
from tests.api.world import World, make_world
from tests.tus import Sender


@pytest.fixture
def phone(app: Flask, client: FlaskClient, session: Session, store: LocalPhotoStore) -> Sender:
    return Sender(app, client, session)


@pytest.fixture
def store(app: Flask) -> Iterator[LocalPhotoStore]:
    found: LocalPhotoStore = app.extensions["gridpatrol"].gateways.photos
    yield found
    # rows are rolled back after the test, files are not
    for path in found.root.rglob("*"):
        if path.is_file():
            path.unlink()


@pytest.fixture
def world(app: Flask, session: Session, store: LocalPhotoStore) -> World:
    return make_world(app, session)
