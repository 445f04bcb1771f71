"""``gridpatrol media``: verify finds rot, gaps and strays in both stores; move loses nothing, whenever it is broken off."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from backend.cli import media as command
from backend.cli.main import main
from backend.domain.ids import new_id
from backend.gateways.cluster import PrivateCluster
from backend.gateways.photo_store import LocalPhotoStore, PhotoStore, open_photo_store
from backend.persistence.models import Media, Upload
from backend.settings import PhotoPlace, Settings
from tests import photos
from tests.conftest import NOW, TEMPLATE
from tests.factories import make_user
from tests.s3 import Faults, S3Service
from tests.s3_fixtures import faults, s3, s3_service

__all__ = ["faults", "s3", "s3_service"]  # fixtures are found by their names here
Run = Callable[..., Result]
DATABASE = "gp_media_commands"


@pytest.fixture
def session(cluster: PrivateCluster) -> Iterator[Session]:
    """Rows in a database of one's own."""
    cluster.create_database(DATABASE, template=TEMPLATE)
    engine = create_engine(cluster.url(DATABASE))
    with Session(engine) as opened:
        yield opened
    engine.dispose()
    cluster.drop_database(DATABASE)


@pytest.fixture
def settings(s3: S3Service, tmp_path: Path) -> Settings:
    return Settings(var_dir=tmp_path / "var", s3=s3.place)


@pytest.fixture
def local(settings: Settings) -> LocalPhotoStore:
    return LocalPhotoStore(settings.media_dir)


@pytest.fixture
def bucket(settings: Settings) -> PhotoStore:
    return open_photo_store(settings, PhotoPlace.S3)


@pytest.fixture
def run(session: Session, cluster: PrivateCluster, s3: S3Service, settings: Settings) -> Run:
    """Run ``gridpatrol media …`` with photos on the disk, or as ``PHOTO_STORE`` says."""
    env = {"VAR_DIR": str(settings.var_dir), "DATABASE_URL": cluster.url(DATABASE), "ENVIRONMENT": "test"}
    session.commit()
    return lambda *words, **more: CliRunner().invoke(main, ["media", *words], env={**env, **s3.environment(), **more})


def keep(session: Session, store: PhotoStore, content: bytes) -> str:
    """A photo with its row."""
    sha = store.add(content)
    session.add(Media(sha256=sha, byte_count=len(content), mime="image/jpeg", stored_at=NOW))
    session.commit()
    return sha


