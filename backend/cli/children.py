"""Child processes of ``gridpatrol serve``: begun so that they cannot outlive it, ended in order. Not here: which ones."""

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from backend.gateways.cluster.processes import is_same_process, start_time

PR_SET_PDEATHSIG = 1  # prctl(2): the kernel sends this signal when the parent dies, kill -9 included
GRACE_SECONDS = 20
LEFTOVER_SECONDS = 3  # they got their signal when the parent was killed
RESTARTS_WITHIN = (5, 60.0)  # so many restarts within so many seconds mean that it cannot work
_LIBC = ctypes.CDLL(None, use_errno=True)


@dataclass
class Child:
    """One program that is kept running."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    began: list[float] = field(default_factory=list)

    def begin(self) -> None:
        """Start it in a session of its own: Ctrl-C reaches the parent alone, who ends the children in order."""
        self.began.append(time.monotonic())
        self.process = subprocess.Popen(
            self.command,
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 - this process has no threads
        )

    def exit_code(self) -> int | None:
        """How it ended, or None while it runs."""
        return self.process.poll() if self.process else None

    def is_hopeless(self) -> bool:
        """Whether it ended too often in too short a time."""
        count, seconds = RESTARTS_WITHIN
        return len([at for at in self.began if at > time.monotonic() - seconds]) >= count


def python_module(name: str, module: str, *arguments: str) -> Child:
    """A child that runs ``python -m module`` of this very environment."""
    return Child(name, [sys.executable, "-m", module, *arguments])


def end_all(children: list[Child]) -> None:
    """Ask all to end, wait, and kill those that do not."""
    alive = [child.process for child in children if child.process and child.process.poll() is None]
    for process in alive:
        process.terminate()
    deadline = time.monotonic() + GRACE_SECONDS
    for process in alive:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            _kill_group(process.pid)
            process.wait()


def write_register(path: Path, children: list[Child]) -> None:
    """Note who runs, for the next start after this process was killed."""
    entries = [{"pid": c.process.pid, "started": start_time(c.process.pid)} for c in children if c.process]
    path.write_text(json.dumps(entries), encoding="utf-8")


def end_leftovers(path: Path) -> int:
    """End children that a killed run left behind (they are on their way out already). Returns how many there were."""
    try:
        entries = json.loads(path.read_text("utf-8"))
        left = [(int(e["pid"]), str(e["started"])) for e in entries]
    except (OSError, ValueError, KeyError, TypeError):
        return 0
    left = [(pid, started) for pid, started in left if is_same_process(pid, started)]
    deadline = time.monotonic() + LEFTOVER_SECONDS
    while any(is_same_process(*each) for each in left) and time.monotonic() < deadline:
        time.sleep(0.05)
    for pid, started in left:
        if is_same_process(pid, started):
            _kill_group(pid)
    return len(left)


def _kill_group(leader: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def _end_with_parent() -> None:
    _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
