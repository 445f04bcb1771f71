"""A worker with a grid, a task and a password; the application served; and phones made by the reference client."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from backend.gateways.photo_store import LocalPhotoStore
from backend.persistence.models import User
from backend.services.accounts.hashing import hash_password
from gridpatrol_client import DeviceInfo, Phone
from gridpatrol_client.drafts import Draft, Finding, NamedPhoto, Position, ReportDraft, Site, submit_report
from tests.clients.network import Network, served
from tests.conftest import NOW
from tests.scenarios.conftest import Field

PASSWORD = "Field-phone-2026"
DEVICE = DeviceInfo("Field phone 7", "linux", "0.1")
MakePhone = Callable[..., Phone]


@pytest.fixture
def field(live_app: Flask, live_session: Session, live_client: FlaskClient) -> Field:
    """Two workers who can sign in, their grids, a task of the first."""
    made = Field(live_app, live_session, live_client)
    for user in (made.worker, made.other):
        user.password_hash = hash_password(PASSWORD, live_app.extensions["gridpatrol"].settings)
    live_session.commit()
    return made


@pytest.fixture
def network(field: Field) -> Iterator[Network]:
    """The way from the phones to the server."""
    made = Network(field.app)
    with served(made) as made.url:
        yield made
    store: LocalPhotoStore = field.app.extensions["gridpatrol"].gateways.photos
    for path in store.root.rglob("*"):  # rows go after each test, files do not go by themselves
        if path.is_file():
            path.unlink()


@pytest.fixture
def make_phone(field: Field, network: Network, tmp_path: Path) -> Iterator[MakePhone]:
    """``make_phone(user=…, folder=…)``: a phone of that folder; signed in unless ``user`` is None."""
    made: list[Phone] = []

    def make(user: User | None = field.worker, folder: str = "phone", **options: Any) -> Phone:
        phone = Phone(tmp_path / folder, network.url, **options)
        made.append(phone)
        if user is not None:
            phone.sign_in(user.username, PASSWORD, DEVICE)
        return phone

    yield make
    for phone in made:
        phone.close()


@pytest.fixture
def phone(make_phone: MakePhone) -> Phone:
    """The first worker's phone, signed in."""
    return make_phone()


def a_report(phone: Phone, *contents: bytes, **values: Any) -> Draft:
    """A problem found in the middle of the first test grid, with photos of these bytes."""
    files = [phone.album.take_in(content) for content in contents]
    return submit_report(
        ReportDraft(
            **{
                "category": "illegal_practice",
                "outcome": "problem",
                "captured_at": NOW,
                "form": ("A", 1),
                "position": Position(121.402, 31.242, 8.0, fixed_at=NOW),
                "site": Site(name="某诊所", address="示例路2号", uscc_missing_reason="not_displayed"),
                "findings": [Finding("A-01", "medium", "未见许可证")],
                "photos": [NamedPhoto(file, "signboard", NOW) for file in files],
                **values,
            }
        )
    )
