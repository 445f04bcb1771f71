"""``gridpatrol serve``: brings everything up, keeps it running, takes it down in order. Not here: what is served."""

import fcntl
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import click
import psycopg

from backend.cli.children import Child, end_all, end_leftovers, python_module, write_register
from backend.cli.database import bring_up, current_settings, say
from backend.cli.migrating import is_migrated
from backend.gateways.cluster import PrivateCluster, database_url, embedded_cluster, libpq_url
from backend.gateways.job_queue import EXPORT_QUEUE
from backend.settings import SettingError, Settings

READY_SECONDS = 60
PORT_SECONDS = 5  # workers of a run that was just killed let go of the port within this time
LOOK_SECONDS = 0.2
DATABASE_LOOKS = 10  # the database is looked after at every tenth look
ACCOUNTS = "demo-accounts.txt"


class ServeError(click.ClickException):
    """The service cannot be brought up or kept up; one line for the person at the terminal."""


@click.command()
@click.option("--demo/--no-demo", default=True, help="Load the demo district into an empty private database.")
@click.option("--follow-parent", is_flag=True, help="Stop when the calling process is gone (used by make run).")
def serve(demo: bool, follow_parent: bool) -> None:
    """Serve on HOST:PORT: database, web workers and job workers, until Ctrl-C or SIGTERM."""
    settings = current_settings()
    parent = os.getppid() if follow_parent else None
    # SIGINT too: a shell's background jobs inherit it ignored. SIGHUP only unless it is ignored on purpose (nohup).
    signals = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signals.append(signal.SIGHUP)
    for number in signals:
        signal.signal(number, signal.default_int_handler)
    with suppress(KeyboardInterrupt), _only_one(settings) as had_leftovers:
        _refuse_busy_port(settings, patience_seconds=PORT_SECONDS if had_leftovers else 0)
        _run(settings, demo=demo, parent=parent)
    say("stopped")


def _run(settings: Settings, *, demo: bool, parent: int | None) -> None:
    cluster = embedded_cluster(settings) if settings.is_embedded else None
    children = [
        python_module("web", "gunicorn", "--config", "python:backend.gunicorn_config"),
        # an export takes minutes: photos and messages to other systems shall not wait behind it
        python_module("jobs", "backend.cli", "jobs", "work", "--without", EXPORT_QUEUE),
        python_module("exports", "backend.cli", "jobs", "work", "--queue", EXPORT_QUEUE),
    ]
    try:
        _prepare(settings, cluster, demo=demo)
        for child in children:
            child.begin()
        write_register(_register(settings), children)
        _wait_until_ready(settings, children[0])
        _tell(settings)
        _look_after(settings, children, cluster, parent)
    finally:
        # From here on nothing may interrupt: every step is bounded in time.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        say("stopping …")
        end_all(children)
        _register(settings).unlink(missing_ok=True)
        if cluster:
            cluster.stop()


def _prepare(settings: Settings, cluster: PrivateCluster | None, *, demo: bool) -> None:
    if cluster:
        bring_up(cluster)
    url = database_url(settings)
    if not is_migrated(settings, url):
        say("preparing the database …")
        _command("db", "migrate")
    if not _has_people(url):
        if demo and settings.is_embedded and settings.is_loopback:
            _load_demo(settings)
        else:
            say("nobody can sign in yet: gridpatrol users add --help")


def _load_demo(settings: Settings) -> None:
    say("loading the demo district (once) …")
    said = _command("demo", "load")
    accounts = settings.var_dir / ACCOUNTS
    accounts.touch(mode=0o600)
    accounts.write_text(said, encoding="utf-8")


def _command(*arguments: str) -> str:
    """Run another of our commands by itself: what it imports and allocates is gone when the service runs."""
    run = subprocess.run(
        [sys.executable, "-m", "backend.cli", *arguments], stdout=subprocess.PIPE, text=True, check=False
    )
    if run.returncode != 0:
        raise ServeError(f"gridpatrol {' '.join(arguments)} failed (see above)")
    return run.stdout


def _has_people(url: str) -> bool:
    with psycopg.connect(libpq_url(url)) as connection:
        return connection.execute("SELECT 1 FROM users LIMIT 1").fetchone() is not None


@contextmanager
def _only_one(settings: Settings) -> Iterator[bool]:
    """One service per data folder; what a killed one left behind is cleared away. Yields whether there was any."""
    try:
        settings.var_dir.mkdir(parents=True, exist_ok=True)
        lock = (settings.var_dir / "serve.lock").open("a+")
    except OSError as error:
        raise ServeError(f"VAR_DIR cannot be written: {error}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            other = lock.read().strip()
            raise ServeError(
                f"process {other} serves {settings.var_dir} already: stop it (kill {other}) or set VAR_DIR and PORT"
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        leftovers = end_leftovers(_register(settings))
        if leftovers:
            say("cleared away what a killed run had left")
        yield leftovers > 0


def _refuse_busy_port(settings: Settings, *, patience_seconds: float) -> None:
    deadline = time.monotonic() + patience_seconds
    while True:
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(
                settings.host, settings.port, type=socket.SOCK_STREAM
            )[0]
            with socket.socket(family, kind, protocol) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
            return
        except socket.gaierror as error:
            raise SettingError("HOST", settings.host, f"this name is not known here ({error.strerror})") from error
        except OSError as error:
            if time.monotonic() > deadline:
                wanted = (
                    f"cannot be listened on ({error.strerror}): another program holds it, or it is not ours to take"
                )
                raise SettingError("PORT", f"{settings.host}:{settings.port}", wanted) from error
            time.sleep(0.2)


def _wait_until_ready(settings: Settings, web: Child) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not _is_ready(settings):
        if web.exit_code() is not None:
            raise ServeError("the service did not start (see above)")
        if time.monotonic() > deadline:
            raise ServeError(f"the service does not answer after {READY_SECONDS} seconds")
        time.sleep(0.1)


def _is_ready(settings: Settings) -> bool:
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - not bound to, only looked up
    connection = http.client.HTTPConnection(everywhere.get(settings.host, settings.host), settings.port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _tell(settings: Settings) -> None:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    address = f"http://{host}:{settings.port}"
    click.echo(
        f"GridPatrol is ready\n  service    {address}\n  documents  {address}/docs\n  data       {settings.var_dir}"
    )
    accounts = settings.var_dir / ACCOUNTS
    if accounts.exists():
        click.echo(accounts.read_text("utf-8").rstrip())
    click.echo("Ctrl-C stops it.")
    sys.stdout.flush()


def _look_after(settings: Settings, children: list[Child], cluster: PrivateCluster | None, parent: int | None) -> None:
    """Keep everything running until interrupted, or until the parent is gone."""
    looks = 0
    while parent is None or os.getppid() == parent:
        for child in children:
            code = child.exit_code()
            if code is None:
                continue
            if child.is_hopeless():
                raise ServeError(f"{child.name} ended again and again (last: {code}): giving up")
            say(f"{child.name} ended with {code}: starting it again")
            child.begin()
            write_register(_register(settings), children)
        looks += 1
        if cluster and looks % DATABASE_LOOKS == 0 and not cluster.is_running():
            say("the database was gone: starting it again")
            cluster.start()
        time.sleep(LOOK_SECONDS)


def _register(settings: Settings) -> Path:
    return settings.var_dir / "serve.json"
