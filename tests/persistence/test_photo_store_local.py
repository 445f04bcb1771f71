"""The photo store on a real file system: what is on disk when, in which order, and what a full disk does."""

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
def store(local_store: LocalPhotoStore) -> LocalPhotoStore:
    return local_store


def test_nobody_may_write_to_an_original(store: LocalPhotoStore) -> None:
    sha = store.add(photos.jpeg(1))
    path = store.root / sha[:2] / sha[2:4] / sha
    assert path.read_bytes() == photos.jpeg(1)
    assert path.stat().st_mode & 0o222 == 0


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What is asked of the operating system, in order: (fsync | replace, path)."""
    seen: list[tuple[str, str]] = []
    fsync, replace = os.fsync, os.replace

    def note_fsync(handle: int) -> None:
        seen.append(("fsync", str(Path(f"/proc/self/fd/{handle}").readlink())))
        fsync(handle)

    def note_replace(source: str, target: str) -> None:
        seen.append(("replace", str(target)))
        replace(source, target)

    monkeypatch.setattr(os, "fsync", note_fsync)
    monkeypatch.setattr(os, "replace", note_replace)
    return seen


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc to tell which file was synced")
def test_bytes_are_safe_before_their_name_and_the_name_before_the_answer(
    store: LocalPhotoStore, steps: list[tuple[str, str]]
) -> None:
    content, upload = photos.jpeg(2), uuid4()
    sha, root = photos.sha256(content), store.root.resolve()
    store.append(upload, 0, [content])
    part = str(root / "staging" / f"{upload.hex}.part")
    assert steps == [("fsync", part), ("fsync", str(root / "staging"))]
    steps.clear()
    store.publish(upload, sha)
    folder = root / sha[:2] / sha[2:4]
    on_the_way = [("fsync", str(place)) for place in (folder, folder.parent, root)]
    assert steps == [("fsync", part), ("replace", str(folder / sha)), *on_the_way]
    steps.clear()
    store.add(photos.jpeg(3))
    assert [step for step, _ in steps] == ["fsync", "replace", "fsync", "fsync", "fsync"]


def test_killed_in_the_middle_of_writing_leaves_no_photo(store: LocalPhotoStore) -> None:
    program = (
        "import os, pathlib\n"
        "from backend.gateways.photo_store import LocalPhotoStore\n"
        "os.replace = lambda source, target: os.kill(os.getpid(), 9)\n"
        f"LocalPhotoStore(pathlib.Path({str(store.root)!r})).add(b'x' * 100_000)\n"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == -9
    assert list(store.listing()) == []
    [torn] = (store.root / "staging").iterdir()
    assert torn.name.startswith("put-")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_loses_nothing_that_was_there(store: LocalPhotoStore, number: int) -> None:
    upload = uuid4()
    store.append(upload, 0, [b"abc"])

    def and_then_full() -> Iterator[bytes]:
        yield b"def"
        raise OSError(number, os.strerror(number))

    with pytest.raises(DomainError) as refusal:
        store.append(upload, 3, and_then_full())
    assert refusal.value.code == "storage_full"
    assert refusal.value.params["retry_after"] > 0
    assert store.staged_head(upload, 99) == b"abc"


def test_a_disk_that_notices_only_when_syncing(store: LocalPhotoStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Delayed allocation: the write was taken, there is no room for it all the same."""
    upload = uuid4()
    store.append(upload, 0, [b"abc"])

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DomainError) as refusal:
        store.append(upload, 3, [b"def"])
    assert refusal.value.code == "storage_full"
    with pytest.raises(DomainError):
        store.add(photos.jpeg(4))
    monkeypatch.undo()
    assert store.staged_head(upload, 99) == b"abc"
    assert list(store.listing()) == []
    assert [path.name for path in (store.root / "staging").iterdir()] == [f"{upload.hex}.part"]


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


def test_foreign_files_are_listed_as_such(store: LocalPhotoStore) -> None:
    sha = store.add(photos.jpeg(5))
    (store.root / "ab").mkdir(exist_ok=True)
    for name in ("README", "ab/notes.txt", f"ab/{sha}"):
        (store.root / name).write_bytes(b"x")
    found = {file.name: file.sha256 for file in store.listing()}
    assert found == {f"{sha[:2]}/{sha[2:4]}/{sha}": sha, "README": None, "ab/notes.txt": None, f"ab/{sha}": None}
