"""The contract of a photo store, kept by both kinds alike. What only one of them does: test_photo_store_local.py, …_s3.py."""

import hashlib
import io
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from backend.domain.errors import DomainError
from backend.gateways.photo_store import PhotoStore, digest_of
from tests import photos


def code_of(refusal: pytest.ExceptionInfo[DomainError]) -> str:
    return refusal.value.code


def test_pieces_become_a_photo_under_its_hash(store: PhotoStore) -> None:
    content, upload = photos.jpeg(1), uuid4()
    sha = photos.sha256(content)
    assert store.append(upload, 0, [content[:10], content[10:20]]) == 20
    assert store.append(upload, 20, [content[20:]]) == len(content)
    assert store.staged_head(upload, 4) == content[:4]
    assert (store.size(sha), store.exists(sha)) == (None, False)
    store.publish(upload, sha)
    with store.open(sha) as file:
        assert file.read() == content
    assert store.staged_size(upload) == 0
    assert (store.size(sha), store.exists(sha)) == (len(content), True)


def test_what_lies_behind_the_offset_is_dropped(store: PhotoStore) -> None:
    upload = uuid4()
    store.append(upload, 0, [b"abcdef"])
    assert store.append(upload, 3, [b"XY"]) == 5
    assert store.staged_head(upload, 99) == b"abcXY"


def test_a_gap_is_refused(store: PhotoStore) -> None:
    upload = uuid4()
    store.append(upload, 0, [b"abc"])
    with pytest.raises(DomainError) as refusal:
        store.append(upload, 4, [b"e"])
    assert code_of(refusal) == "upload_offset_mismatch"
    assert store.staged_size(upload) == 3


def test_another_hash_publishes_nothing(store: PhotoStore) -> None:
    upload, sha = uuid4(), photos.sha256(b"other")
    store.append(upload, 0, [b"abc"])
    with pytest.raises(DomainError) as refusal:
        store.publish(upload, sha)
    assert code_of(refusal) == "checksum_mismatch"
    assert not store.exists(sha)
    assert store.staged_size(upload) == 3


def test_publishing_what_is_there_already(store: PhotoStore) -> None:
    content, upload = photos.jpeg(2), uuid4()
    sha = store.add(content)
    assert store.add(content) == sha
    store.append(upload, 0, [content])
    store.publish(upload, sha)
    with store.open(sha) as file:
        assert file.read() == content
    assert len(list(store.listing())) == 1


def test_one_writer_at_a_time(store: PhotoStore) -> None:
    upload = uuid4()
    with store.claim(upload):
        with pytest.raises(DomainError) as refusal, store.claim(upload):
            pytest.fail("two writers")
        assert code_of(refusal) == "upload_busy"
    with store.claim(upload):
        store.append(upload, 0, [b"abc"])
    store.delete_staging(upload)
    assert store.staged_size(upload) == 0


def test_any_part_can_be_read(store: PhotoStore) -> None:
    content = photos.encode(photos.draw(3, (900, 700)), "PNG")
    assert len(content) > 100_000
    with store.open(store.add(content)) as file:
        assert file.seekable()
        assert file.seek(0, io.SEEK_END) == len(content)
        assert file.read() == b""
        file.seek(70_000)
        assert file.read(10) == content[70_000:70_010]
        file.seek(5)
        assert file.read(3) == content[5:8]
        file.seek(-4, io.SEEK_END)
        assert file.read() == content[-4:]


def test_what_is_not_there(store: PhotoStore) -> None:
    nobody = "0" * 64
    with pytest.raises(DomainError) as refusal:
        store.open(nobody)
    assert code_of(refusal) == "not_found"
    assert store.preview(nobody) is None
    store.remove(nobody)
    here = {store.add(photos.jpeg(n)) for n in (4, 5, 6)}
    assert store.present([*here, nobody]) == here


@pytest.mark.parametrize("name", ["../../etc/passwd", "A" * 64, "", "0" * 63 + "/"])
def test_names_that_are_no_hash_never_become_places(store: PhotoStore, name: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        store.exists(name)


def test_previews_lie_beside_and_go_with_their_photo(store: PhotoStore) -> None:
    sha = store.add(photos.jpeg(7))
    assert store.preview(sha) is None
    store.put_preview(sha, b"small")
    assert store.preview(sha) == b"small"
    store.remove(sha)
    assert (store.exists(sha), store.preview(sha), list(store.listing())) == (False, None, [])


def test_copies_are_checked_before_they_show(store: PhotoStore) -> None:
    content = photos.jpeg(8)
    sha = photos.sha256(content)
    with pytest.raises(DomainError) as refusal:
        store.copy_in(sha, io.BytesIO(content[:-1] + b"!"))
    assert code_of(refusal) == "checksum_mismatch"
    assert (store.size(sha), list(store.listing())) == (None, [])
    store.copy_in(sha, io.BytesIO(content))
    with store.open(sha) as file:
        assert digest_of(file) == sha


def test_the_listing_knows_what_is_foreign(store: PhotoStore) -> None:
    shas = sorted(store.add(photos.jpeg(n)) for n in (9, 10, 11))
    store.put_preview(shas[0], b"small")
    store.append(uuid4(), 0, [b"under way"])
    found = list(store.listing())
    assert [file.sha256 for file in found if not file.is_preview] == shas
    assert [(file.sha256, file.byte_count) for file in found if file.is_preview] == [(shas[0], 5)]


def test_what_killed_processes_left_is_found(store: PhotoStore, tmp_path: Path) -> None:
    old, young = uuid4(), uuid4()
    for upload in (old, young):
        store.append(upload, 0, [b"abc"])
    [part] = tmp_path.rglob(f"{old.hex}.part")
    (part.parent / "put-torn").write_bytes(b"half a preview")
    long_ago = time.time() - 3 * 24 * 3600
    for path in (part, part.parent / "put-torn"):
        os.utime(path, (long_ago, long_ago))
    a_day_ago = datetime.now(UTC) - timedelta(days=1)
    assert store.staged_before(a_day_ago) == [old]
    assert store.sweep(a_day_ago) == 1
    assert store.staged_size(young) == store.staged_size(old) == 3
    assert not (part.parent / "put-torn").exists()


def test_a_large_photo(store: PhotoStore) -> None:
    content = bytes(range(256)) * 4 * 1024 * 25  # 25 MiB, the contract's limit
    upload, sha = uuid4(), hashlib.sha256(content).hexdigest()
    store.append(upload, 0, (content[at : at + 100_000] for at in range(0, len(content), 100_000)))
    store.publish(upload, sha)
    with store.open(sha) as file:
        assert digest_of(file) == sha
