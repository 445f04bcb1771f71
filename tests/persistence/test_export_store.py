"""Stores of exports, in a folder and on an S3 service: whole or not at all, and nothing else in sight."""

from pathlib import Path
from uuid import uuid4

import pytest

from backend.domain.errors import DomainError
from backend.gateways.export_store import ExportStore, LocalExportStore, NullExportStore, open_export_store
from backend.gateways.photo_store import PhotoStore
from backend.settings import PhotoPlace, Settings
from tests import photos
from tests.s3 import Faults, S3Service

HEX = "5f0c8a52d1be4e57a3c1f0d8e4b7a690"  # as names begin, always the same: every test process must collect the same tests


def made(folder: Path, content: bytes) -> Path:
    path = folder / "made.csv"
    path.write_bytes(content)
    return path


@pytest.fixture(params=["local", pytest.param("s3", marks=pytest.mark.s3)])
def exports(request: pytest.FixtureRequest, tmp_path: Path) -> ExportStore:
    if request.param == "local":
        return open_export_store(Settings(var_dir=tmp_path))
    place = request.getfixturevalue("s3").place
    return open_export_store(Settings(var_dir=tmp_path, s3=place, photo_store=PhotoPlace.S3))


def test_kept_read_from_anywhere_and_removed(exports: ExportStore, tmp_path: Path) -> None:
    name, content = f"{uuid4().hex}-1", bytes(range(256)) * 4_000
    assert exports.put(name, made(tmp_path, content)) == len(content)
    assert (list(exports.names()), exports.size(name)) == ([name], len(content))
    with exports.open(name) as file:
        file.seek(500_000)
        assert file.read(10) == content[500_000:500_010]
        file.seek(0)
        assert file.read() == content
    exports.remove(name)
    exports.remove(name)
    assert (list(exports.names()), exports.size(name)) == ([], None)
    with pytest.raises(DomainError) as refusal:
        exports.open(name)
    assert refusal.value.code == "not_found"


@pytest.mark.parametrize("name", ["../etc/passwd", "abc-1", HEX, f"{HEX}-1/..", ""])
def test_no_path_is_made_of_anything_else(exports: ExportStore, tmp_path: Path, name: str) -> None:
    for act in (exports.open, exports.size, exports.remove, lambda n: exports.put(n, made(tmp_path, b"x"))):
        with pytest.raises(ValueError, match="name"):
            act(name)


def test_files_are_for_the_product_alone(tmp_path: Path) -> None:
    store, name = LocalExportStore(tmp_path / "exports"), f"{uuid4().hex}-1"
    store.put(name, made(tmp_path, b"x"))
    assert (store.root / name).stat().st_mode & 0o777 == 0o600
    assert store.root.stat().st_mode & 0o777 == 0o700


def test_a_service_that_is_away_or_full_says_so(s3: S3Service, faults: Faults, tmp_path: Path) -> None:
    store = open_export_store(Settings(var_dir=tmp_path, s3=s3.place, photo_store=PhotoPlace.S3))
    for refusal, code in (
        ((507, "InsufficientStorage"), "storage_full"),
        ((403, "AccessDenied"), "storage_unavailable"),
    ):
        faults.refuses_writes = refusal
        with pytest.raises(DomainError) as error:
            store.put(f"{uuid4().hex}-1", made(tmp_path, b"x"))
        assert error.value.code == code


@pytest.mark.s3
def test_exports_are_no_photos(s3_store: PhotoStore, s3: S3Service, tmp_path: Path) -> None:
    store = open_export_store(Settings(var_dir=tmp_path, s3=s3.place, photo_store=PhotoPlace.S3))
    name, sha = f"{uuid4().hex}-1", s3_store.add(photos.jpeg(1))
    store.put(name, made(tmp_path, b"x"))
    assert s3.names() == [f"{sha[:2]}/{sha[2:4]}/{sha}", f"exports/{name}"]
    assert [file.sha256 for file in s3_store.listing()] == [sha]
    assert list(store.names()) == [name]


def test_nothing_is_kept_where_nobody_takes_it_away(tmp_path: Path) -> None:
    store, name = NullExportStore(), f"{uuid4().hex}-1"
    assert store.put(name, made(tmp_path, b"xy")) == 2
    store.remove(name)
    assert (list(store.names()), store.size(name)) == ([], None)
    with pytest.raises(DomainError):
        store.open(name)
