"""The S3 store when the service lies, is full, breaks off or is away; the service here is moto behind a faulty server."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from backend.domain.errors import DomainError
from backend.gateways.photo_store import PhotoStore, digest_of, open_photo_store
from backend.settings import PhotoPlace, S3Settings, SettingError, Settings
from tests import photos
from tests.s3 import SECRET, Faults, S3Service


@pytest.fixture
def store(s3_store: PhotoStore) -> PhotoStore:
    return s3_store


@pytest.mark.s3
def test_objects_have_the_names_that_files_have(store: PhotoStore, s3: S3Service) -> None:
    sha = store.add(photos.jpeg(1))
    store.put_preview(sha, b"small")
    assert s3.names() == [f"{sha[:2]}/{sha[2:4]}/{sha}", f"previews/{sha[:2]}/{sha[2:4]}/{sha}.jpg"]


def test_a_service_that_keeps_other_bytes_publishes_nothing(
    store: PhotoStore, s3: S3Service, faults: Faults, capfd: pytest.CaptureFixture[str]
) -> None:
    content, upload = photos.jpeg(2), uuid4()
    sha = photos.sha256(content)
    store.append(upload, 0, [content])
    faults.spoils_writes = True
    with pytest.raises(DomainError) as refusal:
        store.publish(upload, sha)
    assert refusal.value.code == "storage_unavailable"
    assert "s3_kept_other_bytes" in "".join(capfd.readouterr())
    assert (s3.names(), store.staged_size(upload)) == ([], len(content))
    faults.spoils_writes = False
    store.publish(upload, sha)
    with store.open(sha) as file:
        assert digest_of(file) == sha


@pytest.mark.s3
def test_a_rotten_object_is_replaced_when_the_photo_comes_again(store: PhotoStore, s3: S3Service) -> None:
    content, upload = photos.jpeg(3), uuid4()
    sha = photos.sha256(content)
    rotten = b"!" + content[1:]
    s3.client.put_object(Bucket=s3.place.bucket, Key=f"{sha[:2]}/{sha[2:4]}/{sha}", Body=rotten)
    store.append(upload, 0, [content])
    store.publish(upload, sha)
    with store.open(sha) as file:
        assert file.read() == content


@pytest.mark.parametrize("refusal", [(507, "InsufficientStorage"), (403, "QuotaExceeded"), (507, "XMinioStorageFull")])
def test_a_full_service_loses_nothing(
    store: PhotoStore, s3: S3Service, faults: Faults, refusal: tuple[int, str]
) -> None:
    content, upload = photos.jpeg(4), uuid4()
    store.append(upload, 0, [content])
    faults.refuses_writes = refusal
    with pytest.raises(DomainError) as caught:
        store.publish(upload, photos.sha256(content))
    assert caught.value.code == "storage_full"
    assert caught.value.params["retry_after"] > 0
    assert (s3.names(), store.staged_size(upload)) == ([], len(content))


@pytest.mark.parametrize("refusal", [(403, "SignatureDoesNotMatch"), (403, "InvalidAccessKeyId"), (400, "Strange")])
def test_a_service_that_refuses_says_nothing_about_photos_nor_about_keys(
    store: PhotoStore, s3: S3Service, faults: Faults, refusal: tuple[int, str], capfd: pytest.CaptureFixture[str]
) -> None:
    sha = store.add(photos.jpeg(5))
    faults.refuses_all = refusal
    for ask in (store.exists, store.size, store.open, store.preview, lambda one: store.present([one])):
        with pytest.raises(DomainError) as caught:
            ask(sha)
        assert caught.value.code == "storage_unavailable"
    logged = "".join(capfd.readouterr())
    assert "s3_refused" in logged
    assert SECRET not in logged and "access-key-id" not in logged
    assert SECRET not in repr(s3.place) and "access-key-id" not in repr(s3.place)


def test_nobody_there(tmp_path: Path) -> None:
    nowhere = S3Settings("photos", endpoint="http://127.0.0.1:9", access_key="x", secret_key="y")
    store = open_photo_store(Settings(var_dir=tmp_path, s3=nowhere, photo_store=PhotoPlace.S3))
    with pytest.raises(DomainError) as caught:
        store.exists("0" * 64)
    assert caught.value.code == "storage_unavailable"


@pytest.mark.s3
def test_a_bucket_that_is_gone_is_no_empty_bucket(store: PhotoStore, s3: S3Service) -> None:
    s3.client.delete_bucket(Bucket=s3.place.bucket)
    try:
        with pytest.raises(DomainError) as caught:
            store.exists("0" * 64)
        assert caught.value.code == "storage_unavailable"
    finally:
        s3.client.create_bucket(Bucket=s3.place.bucket)


def test_reading_goes_on_where_a_connection_broke(store: PhotoStore, faults: Faults) -> None:
    content = photos.encode(photos.draw(6, (900, 700)), "PNG")
    sha = store.add(content)
    faults.cuts_reads = 2
    with store.open(sha) as file:
        assert file.read() == content
    faults.cuts_reads = 50
    with store.open(sha) as file, pytest.raises(DomainError) as caught:
        file.read()
    assert caught.value.code == "storage_unavailable"


@pytest.mark.s3
def test_what_was_written_aside_by_a_killed_process_is_swept(store: PhotoStore, s3: S3Service) -> None:
    s3.client.put_object(Bucket=s3.place.bucket, Key="incoming/0123", Body=b"half")
    assert list(store.listing()) == []
    assert store.sweep(datetime.now(UTC) - timedelta(days=1)) == 0
    assert store.sweep(datetime.now(UTC) + timedelta(days=1)) == 1
    assert s3.names() == []


def test_a_store_without_a_bucket_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="S3_BUCKET"):
        open_photo_store(Settings(var_dir=tmp_path, photo_store=PhotoPlace.S3))
