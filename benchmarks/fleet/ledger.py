"""What phones recorded, written beside the client: were the client to lose an item, this still knows it."""

import json
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Recorded:
    """One item as the worker was told it is safe on the phone. ``subject``: the report, task or site it is about."""

    item_id: str
    owner: str
    kind: str
    content_sha256: str
    subject: str
    photos: tuple[str, ...]


class Ledger:
    """Appends to one file; for the threads of one process."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._file = path.open("a", encoding="ascii", buffering=1)

    def add(self, recorded: Recorded) -> None:
        """Note one item."""
        with self._lock:
            self._file.write(json.dumps(asdict(recorded)) + "\n")

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def read_ledgers(folder: Path) -> Iterator[Recorded]:
    """Everything noted below ``folder``."""
    for path in sorted(folder.glob("ledger-*.jsonl")):
        with path.open(encoding="ascii") as lines:
            for line in lines:
                fields = json.loads(line)
                yield Recorded(**{**fields, "photos": tuple(fields["photos"])})