def found_by(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_all_is_well(run: Run, session: Session, local: LocalPhotoStore) -> None:
    for number in range(3):
        local.put_preview(keep(session, local, photos.jpeg(number)), b"small")
    told = run("verify")
    assert told.exit_code == 0, told.output
    assert told.stdout.startswith("3 photos hashed") and told.stdout.endswith("0 rotten, 0 missing, 0 strays\n")
    assert found_by(run("verify", "--json")) == {
        "checked": 3, "bytes": sum(len(photos.jpeg(n)) for n in range(3)), "files": 6, "ok": True,
        "rotten": [], "missing": [], "strays": [],
    }  # fmt: skip


def test_a_long_run_says_how_far_it_is(
    run: Run, session: Session, local: LocalPhotoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        keep(session, local, photos.jpeg(number))
    monkeypatch.setattr(command, "SAY_SECONDS", 0.0)
    told = run("verify")
    assert "hashed: 3, " in told.stderr and "looked for strays: 3, " in told.stderr
    assert "hashed: 3" not in told.stdout
    assert "moved: 2 of 3, " in run("move", "--to", "s3").stderr


@pytest.mark.parametrize("place", ["local", pytest.param("s3", marks=pytest.mark.s3)])
def test_rot_gaps_and_strays_are_told(
    run: Run, session: Session, s3: S3Service, request: pytest.FixtureRequest, place: str
) -> None:
    store: PhotoStore = request.getfixturevalue("local" if place == "local" else "bucket")
    _, rotten, missing = (keep(session, store, photos.jpeg(number)) for number in range(3))
    stray, awaited = photos.jpeg(4), photos.jpeg(5)
    store.remove(missing)
    name = f"{rotten[:2]}/{rotten[2:4]}/{rotten}"
    spoilt = b"\0" + photos.jpeg(1)[1:]
    if isinstance(store, LocalPhotoStore):
        (store.root / name).chmod(0o644)
        (store.root / name).write_bytes(spoilt)
        (store.root / "notes.txt").write_bytes(b"x")
    else:
        s3.client.put_object(Bucket=s3.place.bucket, Key=name, Body=spoilt)
        s3.client.put_object(Bucket=s3.place.bucket, Key="notes.txt", Body=b"x")
    sha = store.add(stray)
    session.add(half_done(session, store.add(awaited)))  # published, and its server died before the commit
    session.commit()
    told = run("verify", "--json", PHOTO_STORE=place)
    assert told.exit_code == 1
    found = found_by(told)
    assert found["rotten"] == [
        {"sha256": rotten, "byte_count": len(spoilt), "found": photos.sha256(spoilt)},
    ]
    assert found["missing"] == [missing]
    strays = [{"name": f"{sha[:2]}/{sha[2:4]}/{sha}", "bytes": len(stray)}, {"name": "notes.txt", "bytes": 1}]
    assert sorted(found["strays"], key=lambda one: one["bytes"]) == sorted(strays, key=lambda one: one["bytes"])
    read_aloud = run("verify", PHOTO_STORE=place)
    assert read_aloud.exit_code == 1
    assert f"rotten: {rotten}" in read_aloud.stdout and f"missing: {missing}" in read_aloud.stdout
    assert "stray: notes.txt" in read_aloud.stdout


def half_done(session: Session, sha: str) -> Upload:
    user = make_user(session)
    soon = datetime.now(UTC) + timedelta(days=1)
    return Upload(
        id=new_id(), user_id=user.id, sha256=sha, mime="image/jpeg", byte_count=9, created_at=NOW, expires_at=soon
    )


def test_a_store_out_of_reach_is_told_in_one_line(
    run: Run, session: Session, bucket: PhotoStore, faults: Faults
) -> None:
    keep(session, bucket, photos.jpeg(1))
    faults.refuses_all = (403, "AccessDenied")
    told = run("verify", PHOTO_STORE="s3")
    assert told.exit_code == 1
    assert "storage_unavailable" in told.output and "Traceback" not in told.output


@pytest.mark.s3
def test_photos_move_to_s3_and_back(run: Run, session: Session, local: LocalPhotoStore, bucket: PhotoStore) -> None:
    shas = sorted(keep(session, local, photos.jpeg(number)) for number in range(5))
    local.put_preview(shas[0], b"small")
    (local.root / "notes.txt").write_bytes(b"x")
    first = run("move", "--to", "s3")
    assert first.exit_code == 0, first.output
    assert "copied 5 " in first.stdout and "dropped from local: 0" in first.stdout and "PHOTO_STORE" in first.stdout
    assert "no photo, left alone: notes.txt" in first.output
    assert run("verify").exit_code == 1  # the foreign file
    assert run("verify", PHOTO_STORE="s3").exit_code == 0
    late = keep(session, local, photos.jpeg(9))  # arrived while the service still wrote to the disk
    second = run("move", "--to", "s3", PHOTO_STORE="s3")
    assert "copied 1 " in second.stdout and "dropped from local: 6" in second.stdout
    assert [file.name for file in local.listing()] == ["notes.txt"]
    assert bucket.preview(shas[0]) == b"small"
    assert run("verify", PHOTO_STORE="s3").exit_code == 0
    back = run("move", "--to", "local")
    assert "dropped from s3: 6" in back.stdout
    assert list(bucket.listing()) == []
    with local.open(late) as file:
        assert file.read() == photos.jpeg(9)
    assert local.preview(shas[0]) == b"small"


def test_nothing_is_dropped_that_did_not_arrive_whole(
    run: Run, session: Session, local: LocalPhotoStore, bucket: PhotoStore, faults: Faults
) -> None:
    shas = {keep(session, local, photos.jpeg(number)) for number in range(3)}
    faults.spoils_writes = True
    lied = run("move", "--to", "s3", PHOTO_STORE="s3")
    assert lied.exit_code == 1 and "storage_unavailable" in lied.output
    assert local.present(shas) == shas
    assert list(bucket.listing()) == []
    faults.spoils_writes = False
    faults.refuses_writes = (507, "Full")
    full = run("move", "--to", "s3", PHOTO_STORE="s3")
    assert full.exit_code == 1 and "storage_full" in full.output
    assert local.present(shas) == shas
    faults.refuses_writes = None
    assert run("move", "--to", "s3", PHOTO_STORE="s3").exit_code == 0
    assert (local.present(shas), bucket.present(shas)) == (set(), shas)


def test_a_rotten_photo_stays_where_it_is(
    run: Run, session: Session, local: LocalPhotoStore, bucket: PhotoStore
) -> None:
    good, bad = (keep(session, local, photos.jpeg(number)) for number in (1, 2))
    path = local.root / bad[:2] / bad[2:4] / bad
    path.chmod(0o644)
    path.write_bytes(b"rot")
    told = run("move", "--to", "s3", PHOTO_STORE="s3")
    assert told.exit_code == 1
    assert f"stays where it is, checksum_mismatch: {bad}" in told.output
    assert (local.present([good, bad]), bucket.present([good, bad])) == ({bad}, {good})


def test_a_place_that_is_not_set_up(run: Run) -> None:
    told = run("move", "--to", "s3", S3_BUCKET="")
    assert told.exit_code == 1 and "S3_BUCKET" in told.output
    assert run("move").exit_code == 2
