"""The files of a build, read once into memory with their packed twins. Not here: which address shows which."""

import hashlib
import mimetypes
from dataclasses import dataclass, field
from pathlib import Path

from werkzeug.datastructures import Accept

PACKINGS = (("br", ".br"), ("gzip", ".gz"))
TYPES = {".js": "text/javascript", ".svg": "image/svg+xml", ".woff2": "font/woff2"}


@dataclass(frozen=True, slots=True)
class BuiltFile:
    """One file: its bytes, and packed spellings of them by content coding."""

    media_type: str
    plain: bytes = field(repr=False)
    etag: str
    packed: dict[str, bytes] = field(repr=False)

    def best(self, accepted: Accept) -> tuple[bytes, str | None]:
        """The smallest spelling that the client takes, and its content coding (None: as it is)."""
        for coding, _ in PACKINGS:
            if coding in self.packed and accepted.quality(coding) > 0:
                return self.packed[coding], coding
        return self.plain, None


def read_folder(folder: Path) -> dict[str, BuiltFile]:
    """All files below ``folder`` by their path with slashes, packed twins beside them; {} where nothing is built."""
    paths = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    endings = tuple(ending for _, ending in PACKINGS)
    return {
        name: _read(path, {coding: paths[name + ending] for coding, ending in PACKINGS if name + ending in paths})
        for name, path in paths.items()
        if not name.endswith(endings) and not name.startswith(".vite/")
    }


def _read(path: Path, packed: dict[str, Path]) -> BuiltFile:
    plain = path.read_bytes()
    media_type = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    etag = hashlib.sha256(plain).hexdigest()[:20]
    return BuiltFile(media_type, plain, etag, {coding: twin.read_bytes() for coding, twin in packed.items()})
