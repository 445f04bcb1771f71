"""An object of an S3 service as a seekable file: bytes are asked for from where they are read, as they are read."""

import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Protocol

from backend.domain.errors import DomainError

RETRY_SECONDS = 30
ATTEMPTS = 3  # a connection that breaks in the middle is taken up again at the byte


class Body(Protocol):
    """What the client hands over: bytes as they come."""

    def read(self, amt: int) -> bytes:
        """Some bytes; none at the end."""
        ...

    def close(self) -> None:
        """Let go of the connection."""
        ...


class ObjectReader(io.RawIOBase):
    """Reads ``size`` bytes of one object; ``fetch(position)`` opens its body from there on."""

    def __init__(
        self, size: int, fetch: Callable[[int], Body], talking: Callable[[], AbstractContextManager[None]]
    ) -> None:
        self._size, self._fetch, self._talking = size, fetch, talking
        self._at = 0
        self._body: Body | None = None

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """Where the next byte comes from."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go on reading elsewhere; nothing is asked for before it is read."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        target = base + offset
        if target < 0:
            raise ValueError("before the beginning")
        if target != self._at:
            self._drop()
        self._at = target
        return target

    def readinto(self, buffer: Any) -> int:
        """Fill ``buffer`` as far as there are bytes. Raises ``storage_unavailable`` rather than ending early."""
        if self._at >= self._size or not len(buffer):
            return 0
        piece = self._piece(min(len(buffer), self._size - self._at))
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def close(self) -> None:
        """Let go of the connection."""
        self._drop()
        super().close()

    def _piece(self, amount: int) -> bytes:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                piece = self._ask(amount)
            except DomainError as error:
                if error.code == "not_found" or attempt == ATTEMPTS:
                    raise
                piece = b""
            if piece:
                return piece
            self._drop()
        raise DomainError("storage_unavailable", retry_after=RETRY_SECONDS)  # it ends again and again before its end

    def _ask(self, amount: int) -> bytes:
        with self._talking():
            if self._body is None:
                self._body = self._fetch(self._at)
            return self._body.read(amount)

    def _drop(self) -> None:
        body, self._body = self._body, None
        if body is not None:
            body.close()
