"""What an export store can do, and the one in a folder. Not here: the one on an S3 service (s3.py)."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from backend.domain.errors import DomainError
from backend.gateways.photo_store.disk import put_file, room
from backend.gateways.photo_store.protocol import READ_BYTES

NAME = re.compile(r"[0-9a-f]{32}-[0-9]{1,9}")  # the export and its attempt; never a path made of what a stranger sent
FILE_MODE, FOLDER_MODE = 0o600, 0o700  # personal data: for the product's own user alone
MAKING = "making"  # where files are written before they are whole


class ExportStore(Protocol):
    """A place for files under names of ours. Writing raises ``storage_full`` or ``storage_unavailable``."""

    def put(self, name: str, made: Path) -> int:
        """Keep a copy of the file ``made`` as ``name``, there whole or not at all; its bytes."""
        ...

    def open(self, name: str) -> BinaryIO:
        """The file, seekable. Raises ``not_found``."""
        ...

    def size(self, name: str) -> int | None:
        """Its bytes; None when it is not here."""
        ...

    def remove(self, name: str) -> None:
        """Drop it; no error when it is not here."""
        ...

    def names(self) -> Iterator[str]:
        """The names of all files that are here."""
        ...


class LocalExportStore:
    """``root/<name>``; an ExportStore."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, name: str, made: Path) -> int:
        """Copied, made durable, then given its name."""
        folder = self.root / MAKING
        with room():
            self.root.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
            folder.mkdir(exist_ok=True, mode=FOLDER_MODE)
        put_file(self.root, folder, self._path(name), _pieces(made), FILE_MODE)
        return made.stat().st_size

    def open(self, name: str) -> BinaryIO:
        """The file."""
        try:
            return self._path(name).open("rb")
        except FileNotFoundError:
            raise DomainError("not_found") from None

    def size(self, name: str) -> int | None:
        """Its bytes."""
        try:
            return self._path(name).stat().st_size
        except FileNotFoundError:
            return None

    def remove(self, name: str) -> None:
        """Unlinked; who reads it at this moment reads on."""
        self._path(name).unlink(missing_ok=True)

    def names(self) -> Iterator[str]:
        """All but what is being written."""
        if self.root.is_dir():
            yield from (path.name for path in self.root.iterdir() if NAME.fullmatch(path.name))

    def _path(self, name: str) -> Path:
        return self.root / checked(name)


class NullExportStore:
    """Keeps nothing: for documents and demos, in which nobody takes a file away."""

    def put(self, name: str, made: Path) -> int:
        """Its bytes, forgotten."""
        checked(name)
        return made.stat().st_size

    def open(self, name: str) -> BinaryIO:
        """Nothing is here."""
        raise DomainError("not_found")

    def size(self, name: str) -> int | None:
        """Nothing is here."""
        return None

    def remove(self, name: str) -> None:
        """Nothing to do."""

    def names(self) -> Iterator[str]:
        """None."""
        yield from ()


def checked(name: str) -> str:
    """``name``, if it is one of ours; ValueError otherwise."""
    if not NAME.fullmatch(name):
        raise ValueError("the name of an export's file is wanted")
    return name


def _pieces(made: Path) -> Iterator[bytes]:
    with made.open("rb") as file:
        while piece := file.read(READ_BYTES):
            yield piece
