"""Photo stores of both kinds, empty."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.gateways.photo_store import LocalPhotoStore, PhotoStore, open_photo_store
from backend.settings import PhotoPlace, Settings
from tests.s3 import Faults, S3Service, running_s3


@pytest.fixture(scope="session")
def s3_service() -> Iterator[S3Service]:
    with running_s3() as service:
        yield service


@pytest.fixture
def s3(s3_service: S3Service) -> Iterator[S3Service]:
    """A service without faults and a bucket of one's own."""
    service = s3_service.new_bucket()
    yield service
    service.faults.__init__()  # type: ignore[misc]  # back to no faults, in the object the server holds
    service.drop_bucket()


@pytest.fixture
def faults(s3: S3Service) -> Faults:
    return s3.faults


@pytest.fixture
def s3_store(s3: S3Service, tmp_path: Path) -> PhotoStore:
    return open_photo_store(Settings(var_dir=tmp_path / "s3", s3=s3.place, photo_store=PhotoPlace.S3))


@pytest.fixture
def local_store(tmp_path: Path) -> LocalPhotoStore:
    return LocalPhotoStore(tmp_path / "local" / "media")


@pytest.fixture(params=["local", pytest.param("s3", marks=pytest.mark.s3)])
def store(request: pytest.FixtureRequest) -> PhotoStore:
    """Each kind of store in turn."""
    found: PhotoStore = request.getfixturevalue(f"{request.param}_store")
    return found
