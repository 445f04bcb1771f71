"""Photos on the phone: their bytes under their hash in the data folder, and whether the server has them.

``waiting`` is to be sent · ``here`` was confirmed by the server · ``refused`` will never be taken; the user is told why.
"""

import hashlib
import os
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Row

from gridpatrol_client.errors import PhotoError
from gridpatrol_client.stamps import new_id
from gridpatrol_client.store import Store

MAX_BYTES = 25 * 1024 * 1024
# A file without a row may belong to a report that is being written this moment; after an hour it belongs to nobody.
ORPHAN_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class PhotoFile:
    """Bytes that lie safely in the data folder, before any report names them."""

    sha256: str
    bytes: int
    mime: str


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo of an item, and how far it has come."""

    owner: str
    sha256: str
    bytes: int
    mime: str
    report_id: str | None
    state: str
    upload_url: str | None
    restarts: int
    code: str | None
    detail: str | None


class Album:
    """The photos of one data folder."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._folder = store.folder / "photos"
        self._folder.mkdir(exist_ok=True, mode=0o700)

    def take_in(self, content: bytes) -> PhotoFile:
        """Put a photo's original bytes into the data folder; on the disk when this returns. PhotoError if it is none."""
        if len(content) > MAX_BYTES:
            raise PhotoError("payload_too_large", f"{len(content)} > {MAX_BYTES}")
        mime = sniff(content)
        if mime is None:
            raise PhotoError("not_a_photo")
        photo = PhotoFile(hashlib.sha256(content).hexdigest(), len(content), mime)
        path = self.path(photo.sha256)
        if path.exists():
            os.utime(path)  # young again: tidy() must not take it for an orphan
        else:
            _write_durably(path, content)
        return photo

    def path(self, sha256: str) -> Path:
        """Where the bytes lie."""
        return self._folder / sha256

    def name(self, owner: str, photo: PhotoFile, report_id: str | None) -> None:
        """An item names this photo: it is to be sent. Part of the item's transaction."""
        self._store.run(
            "INSERT INTO photos (owner, sha256, bytes, mime, report_id) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (owner, sha256) DO NOTHING",
            *(owner, photo.sha256, photo.bytes, photo.mime, report_id),
        )

    def having(self, *states: str, owner: str | None = None) -> list[Photo]:
        """Photos in any of the states: first those of reports that a coordinator waits for (``photos_wanted_at``), then
        small ones first, since many reports become complete before one large photo is through."""
        rows = self._store.rows(
            "SELECT p.* FROM photos p LEFT JOIN objects o ON o.type = 'report' AND o.id = p.report_id"
            " ORDER BY json_extract(o.data, '$.photos_wanted_at') IS NULL, p.bytes, p.sha256"
        )
        return [photo for photo in map(_photo, rows) if photo.state in states and owner in (None, photo.owner)]

    def of_item(self, owner: str, item_id: str) -> list[Photo]:
        """The photos an item names."""
        rows = self._store.rows(
            "SELECT p.* FROM photos p JOIN item_photos ip ON ip.sha256 = p.sha256"
            " WHERE p.owner = ? AND ip.item_id = ? ORDER BY p.bytes, p.sha256",
            *(owner, item_id),
        )
        return [_photo(row) for row in rows]

    def confirm(self, owner: str, hashes: Collection[str]) -> None:
        """The server has said that it holds these."""
        with self._store.change():
            for sha256 in hashes:
                self._store.run(
                    "UPDATE photos SET state = 'here', upload_url = NULL, restarts = 0, code = NULL, detail = NULL"
                    " WHERE owner = ? AND sha256 = ?",
                    *(owner, sha256),
                )

    def remember_upload(self, photo: Photo, url: str | None) -> None:
        """Where the upload goes on, also after a restart; None: it starts over."""
        self._store.run(
            "UPDATE photos SET upload_url = ? WHERE owner = ? AND sha256 = ?", url, photo.owner, photo.sha256
        )

    def count_restart(self, photo: Photo) -> None:
        """The server found other bytes than announced: the upload starts over, and this is remembered."""
        self._store.run(
            "UPDATE photos SET upload_url = NULL, restarts = restarts + 1 WHERE owner = ? AND sha256 = ?",
            *(photo.owner, photo.sha256),
        )

    def refuse(self, photo: Photo, code: str, detail: str = "") -> None:
        """This photo will never be taken."""
        self._store.run(
            "UPDATE photos SET state = 'refused', upload_url = NULL, code = ?, detail = ?"
            " WHERE owner = ? AND sha256 = ?",
            *(code, detail, photo.owner, photo.sha256),
        )

    def note(self, photo: Photo, code: str, detail: str = "") -> None:
        """Remember why a photo still waits."""
        self._store.run(
            "UPDATE photos SET code = ?, detail = ? WHERE owner = ? AND sha256 = ?",
            *(code, detail, photo.owner, photo.sha256),
        )

    def ask_again(self) -> None:
        """A restored server may lack any of them: all that are kept are asked for again, which costs one call."""
        self._store.run("UPDATE photos SET state = 'waiting' WHERE state = 'here'")

    def tidy(self) -> int:
        """Delete files and rows that no item names any more; how many files."""
        with self._store.change():
            self._store.run("DELETE FROM photos WHERE sha256 NOT IN (SELECT sha256 FROM item_photos)")
            named = {row["sha256"] for row in self._store.rows("SELECT sha256 FROM photos")}
        doomed = [
            path
            for path in self._folder.iterdir()
            if path.name not in named and time.time() - path.stat().st_mtime > ORPHAN_SECONDS
        ]
        for path in doomed:
            path.unlink(missing_ok=True)
        return len(doomed)


def sniff(content: bytes) -> str | None:
    """The MIME type of a photo by its first bytes; None for anything the contract does not take."""
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content[4:8] == b"ftyp" and content[8:12] in (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"):
        return "image/heic"
    return None


def _write_durably(path: Path, content: bytes) -> None:
    # whole or not at all, under its name: a photo cut by a dead battery would never match its hash
    draft = path.with_name(f"{path.name}.{new_id()}")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    if os.name == "posix":  # elsewhere a folder cannot be opened, and renames are durable by themselves
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)


def _photo(row: Row) -> Photo:
    return Photo(**{name: row[name] for name in Photo.__slots__})
