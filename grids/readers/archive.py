"""Takes a zip apart without trusting it. Member names are compared, never used as paths: nothing is written here."""

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath

from grids.errors import GridFileError
from grids.model import ReadLimits

_NESTED = {".zip", ".7z", ".rar", ".gz", ".tgz", ".bz2", ".xz", ".tar"}
_RATIO_FROM_BYTES = 10 * 1024 * 1024  # small members of blanks (DBF) compress by more than any bomb
_PIECE = 1 << 20


def read_archive(data: bytes, wanted: frozenset[str], limits: ReadLimits) -> dict[str, bytes]:
    """Contents of the members whose suffix (lower case, with dot) is in `wanted`, by member name.

    Raises GridFileError: archive_invalid, archive_encrypted, archive_unsafe (absolute or upward path, link, nested
    archive, repeated name), archive_bomb (too many members, too large, too dense; counted while unpacking).
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = list(_checked_members(archive, limits))
            budget = limits.max_unpacked_bytes
            contents: dict[str, bytes] = {}
            for member in members:
                if PurePosixPath(member.filename).suffix.lower() in wanted:
                    contents[member.filename] = _unpack(archive, member, budget)
                    budget -= len(contents[member.filename])
            return contents
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        raise GridFileError("archive_invalid") from error
    except (NotImplementedError, RuntimeError) as error:  # unknown compression; password needed
        raise GridFileError("archive_encrypted") from error


def _checked_members(archive: zipfile.ZipFile, limits: ReadLimits) -> Iterator[zipfile.ZipInfo]:
    infos = archive.infolist()
    if len(infos) > limits.max_members or sum(info.file_size for info in infos) > limits.max_unpacked_bytes:
        raise GridFileError("archive_bomb")
    seen: set[str] = set()
    for info in infos:
        name = info.filename
        if info.flag_bits & 0x1:
            raise GridFileError("archive_encrypted")
        if not _is_safe_name(name) or _is_link(info) or name.lower() in seen:
            raise GridFileError("archive_unsafe", member=_printable(name))
        seen.add(name.lower())
        if info.is_dir() or name.startswith("__MACOSX/") or PurePosixPath(name).name.startswith("._"):
            continue
        if PurePosixPath(name).suffix.lower() in _NESTED:
            raise GridFileError("archive_unsafe", member=_printable(name))
        dense = info.file_size / max(1, info.compress_size) > limits.max_ratio
        if dense and info.file_size > _RATIO_FROM_BYTES:
            raise GridFileError("archive_bomb")
        yield info


def _is_safe_name(name: str) -> bool:
    plain = name.replace("\\", "/")
    drive = len(plain) > 1 and plain[1] == ":"
    return (
        bool(plain) and not drive and not plain.startswith("/") and ".." not in plain.split("/") and "\0" not in plain
    )


def _is_link(info: zipfile.ZipInfo) -> bool:
    mode = info.external_attr >> 16
    return stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR)


def _printable(name: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in name)[:80]


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, budget: int) -> bytes:
    """The member's bytes, read in pieces: the size in its header is a claim, not a fact."""
    pieces = bytearray()
    with archive.open(member) as stream:
        while piece := stream.read(_PIECE):
            pieces += piece
            if len(pieces) > budget:
                raise GridFileError("archive_bomb")
    return bytes(pieces)
