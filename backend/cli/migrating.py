"""Whether this database already has what this version of the product brings. Not here: bringing it (context.py)."""

import hashlib
from pathlib import Path

import psycopg

from backend.gateways.cluster import libpq_url
from backend.settings import CHECKOUT, Settings

STAMP = "migrated"
# Everything that `gridpatrol db migrate` reads.
SOURCES = ("migrations", "backend/domain/data", "backend/services/reference.py", "backend/services/reference")


def is_migrated(settings: Settings, url: str) -> bool:
    """True when nothing changed since the last migration of this very database; then the start need not wait for one."""
    try:
        noted = _stamp_path(settings).read_text("utf-8")
    except FileNotFoundError:
        return False
    return noted == _stamp(url)


def note_migrated(settings: Settings, url: str) -> None:
    """Note that this database is up to date."""
    settings.var_dir.mkdir(parents=True, exist_ok=True)
    _stamp_path(settings).write_text(_stamp(url) or "", encoding="utf-8")


def _stamp(url: str) -> str | None:
    epoch = _epoch(url)
    return f"{epoch} {_sources_sha256()}\n" if epoch else None


def _epoch(url: str) -> str | None:
    """The newest epoch names the database: another one, or one restored from a backup, has another."""
    with psycopg.connect(libpq_url(url)) as connection:
        try:
            row = connection.execute("SELECT id FROM epochs ORDER BY ordinal DESC LIMIT 1").fetchone()
        except psycopg.errors.UndefinedTable:
            return None
    return str(row[0]) if row else None


def _sources_sha256() -> str:
    digest = hashlib.sha256()
    for source in SOURCES:
        root = CHECKOUT / source
        files = sorted(root.rglob("*")) if root.is_dir() else [root]
        for path in files:
            if path.is_file() and path.suffix != ".pyc":
                digest.update(f"{path.relative_to(CHECKOUT)}\n".encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _stamp_path(settings: Settings) -> Path:
    return settings.var_dir / STAMP
