"""``gridpatrol calendar``: a year loaded at the terminal, every fault named, and what is still missing."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.cli.main import main
from backend.gateways.cluster import PrivateCluster
from backend.persistence.models import Clock
from tests.conftest import LIVE
from tests.factories import make_referral, make_report, make_user
from tests.factories.clocks import start_clocks
from tests.services.test_calendars import FILE_2027


@pytest.fixture
def run(live_app: Flask, cluster: PrivateCluster, tmp_path: Path) -> Iterator[Callable[..., Result]]:
    environment = {"DATABASE_URL": cluster.url(LIVE), "VAR_DIR": str(tmp_path), "ENVIRONMENT": "test"}
    yield lambda *arguments: CliRunner().invoke(main, ["calendar", *map(str, arguments)], env=environment)


@pytest.fixture
def only_shipped(live_session: Session) -> Iterator[Session]:
    """The calendar is reference data, which live tests keep: what was loaded is taken out again."""
    yield live_session
    live_session.rollback()
    for table in ("calendar_days", "calendar_years"):
        live_session.execute(text(f"DELETE FROM {table} WHERE year > 2026"))
    live_session.commit()


def test_a_missing_year_is_told_loaded_and_computed(
    run: Callable[..., Result], only_shipped: Session, tmp_path: Path
) -> None:
    session = only_shipped
    referral = make_referral(session, make_report(session, make_user(session)), deadline_profile="low")
    waiting = start_clocks(session, referral)["overall"]
    session.commit()
    status = run("status")
    assert (status.exit_code, status.stdout.splitlines()[-1]) == (1, "2027  MISSING: 1 deadlines wait for it")
    assert "2026  33 holidays, 6 working weekend days  (chinesecalendar" in status.stdout
    file = tmp_path / "2027.csv"
    file.write_bytes((FILE_2027 + "2027-02-30,放假,\n2027-03-01,上班,\n").encode("gbk"))
    refused = run("load", file)
    last = FILE_2027.count("\n")
    assert refused.exit_code == 1
    assert f"row {last + 1}, 日期: '2027-02-30' is not a date" in refused.stderr
    assert f"row {last + 2}, 日期: '2027-03-01' is a working day anyhow" in refused.stderr
    assert run("status").exit_code == 1
    file.write_bytes(FILE_2027.encode("gbk"))
    loaded = run("load", file)
    assert (loaded.exit_code, loaded.stdout) == (0, "years loaded: 2027\ndeadlines computed: 1\n")
    status = run("status")
    assert (status.exit_code, status.stdout.splitlines()[0]) == (0, f"2027  {len(FILE_2027.splitlines()) - 2} holidays,"
                                                                   " 1 working weekend days  (2027.csv)")  # fmt: skip
    session.expire_all()
    assert session.get_one(Clock, waiting.id).due_at is not None
