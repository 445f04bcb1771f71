"""Clusters for tests and measurements that vanish with the process that made them. Not here: any lasting data."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from backend.gateways.cluster.place import can_enter
from backend.gateways.cluster.private import PrivateCluster
from backend.gateways.cluster.processes import is_same_process, postmaster_id, start_time

PREFIX = "gridpatrol-test-"
OWNER_FILE = "owner.json"
FALLBACK = Path("/tmp")  # noqa: S108 - mkdtemp below it makes a private folder
# Waits for its standard input to close, which happens however the owner ends, kill -9 included; SIGQUIT = stop at once.
WATCHER = """
cat >/dev/null
pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null) && kill -QUIT "$pid" 2>/dev/null
for _ in 1 2 3 4 5 6 7 8 9 10; do [ -e "$1/data/postmaster.pid" ] || break; sleep 0.2; done
rm -rf "$1"
"""


@contextlib.contextmanager
def throwaway_cluster() -> Iterator[PrivateCluster]:
    """A running, empty, fast cluster in a temporary folder; it is gone afterwards even when this process is killed."""
    remove_stale()
    root = _new_root()
    watcher = subprocess.Popen(  # noqa: S603 - the literal script above
        ["/bin/sh", "-c", WATCHER, "sh", str(root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,
    )
    cluster = PrivateCluster(root, fast=True)
    try:
        cluster.initialise()
        cluster.start()
        yield cluster
    finally:
        cluster.destroy()
        watcher.communicate()


def remove_stale() -> int:
    """Remove clusters whose owner and watcher were both killed. Returns how many."""
    removed = 0
    for folder in {Path(tempfile.gettempdir()), FALLBACK}:
        for root in folder.glob(f"{PREFIX}*"):
            if root.is_dir() and root.stat().st_uid == os.geteuid() and not _is_owned(root):
                _remove(root)
                removed += 1
    return removed


def _new_root() -> Path:
    preferred = Path(tempfile.gettempdir())
    root = Path(tempfile.mkdtemp(prefix=PREFIX, dir=preferred))
    root.chmod(0o711)  # to be entered by the unprivileged user; what is inside is closed
    if not can_enter(PrivateCluster(root, fast=True).place.user, root):
        root.rmdir()
        root = Path(tempfile.mkdtemp(prefix=PREFIX, dir=FALLBACK))
        root.chmod(0o711)
    owner = {"pid": os.getpid(), "started": start_time(os.getpid())}
    (root / OWNER_FILE).write_text(json.dumps(owner), encoding="utf-8")
    return root


def _is_owned(root: Path) -> bool:
    try:
        owner = json.loads((root / OWNER_FILE).read_text("utf-8"))
        return is_same_process(int(owner["pid"]), owner["started"])
    except (OSError, ValueError, KeyError):
        # Being made right now, or long abandoned.
        return time.time() - root.stat().st_mtime < 60


def _remove(root: Path) -> None:
    running = postmaster_id(root / "data")
    if running:
        with contextlib.suppress(ProcessLookupError):
            os.kill(running, signal.SIGQUIT)
        deadline = time.monotonic() + 5
        while postmaster_id(root / "data") and time.monotonic() < deadline:
            time.sleep(0.1)
    shutil.rmtree(root, ignore_errors=True)
