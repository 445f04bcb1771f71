"""Photo stores of both kinds, empty."""

from pathlib import Path

import pytest

from backend.gateways.photo_store import LocalPhotoStore, PhotoStore, open_photo_store
from backend.settings import PhotoPlace, Settings
from tests.s3 import S3Service
from tests.s3_fixtures import faults, s3, s3_service

__all__ = ["faults", "s3", "s3_service"]  # fixtures are found by their names here


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
