"""Fixtures of the S3 service, for the conftest of every folder that wants them: moto is not loaded by the others."""

from collections.abc import Iterator

import pytest

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
