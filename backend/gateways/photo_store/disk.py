"""Writing to a file system so that it lasts: whole writes, fsync, rename, fsync of the folders, a full disk told as such."""

import contextlib
import errno
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from backend.domain.errors import DomainError

FULL = (errno.ENOSPC, errno.EDQUOT)
RETRY_SECONDS = 60  # a full disk needs a person
TEMPORARY = "put-"  # how names of files being written begin


@contextlib.contextmanager
def room() -> Iterator[None]:
    """Tell a full disk as ``storage_full``."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise DomainError("storage_full", retry_after=RETRY_SECONDS) from error
        raise


def put_file(
    root: Path,
    staging: Path,
    target: Path,
    chunks: Iterable[bytes],
    mode: int,
    check: Callable[[], None] = lambda: None,
) -> None:
    """Write ``chunks`` to ``target`` below ``root``, there whole or not at all; ``check`` may refuse before it shows."""
    with room():
        make_folders(root, target.parent)
        handle, name = tempfile.mkstemp(dir=staging, prefix=TEMPORARY)
        try:
            with os.fdopen(handle, "wb", buffering=0) as file:
                for chunk in chunks:
                    write_all(file, chunk)
                os.fsync(file.fileno())
            check()
            Path(name).chmod(mode)
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        sync_folders(root, target.parent)


def write_all(file: BinaryIO, content: bytes) -> None:
    """Write all of ``content``: an unbuffered write may take a part only."""
    view = memoryview(content)
    while view:
        written = file.write(view)
        view = view[written:]


def size_of(path: Path) -> int | None:
    """Bytes of a file, None when there is none."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None


def make_folders(root: Path, folder: Path) -> None:
    """``folder`` below ``root``, and those between."""
    if folder.is_dir():
        return
    if folder != root:
        make_folders(root, folder.parent)
    folder.mkdir(exist_ok=True, mode=0o755)


def sync_folders(root: Path, folder: Path) -> None:
    """Make the names on the way from ``root`` to ``folder`` as durable as the bytes.

    A rename alone may be forgotten in a power cut. The folders above too: another process may have made them a moment ago.
    Once this process has made a folder's own name durable, it need not again.
    """
    sync_folder(folder)
    while folder != root and folder not in _lasting:
        sync_folder(folder.parent)
        _lasting.add(folder)
        folder = folder.parent


# Folders whose names are known to be on the disk; of a store's 65,792 at most.
_lasting: set[Path] = set()


def sync_folder(folder: Path) -> None:
    """fsync one folder."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
