"""The folder in which the web workers count together (metrics.py): made by their master, before they begin.

Not here: prometheus-client, which looks for the folder when it is imported.
"""

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"  # prometheus-client's own
_PREFIX, _LOCK = "gridpatrol-counts-", "owner.lock"


def prepare_folder(parent: str | None) -> Path:
    """The folder named by the environment, or a new one below ``parent``; what killed masters left there is cleared away."""
    given = os.environ.get(VARIABLE)
    if given:  # by an operator, or by this very process when it reads its configuration again
        return Path(given)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
    _is_free(folder, os.O_CREAT)  # the lock is held by this process and its workers until the last of them has ended
    for other in folder.parent.glob(f"{_PREFIX}*"):
        if other != folder and _is_free(other):
            shutil.rmtree(other, ignore_errors=True)
    os.environ[VARIABLE] = str(folder)
    return folder


def remove_folder(folder: Path) -> None:
    """Take away a folder made here; one that somebody else gave stays."""
    if folder.name.startswith(_PREFIX):
        shutil.rmtree(folder, ignore_errors=True)


def _is_free(folder: Path, flags: int = 0) -> bool:
    """Whether nobody held the lock of a folder, which is held from then on."""
    try:
        handle = os.open(folder / _LOCK, os.O_RDWR | os.O_CLOEXEC | flags, 0o600)
    except OSError:  # of another user, or not ready yet
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return False
    return True
