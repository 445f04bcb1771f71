"""``gridpatrol media``: the photo store as a person at the machine looks after it. Not here: the work (services/media)."""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

import click

from backend.api.state import State
from backend.cli.context import open_application
from backend.cli.database import current_settings, say
from backend.gateways.photo_store import PhotoStore, StoredFile, open_photo_store
from backend.persistence.unit_of_work import reading
from backend.services import media as service
from backend.services.media import Inspection, Move
from backend.settings import PhotoPlace

SAY_SECONDS = 2.0
SHOWN = 50  # lines of each kind at the terminal; --json has all


@dataclass(slots=True)
class _Progress:
    """Says now and then how far a long run is."""

    what: str
    total: int | None = None
    said_at: float = field(default_factory=time.monotonic)

    def tell(self, done: int, byte_count: int, more: str = "") -> None:
        now = time.monotonic()
        if now - self.said_at < SAY_SECONDS:
            return
        self.said_at = now
        of = "" if self.total is None else f" of {self.total:,}"
        say(f"{self.what}: {done:,}{of}, {_size(byte_count)}{more}")


@click.group()
def media() -> None:
    """Check the photo store, move photos between stores."""


@media.command()
@click.option("--json", "as_json", is_flag=True, help="Everything found, as one JSON document.")
def verify(as_json: bool) -> None:
    """Hash every photo anew; tell rotten and missing ones, and files that belong to no photo.

    Exit code 1 when anything is wrong. The service may go on working meanwhile. Nothing is changed.
    """
    found = Inspection()
    with open_application() as app:
        state: State = app.extensions["gridpatrol"]
        photos = state.gateways.photos
        _hash_all(photos, found)
        _find_strays(photos, found)
    if as_json:
        click.echo(json.dumps(found.as_data(), indent=2))
    else:
        _show(found)
    if not found.is_sound:
        raise SystemExit(1)


@media.command()
@click.option(
    "--to", "wanted", required=True, type=click.Choice([str(place) for place in PhotoPlace]), help="Where to."
)
def move(wanted: str) -> None:
    """Copy all photos to the other store, check them there, then drop them here.

    While PHOTO_STORE names the old store nothing is dropped, since the service reads from there: copy first, set
    PHOTO_STORE and start the service anew, then run this again for the rest. May be broken off and repeated at any time.
    """
    settings = current_settings()
    target = PhotoPlace(wanted)
    source = PhotoPlace.LOCAL if target is PhotoPlace.S3 else PhotoPlace.S3
    stores = open_photo_store(settings, source), open_photo_store(settings, target)
    done = Move(*stores, keeps=settings.photo_store is not target)
    foreign = _move_all(done)
    for sha256, why in done.refused.items():
        say(f"stays where it is, {why}: {sha256}")
    for file in foreign:
        say(f"no photo, left alone: {file.name}")
    click.echo(f"copied {done.copied:,} ({_size(done.byte_count)}), dropped from {source}: {done.removed:,}")
    if done.keeps:
        click.echo(
            f"PHOTO_STORE is still {source}: nothing was dropped. Set PHOTO_STORE={target}, start anew, run this again."
        )
    if done.refused:
        raise SystemExit(1)


def _hash_all(photos: PhotoStore, found: Inspection) -> None:
    progress, after = _Progress("hashed"), ""
    while True:
        with reading() as session:
            batch = service.photos_after(session, after)
        for known in batch:
            found.check(photos, known)
            progress.tell(found.checked, found.byte_count, f", wrong: {found.wrong:,}")
        if not batch:
            return
        after = batch[-1].sha256


def _find_strays(photos: PhotoStore, found: Inspection) -> None:
    progress = _Progress("looked for strays")
    suspects: list[StoredFile] = []
    for batch in _batches(photos.listing()):
        found.files += len(batch)
        with reading() as session:
            suspects += service.without_row(session, batch)
        progress.tell(found.files, 0, f", suspects: {len(suspects):,}")
    # Looked at once more: the row of a photo that arrived just now is committed after its bytes.
    for batch in _batches(iter(suspects)):
        with reading() as session:
            found.strays += service.without_row(session, batch)


def _move_all(done: Move) -> list[StoredFile]:
    total = sum(not file.is_preview for file in done.source.listing())
    progress, foreign = _Progress("moved", total), []
    for number, file in enumerate((file for file in done.source.listing() if not file.is_preview), 1):
        if file.sha256 is None:
            foreign.append(file)
            continue
        done.take(file.sha256)
        progress.tell(number, done.byte_count)
    return foreign


def _batches(files: Iterator[StoredFile]) -> Iterator[Sequence[StoredFile]]:
    while batch := list(islice(files, service.BATCH)):
        yield batch


def _show(found: Inspection) -> None:
    rotten = [f"{rot.sha256}  its bytes are {rot.found or 'not readable'}" for rot in found.rotten]
    strays = [f"{stray.name}  {stray.byte_count:,} bytes" for stray in found.strays]
    for title, lines in (("rotten", rotten), ("missing", found.missing), ("stray", strays)):
        for line in lines[:SHOWN]:
            click.echo(f"{title}: {line}")
        if len(lines) > SHOWN:
            click.echo(f"{title}: … and {len(lines) - SHOWN:,} more (--json shows all)")
    click.echo(
        f"{found.checked:,} photos hashed ({_size(found.byte_count)}), {found.files:,} files: {len(found.rotten):,} rotten, "
        f"{len(found.missing):,} missing, {len(found.strays):,} strays"
    )


def _size(byte_count: int) -> str:
    return f"{byte_count / 1_000_000:,.1f} MB"
