"""The photo store on a real file system: what is on disk when, and what a full disk does."""

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from backend.domain.errors import DomainError
from backend.gateways.photo_store import LocalPhotoStore
from tests import photos


@pytest.fixture
def store(tmp_path: Path) -> LocalPhotoStore:
    return LocalPhotoStore(tmp_path / "media")


def test_pieces_become_a_file_under_its_hash_that_nobody_may_write(store: LocalPhotoStore) -> None:
    content, upload = photos.jpeg(1), uuid4()
    assert store.append(upload, 0, [content[:10], content[10:20]]) == 20
    assert store.append(upload, 20, [content[20:]]) == len(content)
    assert store.staged_head(upload, 4) == content[:4]
    sha = photos.sha256(content)
    store.publish(upload, sha)
    path = store.root / sha[:2] / sha[2:4] / sha
    assert path.read_bytes() == content
    assert path.stat().st_mode & 0o222 == 0
    assert store.staged_size(upload) == 0
    assert (store.size(sha), store.exists(sha)) == (len(content), True)


def test_what_lies_behind_the_offset_is_dropped(store: LocalPhotoStore) -> None:
    upload = uuid4()
    store.append(upload, 0, [b"abcdef"])
    assert store.append(upload, 3, [b"XY"]) == 5
    assert store.staged_head(upload, 99) == b"abcXY"


def test_a_gap_is_refused(store: LocalPhotoStore) -> None:
    upload = uuid4()
    store.append(upload, 0, [b"abc"])
    with pytest.raises(DomainError) as refusal:
        store.append(upload, 4, [b"e"])
    assert refusal.value.code == "upload_offset_mismatch"
    assert store.staged_size(upload) == 3


def test_another_hash_publishes_nothing(store: LocalPhotoStore) -> None:
    upload, sha = uuid4(), photos.sha256(b"other")
    store.append(upload, 0, [b"abc"])
    with pytest.raises(DomainError) as refusal:
        store.publish(upload, sha)
    assert refusal.value.code == "checksum_mismatch"
    assert not store.exists(sha)
    assert store.staged_size(upload) == 3


def test_a_full_disk_loses_nothing_that_was_there(store: LocalPhotoStore) -> None:
    upload = uuid4()
    store.append(upload, 0, [b"abc"])

    def and_then_full() -> Iterator[bytes]:
        yield b"def"
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(DomainError) as refusal:
        store.append(upload, 3, and_then_full())
    assert refusal.value.code == "storage_full"
    assert refusal.value.params["retry_after"] > 0
    assert store.staged_head(upload, 99) == b"abc"


def test_publishing_what_is_there_already(store: LocalPhotoStore) -> None:
    content = photos.jpeg(2)
    sha = store.add(content)
    assert store.add(content) == sha
    upload = uuid4()
    store.append(upload, 0, [content])
    store.publish(upload, sha)
    with store.open(sha) as file:
        assert file.read() == content


def test_a_claim_holds_across_processes_and_ends_with_them(store: LocalPhotoStore) -> None:
    upload = uuid4()
    program = (
        "import sys, uuid, pathlib\n"
        "from backend.gateways.photo_store import LocalPhotoStore\n"
        f"with LocalPhotoStore(pathlib.Path({str(store.root)!r})).claim(uuid.UUID({str(upload)!r})):\n"
        "    print('held', flush=True); sys.stdin.read()\n"
    )
    holder = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdout and holder.stdin
    with holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(DomainError) as refusal, store.claim(upload):
            pytest.fail("two writers")
        assert refusal.value.code == "upload_busy"
        holder.kill()
        holder.wait()
        holder.stdin.close()
    with store.claim(upload):
        store.append(upload, 0, [b"abc"])
    with store.claim(upload):
        store.delete_staging(upload)
    assert list((store.root / "staging").iterdir()) == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "A" * 64, "", "0" * 63 + "/"])
def test_names_that_are_no_hash_never_become_paths(store: LocalPhotoStore, name: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        store.exists(name)


def test_previews_lie_beside(store: LocalPhotoStore) -> None:
    sha = store.add(photos.jpeg(3))
    assert store.preview(sha) is None
    store.put_preview(sha, b"small")
    assert store.preview(sha) == b"small"
    with pytest.raises(DomainError) as refusal:
        store.open("0" * 64)
    assert refusal.value.code == "not_found"
