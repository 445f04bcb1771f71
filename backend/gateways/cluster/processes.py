"""Which processes belong to a data folder, told from /proc. Not here: starting and stopping the server (private)."""

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path


def postmaster_id(data: Path) -> int | None:
    """The process id of the server running on ``data``, or None.

    A pid file alone proves nothing: after a crash or reboot its number may belong to any other process. The command
    line is compared, because other links below /proc are closed to root in a plain container.
    """
    recorded = recorded_pid(data)
    if recorded is None:
        return None
    words = _command_line(recorded)
    runs_here = bool(words) and Path(words[0]).name == "postgres" and str(data) in words
    return recorded if runs_here else None


def recorded_pid(data: Path) -> int | None:
    """The number in the pid file, alive or not; None when there is no readable one."""
    try:
        first = (data / "postmaster.pid").read_text("utf-8").split("\n", 1)[0]
    except FileNotFoundError:
        return None
    return int(first) if first.isdigit() else None


def end_orphans(cluster_name: str) -> int:
    """Kill server processes that outlived their killed postmaster; they hold the shared memory. Returns how many."""
    ended = 0
    for pid, words in _all_processes():
        # PostgreSQL writes the cluster's name into the title of every process but the postmaster.
        if words and words[0].startswith(f"postgres: {cluster_name}: "):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
                ended += 1
    return ended


def is_same_process(pid: int, started: str) -> bool:
    """Whether ``pid`` is still the process that began at ``started`` (numbers are used again)."""
    return start_time(pid) == started


def start_time(pid: int) -> str | None:
    """When a process began, in the kernel's own clock ticks; None when it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8", errors="replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] == "Z" else fields[19]  # a zombie is gone; some containers never bury them


def _all_processes() -> Iterator[tuple[int, list[str]]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            yield int(entry.name), _command_line(int(entry.name))


def _command_line(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text("utf-8", errors="replace").split("\x00")
    except OSError:
        return []
