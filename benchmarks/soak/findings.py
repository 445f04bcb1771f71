"""What is really on the server: read from its tables and its photo folder, past the product's own code."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class StoredItem:
    """A row of sync_items."""

    content_sha256: str
    kind: str
    user_id: str
    result: str
    code: str | None
    flags: tuple[str, ...] = ()


@dataclass
class Findings:
    """Plain values, so that a copy can be changed to prove that a check would notice."""

    items: dict[str, StoredItem] = field(default_factory=dict)
    conflicts: list[str] = field(default_factory=list)
    # report id → (author, photos expected, photos here)
    reports: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    # (subject, action) → how often the history tells it
    events: Counter[Key] = field(default_factory=Counter)
    amendments: dict[str, str] = field(default_factory=dict)
    calls: set[str] = field(default_factory=set)
    sites: set[str] = field(default_factory=set)
    # (report, hash) → whether the photo has arrived
    photos: dict[Key, bool] = field(default_factory=dict)
    media: set[str] = field(default_factory=set)
    # hashes of the bytes that lie in the photo folder, as computed now
    files: set[str] = field(default_factory=set)
    doubled_referrals: list[str] = field(default_factory=list)


def read_findings(url: str, media_dir: Path) -> Findings:
    """Everything at libpq ``url`` and below ``media_dir``, in one snapshot."""
    found = Findings(files=_files(media_dir))
    with psycopg.connect(url) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")

        def rows(query: str) -> list[tuple]:
            return connection.execute(query).fetchall()

        for item_id, sha256, kind, user_id, result, code, flags in rows(
            "SELECT id, content_sha256, kind, user_id::text, result, code, flags FROM sync_items"
        ):
            found.items[item_id] = StoredItem(sha256, kind, user_id, result, code, tuple(flags))
        found.conflicts = [row[0] for row in rows("SELECT item_id FROM sync_conflicts")]
        for report_id, *counts in rows("SELECT id::text, author_id::text, photos_expected, photos_here FROM reports"):
            found.reports[report_id] = (counts[0], counts[1], counts[2])
        for subject, action, count in rows(
            "SELECT subject_id, action, count(*) FROM events WHERE subject_type IN ('report', 'task', 'site')"
            " GROUP BY subject_id, action"
        ):
            found.events[subject, action] = count
        found.amendments = dict(rows("SELECT id, report_id::text FROM report_amendments"))
        found.calls = {row[0] for row in rows("SELECT id FROM emergency_calls")}
        found.sites = {row[0] for row in rows("SELECT id::text FROM sites")}
        for report_id, sha256, is_here in rows(
            "SELECT report_id::text, sha256, arrived_at IS NOT NULL FROM report_photos"
        ):
            found.photos[report_id, sha256] = is_here
        found.media = {row[0] for row in rows("SELECT sha256 FROM media")}
        found.doubled_referrals = [
            row[0]
            for row in rows(
                "SELECT report_id::text FROM referrals GROUP BY report_id, function_code HAVING count(*) > 1"
            )
        ]
    return found


def _files(media_dir: Path) -> set[str]:
    found = set()
    for path in media_dir.glob("[0-9a-f][0-9a-f]/*/*"):
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        if sha256 == path.name:
            found.add(sha256)
    return found
