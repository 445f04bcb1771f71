"""Photos out: asked for once, then sent one at a time, wanted and small ones first, each from the byte where it stopped."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field

from gridpatrol_client import tus
from gridpatrol_client.account import Account
from gridpatrol_client.album import Album, Photo
from gridpatrol_client.errors import PhotoError, ServerError, TryLaterError, UnreachableError

# What a cut connection costs at most to send again. Large enough that a call's overhead does not matter.
PIECE_BYTES = 512 * 1024
HASHES_AT_ONCE = 1000
# Questions of order (offset, lost upload, one broken piece) that one photo may raise before it has to wait for the next sync.
PATIENCE = 8
# The photo itself is at fault: sending it again cannot help.
NEVER = {"payload_too_large", "not_a_photo"}

Progress = Callable[[str, int, int], None]


@dataclass
class PhotosSent:
    """What a pass over the photos has brought."""

    sent: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    postponed: list[str] = field(default_factory=list)


class PhotoSender:
    """Sends what waits. ``progress(sha256, bytes there, bytes of all)`` is called after every step of an upload."""

    def __init__(self, album: Album, account: Account, piece_bytes: int = PIECE_BYTES) -> None:
        self._album = album
        self._account = account
        self._piece_bytes = piece_bytes

    def run(self, owner: str, progress: Progress | None = None) -> PhotosSent:
        """One pass. A photo that is refused holds up no other; without a network the pass ends, and nothing is lost."""
        done = PhotosSent()
        waiting = self._album.having("waiting", owner=owner)
        missing = self._missing([photo.sha256 for photo in waiting])
        done.known = [photo.sha256 for photo in waiting if photo.sha256 not in missing]
        self._album.confirm(owner, done.known)
        for photo in waiting:
            if photo.sha256 not in missing:
                continue
            try:
                self._send(photo, progress or _silent)
            except PhotoError as error:
                self._album.refuse(photo, error.code, error.detail)
                done.refused.append(photo.sha256)
            except TryLaterError as error:
                self._album.note(photo, error.code, error.detail)
                raise
            except ServerError as error:
                self._album.note(photo, error.code, error.detail)
                done.postponed.append(photo.sha256)
            else:
                self._album.confirm(owner, [photo.sha256])
                done.sent.append(photo.sha256)
        return done

    def _missing(self, hashes: list[str]) -> set[str]:
        missing: set[str] = set()
        for start in range(0, len(hashes), HASHES_AT_ONCE):
            body = json.dumps({"sha256": hashes[start : start + HASHES_AT_ONCE]}).encode()
            headers = {"Content-Type": "application/json"}
            answer = self._account.call("POST", "/media/missing", body=body, headers=headers).data()
            if not isinstance(answer.get("missing"), list):
                raise UnreachableError("not_the_server", "no list of missing photos")
            missing.update(answer["missing"])
        return missing

    def _send(self, photo: Photo, progress: Progress) -> None:
        content = self._content(photo)
        url, offset = photo.upload_url, None
        restarts = photo.restarts
        for _ in range(PATIENCE):
            try:
                if url is None:
                    url, offset = self._create(photo)
                elif offset is None:
                    offset = self._offset_of(photo, url)
                self._send_from(photo, content, url, offset, progress)
                return
            except ServerError as error:
                lost = self._judge(photo, error, url, restarts)
                offset = None
                if lost:
                    restarts += lost == "whole"
                    url = None
        raise ServerError(0, "upload_restless", "the upload does not settle; the next sync tries again")

    def _send_from(self, photo: Photo, content: bytes, url: str, offset: int, progress: Progress) -> None:
        progress(photo.sha256, offset, len(content))
        while offset < len(content):
            piece = content[offset : offset + self._piece_bytes]
            offset = tus.send(self._account.call, url, offset, piece)
            progress(photo.sha256, offset, len(content))

    def _create(self, photo: Photo) -> tuple[str, int]:
        metadata = {"sha256": photo.sha256, "mime": photo.mime}
        if photo.report_id:
            metadata["report_id"] = photo.report_id
        url, offset = tus.create(self._account.call, photo.bytes, **metadata)
        # remembered before the first byte goes out: after a crash it is this upload that goes on
        self._album.remember_upload(photo, url)
        return url, offset

    def _offset_of(self, photo: Photo, url: str) -> int:
        try:
            return tus.offset_of(self._account.call, url)
        except UnreachableError as error:
            if error.code == "not_the_server":
                # An answer cut within its headers may have left a shortened address, which nobody knows and which HTTP
                # libraries take for whole. A new upload costs what was sent of this photo; the old address, all photos.
                self._album.remember_upload(photo, None)
            raise

    def _judge(self, photo: Photo, error: ServerError, url: str | None, restarts: int) -> str | None:
        """What an answer means for the upload: None (ask for the offset, go on), 'upload' or 'whole' (create a new one).

        Raises PhotoError where it never goes on, and the error itself where it goes on at another time.
        """
        if error.code in NEVER or error.status == 413:
            raise PhotoError(error.code, error.detail) from error
        if error.status == 409 and url is not None:
            return None
        if error.status in (404, 405, 410) and url is not None:
            self._album.remember_upload(photo, None)
            return "upload"
        if error.status == 460:
            if url is not None and self._still_there(url):
                return None  # one piece broke under way: it is sent again
            if restarts:
                raise PhotoError("checksum_mismatch", error.detail) from error
            self._album.count_restart(photo)
            return "whole"
        raise error

    def _still_there(self, url: str) -> bool:
        try:
            tus.offset_of(self._account.call, url)
        except ServerError as error:
            if error.status in (404, 410):
                return False
            raise
        return True

    def _content(self, photo: Photo) -> bytes:
        try:
            content = self._album.path(photo.sha256).read_bytes()
        except OSError as error:
            raise PhotoError("photo_lost", "the file is not in the data folder any more") from error
        if hashlib.sha256(content).hexdigest() != photo.sha256:
            raise PhotoError("photo_damaged", "the file in the data folder was changed")
        return content


def _silent(_sha256: str, _there: int, _all: int) -> None:
    """No progress is shown."""
