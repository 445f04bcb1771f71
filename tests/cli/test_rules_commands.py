"""``gridpatrol rules``: there and back through files, faults by line and rule, and a draft at the end."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, text

from backend.cli.main import main
from backend.domain.routing import content_hash, read_yaml_document, shipped_rule_set
from backend.gateways.cluster import PrivateCluster
from tests.conftest import TEMPLATE

Run = Callable[..., Result]
DATABASE = "gp_rules_commands"


@pytest.fixture
def run(cluster: PrivateCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Run ``gridpatrol rules …`` in a folder of its own, on a database with the reference data."""
    cluster.create_database(DATABASE, template=TEMPLATE)
    monkeypatch.chdir(tmp_path)
    url = cluster.url(DATABASE).replace("postgresql+psycopg://", "postgresql://")
    env = {"VAR_DIR": str(tmp_path / "var"), "DATABASE_URL": url}
    yield lambda *words: CliRunner().invoke(main, ["rules", *words], env=env)
    cluster.drop_database(DATABASE)


def test_there_and_back(run: Run, tmp_path: Path, cluster: PrivateCluster) -> None:
    assert run("export", "putuo-2026", "rules.yaml").exit_code == 0
    file = tmp_path / "rules.yaml"
    exported = file.read_text(encoding="utf-8")
    assert content_hash(read_yaml_document(exported.encode()).content) == shipped_rule_set().sha256
    assert run("export", "putuo-2026").output == exported
    checked = run("check", "rules.yaml")
    assert checked.exit_code == 0, checked.output
    assert "faults: 0" in checked.output and "cells: 470" in checked.output
    refused = run("import", "rules.yaml")
    assert (refused.exit_code, "rule_set_exists" in refused.output) == (1, True)
    file.write_text(exported.replace("version: 1", "version: 2"), encoding="utf-8")
    made = json.loads(run("import", "rules.yaml", "--json").output)
    lines = json.loads(run("list", "--json").output)
    assert [(line["version"], line["status"]) for line in lines] == [(2, "draft"), (1, "approved")]
    assert made["content_sha256"] == lines[0]["content_sha256"]
    assert "putuo-2026/2  draft" in run("list").output
    engine = create_engine(cluster.url(DATABASE))
    with engine.connect() as connection:
        events = connection.execute(text("SELECT action, actor_id FROM events WHERE subject_type = 'rule_set'")).all()
    engine.dispose()
    assert [tuple(event) for event in events] == [("create", None)]


def test_faults_are_told_with_their_place(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bomb.yaml").write_text("a: &a [x]\nb: *a\n")
    told = run("check", "bomb.yaml", "--lang", "en")
    assert (told.exit_code, told.output) == (1, "line 1: alias: line 1 uses a YAML anchor or alias; write it out\n")
    run("export", "putuo-2026", "rules.yaml")
    text_of = (tmp_path / "rules.yaml").read_text(encoding="utf-8")
    (tmp_path / "bad.yaml").write_text(
        text_of.replace("lead: tcm_supervision", "lead: magic").replace("version: 1", "version: 3"), encoding="utf-8"
    )
    told = run("check", "bad.yaml", "--lang", "en")
    assert told.exit_code == 1
    assert "rules.A10: unknown_value: unknown lead function 'magic'" in told.output
    faults = json.loads(run("check", "bad.yaml", "--json").output)["faults"]
    assert [(fault["rule"], fault["code"]) for fault in faults] == [("A10", "unknown_value")]
    assert run("import", "bad.yaml").exit_code == 0, "a draft may have faults; its check will say so"


def test_what_is_not_there(run: Run) -> None:
    assert "there is no rule set nothing" in run("export", "nothing").output
    assert run("check", "nothing.yaml").exit_code == 2
