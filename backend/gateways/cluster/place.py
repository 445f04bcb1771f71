"""Chooses where the private cluster's data and socket live, and which user runs it. Not here: making, starting it."""

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.gateways.cluster.config import PORT
from backend.gateways.cluster.errors import ClusterError

DEDICATED_USER = "gridpatrol"
UNPRIVILEGED_USERS = (DEDICATED_USER, "postgres", "nobody")  # in this order; PostgreSQL refuses to run as root
LONGEST_SOCKET_PATH = 107  # bytes; sockaddr_un holds 108 with the closing zero
SYSTEM_STATE = Path("/var/lib/gridpatrol")
SOCKET_FALLBACK = Path("/tmp")  # noqa: S108 - the folder made there is 0700, checked for its owner and never followed as a link


@dataclass(frozen=True, slots=True)
class ServerUser:
    """The system user who owns the data folder and runs the server."""

    name: str
    uid: int
    gid: int

    @property
    def as_options(self) -> dict[str, Any]:
        """Options for ``subprocess`` that make a program run as this user; none when that is who we are."""
        if self.uid == os.geteuid():
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


@dataclass(frozen=True, slots=True)
class Place:
    """The answer: ``home`` holds ``data`` and the lock; ``notes`` tell the person what is not where one would look."""

    home: Path
    socket_dir: Path
    user: ServerUser
    notes: tuple[str, ...]

    @property
    def data(self) -> Path:
        """PGDATA."""
        return self.home / "data"


def choose_place(root: Path) -> Place:
    """Where the cluster of ``root`` lives: what exists is kept, else ``root``, else a folder the user can enter."""
    tag = root_tag(root)
    fallback = SYSTEM_STATE / tag
    notes: list[str] = []
    existing = next((home for home in (root, fallback) if (home / "data").is_dir()), None)
    if existing:
        home, user = existing, _owner(existing / "data")
    else:
        user = _unprivileged_user()
        home = root if can_enter(user, root) else fallback
    if home == fallback:
        notes.append(f"the database user {user.name!r} cannot enter {root}: the database lives in {fallback}")
    socket_dir = home / "socket"
    if not _fits(socket_dir):
        notes.append(f"{socket_dir} is too long for a socket: it is in {SOCKET_FALLBACK / f'gridpatrol-{tag}'}")
        socket_dir = SOCKET_FALLBACK / f"gridpatrol-{tag}"
    return Place(home, socket_dir, user, tuple(notes))


def root_tag(root: Path) -> str:
    """Short name of this cluster, the same for the same folder."""
    return hashlib.sha256(os.fsencode(root)).hexdigest()[:12]


def can_enter(user: ServerUser, folder: Path) -> bool:
    """Whether ``user`` may enter ``folder``, or its nearest parent. The kernel is asked: modes do not tell all."""
    while not folder.exists():
        folder = folder.parent
    if not user.as_options:
        return os.access(folder, os.X_OK)
    asked = subprocess.run(["test", "-x", str(folder)], cwd="/", check=False, **user.as_options)  # noqa: S603, S607 - literal program
    return bool(asked.returncode == 0)


def make_private_folder(folder: Path, user: ServerUser) -> None:
    """Make ``folder`` 0700 and owned by ``user``; refuses a link or a folder of somebody else (``/tmp`` is shared)."""
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {user.uid, os.geteuid()}:
        raise ClusterError(f"{folder} belongs to somebody else: remove it or set VAR_DIR to another folder")
    folder.chmod(0o700)
    os.chown(folder, user.uid, user.gid, follow_symlinks=False)


def add_dedicated_user() -> None:
    """As root, give the database a system user of its own, unless there is one."""
    known = DEDICATED_USER in {entry.pw_name for entry in pwd.getpwall()}
    program = shutil.which("useradd")
    if os.geteuid() != 0 or known or program is None:
        return
    options = ["--system", "--user-group", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin"]
    # A failure (a read-only /etc) is no harm: the next name of the list runs the database.
    subprocess.run([program, *options, DEDICATED_USER], check=False, capture_output=True)  # noqa: S603 - literals


def _fits(socket_dir: Path) -> bool:
    return len(os.fsencode(socket_dir / f".s.PGSQL.{PORT}")) <= LONGEST_SOCKET_PATH


def _owner(data: Path) -> ServerUser:
    owner = data.stat().st_uid
    if os.geteuid() not in {0, owner}:
        raise ClusterError(
            f"the database in {data} belongs to user {_name(owner)}: run as that user or as root, or set VAR_DIR"
        )
    return _known_user(owner)


def _unprivileged_user() -> ServerUser:
    if os.geteuid() != 0:
        return _known_user(os.geteuid())
    for name in UNPRIVILEGED_USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return ServerUser(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise ClusterError(
        f"started as root, and none of the users {', '.join(UNPRIVILEGED_USERS)} exists to run the database"
    )


def _known_user(uid: int) -> ServerUser:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise ClusterError(f"user id {uid} has no name in /etc/passwd, which PostgreSQL needs") from None
    return ServerUser(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
