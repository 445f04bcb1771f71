"""Finds PostgreSQL's own programs on this machine. Not here: installing (.ci/setup.sh) or running them (private)."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from backend.gateways.cluster.errors import ClusterError

OLDEST_MAJOR = 15
DEBIAN_PACKAGES = "postgresql-15 postgresql-15-postgis-3"
# Debian, the PGDG packages for Red Hat and openEuler, a build from source.
USUAL_PLACES = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "usr/local/pgsql/bin")


@dataclass(frozen=True, slots=True)
class Binaries:
    """One installed PostgreSQL server with PostGIS."""

    folder: Path
    major: int

    def program(self, name: str) -> str:
        """Path of one program, such as ``pg_ctl``."""
        return str(self.folder / name)

    @property
    def has_lz4(self) -> bool:
        """Whether the server was built with lz4."""
        return "--with-lz4" in _output(self.folder / "pg_config", "--configure")


@cache
def find_binaries(major: int | None = None) -> Binaries:
    """The newest server that has PostGIS, or that of exactly ``major`` (an existing cluster needs its version)."""
    found = sorted(_installed(), key=lambda each: each.major, reverse=True)
    usable = [each for each in found if each.major == major or (major is None and each.major >= OLDEST_MAJOR)]
    if not usable:
        wanted = f"PostgreSQL {major}" if major else f"PostgreSQL {OLDEST_MAJOR} or newer"
        raise ClusterError(f"{wanted} with PostGIS was not found. On Debian 12 install: {DEBIAN_PACKAGES}")
    return usable[0]


def _installed() -> Iterator[Binaries]:
    folders = [folder for pattern in USUAL_PLACES for folder in Path("/").glob(pattern)]
    on_path = shutil.which("postgres")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    for folder in dict.fromkeys(folders):
        major = _server_major(folder)
        if major and _has_postgis(folder):
            yield Binaries(folder, major)


def _server_major(folder: Path) -> int | None:
    if not all((folder / name).exists() for name in ("postgres", "initdb", "pg_ctl", "pg_config")):
        return None
    match = re.search(r"\) (\d+)", _output(folder / "postgres", "--version"))
    return int(match[1]) if match else None


def _has_postgis(folder: Path) -> bool:
    share = _output(folder / "pg_config", "--sharedir")
    return bool(share) and (Path(share) / "extension" / "postgis.control").exists()


def _output(program: Path, option: str) -> str:
    # The program is one of a PostgreSQL installation found above, the option a literal.
    run = subprocess.run([str(program), option], capture_output=True, text=True, check=False)  # noqa: S603 - see above
    return run.stdout.strip()
