"""``gridpatrol reset``: stops the service and deletes everything it stored. Not here: anything that keeps data."""

import contextlib
import fcntl
import os
import shutil
import signal
import time
from pathlib import Path

import click

from backend.cli.database import current_settings
from backend.gateways.cluster import embedded_cluster
from backend.settings import CHECKOUT, SettingError, Settings

STOP_SECONDS = 90


@click.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
def reset(yes: bool) -> None:
    """Stop the service and delete VAR_DIR: database, photos, keys. An outside database and a bucket are left alone."""
    settings = current_settings()
    _refuse_foreign_folder(settings)
    if not yes:
        click.confirm(f"Delete everything in {settings.var_dir}?", abort=True)
    if settings.var_dir.is_dir():
        _stop_service(settings.var_dir / "serve.lock")
    embedded_cluster(settings).destroy()
    shutil.rmtree(settings.var_dir, ignore_errors=True)
    click.echo(f"deleted {settings.var_dir}")


def _refuse_foreign_folder(settings: Settings) -> None:
    folder = settings.var_dir
    holds_others = folder in {CHECKOUT, Path.home()} or folder in CHECKOUT.parents or folder in Path.home().parents
    ours = (
        not folder.exists()
        or not any(folder.iterdir())
        or (folder / "serve.lock").exists()
        or settings.cluster_dir.exists()
    )
    if holds_others or not ours:
        raise SettingError("VAR_DIR", str(folder), "this is not a data folder of the product: nothing was deleted")


def _stop_service(lock_path: Path) -> None:
    with lock_path.open("a+") as lock:
        deadline = time.monotonic() + STOP_SECONDS
        asked = False
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise click.ClickException("the service does not stop") from None
            if not asked:
                asked = True
                lock.seek(0)
                with contextlib.suppress(ValueError, ProcessLookupError):
                    os.kill(int(lock.read()), signal.SIGTERM)
            time.sleep(0.2)
