"""``gridpatrol audit`` on a real database: what a person at the terminal is told, and with which exit code."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.cli.main import main
from backend.gateways.cluster import PrivateCluster
from backend.gateways.keys import Keys
from backend.services.history import record
from tests.conftest import LIVE, NOW


@pytest.fixture
def run(live_app: Flask, cluster: PrivateCluster, tmp_path: Path):
    environment = {"DATABASE_URL": cluster.url(LIVE), "VAR_DIR": str(tmp_path), "ENVIRONMENT": "test"}
    return lambda *arguments: CliRunner().invoke(main, ["audit", *arguments], env=environment)


def test_seal_verify_and_what_was_rewritten(run, live_session: Session, tmp_path: Path) -> None:
    for number in range(3):
        record(live_session, at=NOW, actor=None, subject_type="task", subject_id=str(number), action="create")
    live_session.commit()
    assert run("verify").stdout.splitlines() == [
        "0 events in 0 seals, 3 waiting to be sealed", "the history is as it was sealed",
    ]  # fmt: skip
    assert run("seal").stdout == "events sealed: 3\n"
    whole = run("verify", "--json")
    assert whole.exit_code == 0, whole.output
    told = json.loads(whole.stdout)
    assert (told["whole"], told["seals"], told["events"], told["discrepancies"]) == (True, 1, 3, [])
    noted = f"{told['last']['number']}:{told['last']['hash']}"
    assert run("verify", "--known", noted).exit_code == 0
    assert run("verify", "--known", f"2:{'0' * 64}").exit_code == 1
    assert run("verify", "--known", "last").exit_code == 2

    victim = live_session.scalar(text("SELECT id FROM events ORDER BY seq LIMIT 1"))
    live_session.execute(text("ALTER TABLE events DISABLE TRIGGER events_append_only"))
    live_session.execute(text("UPDATE events SET action = 'close' WHERE id = :id"), {"id": victim})
    live_session.execute(text("ALTER TABLE events ENABLE TRIGGER events_append_only"))
    live_session.commit()
    rewritten = run("verify", "--json")
    assert rewritten.exit_code == 1
    (discrepancy,) = json.loads(rewritten.stdout)["discrepancies"]
    assert (discrepancy["kind"], discrepancy["seal"], discrepancy["event_id"], discrepancy["position"]) == (
        "changed",
        1,
        str(victim),
        1,
    )
    said = run("verify").stdout
    assert f"changed: seal 1, position 1, event {victim}: event 1 of task 0" in said
    assert said.endswith("THE HISTORY WAS REWRITTEN\n")


def test_a_copy_is_verified_with_published_keys(run, live_session: Session, tmp_path: Path) -> None:
    """Elsewhere there is the database and the public keys, not the installation's own folder."""
    record(live_session, at=NOW, actor=None, subject_type="task", subject_id="1", action="create")
    live_session.commit()
    run("seal")
    published = tmp_path / "jwks.json"
    published.write_text(json.dumps(Keys.load(tmp_path / "keys").jwks()))
    assert run("verify", "--keys", str(published)).exit_code == 0
    published.write_text(json.dumps(Keys.ephemeral().jwks()))
    refused = run("verify", "--keys", str(published))
    assert refused.exit_code == 1
    assert "signature: seal 1" in refused.stdout
    published.write_text("{}")
    assert run("verify", "--keys", str(published)).exit_code == 2
