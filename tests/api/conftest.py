"""What tests of addresses share: a phone for uploads, the photo store emptied after each test, a small district."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from backend.domain.vocabulary import Role
from backend.gateways.photo_store import LocalPhotoStore
from backend.persistence.models import User
from backend.services.epochs import ensure_epoch
from tests.api.caller import Caller
from tests.api.gis import Gis, Place, make_place
from tests.api.world import World, make_world
from tests.conftest import NOW
from tests.factories import make_device, make_user, token_for
from tests.phone import Phone
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


@pytest.fixture
def worker(session: Session) -> User:
    return make_user(session)


@pytest.fixture
def field_phone(app: Flask, session: Session, client: FlaskClient, worker: User) -> Phone:
    """The worker's phone, which syncs."""
    ensure_epoch(session, NOW)
    made = Phone(client, token_for(app, session, worker, device=make_device(session, worker)), NOW)
    session.commit()
    return made


@pytest.fixture
def acting(app: Flask, session: Session, client: FlaskClient) -> Callable[..., Caller]:
    """``acting(Role.X)``: somebody new of that role at the quarantine desk."""

    def acting(role: Role = Role.STREET_COORDINATOR, **options: Any) -> Caller:
        return Caller(app, session, client, make_user(session, role, **options), "/api/v1/quarantine")

    return acting


@pytest.fixture
def place(session: Session) -> Place:
    """What a GIS program finds in a small district."""
    return make_place(session)


@pytest.fixture
def gis(app: Flask, session: Session) -> Gis:
    """A GIS program of somebody who sees the whole district."""
    return Gis(app, session, make_user(session, Role.BUREAU_TRIAGER))
