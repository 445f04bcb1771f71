"""``gridpatrol grids``: validate and generate without a database, import and export with a real one."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import shapely
from click.testing import CliRunner, Result

from backend.cli.main import main
from backend.gateways.cluster import PrivateCluster
from grids.readers import read_grids
from tests.conftest import TEMPLATE
from tests.gridfiles import geojson, sample, shapefile

Run = Callable[..., Result]
DATABASE = "gp_grids_commands"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run ``gridpatrol grids …`` in a folder of its own, with a database address that nobody answers at."""
    monkeypatch.chdir(tmp_path)
    env = {"VAR_DIR": str(tmp_path / "var"), "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    return lambda *words, **more: CliRunner().invoke(main, ["grids", *words], env={**env, **more})


@pytest.fixture
def database(cluster: PrivateCluster) -> Iterator[dict[str, str]]:
    """A database of its own with the reference data, as an environment variable."""
    cluster.create_database(DATABASE, template=TEMPLATE)
    url = cluster.url(DATABASE)
    yield {"DATABASE_URL": url.replace("postgresql+psycopg://", "postgresql://")}
    cluster.drop_database(DATABASE)


def test_help_reads_well(run: Run) -> None:
    for words in ((), ("validate",), ("import",), ("export",), ("generate",)):
        shown = run(*words, "--help")
        assert shown.exit_code == 0
        assert not [line for line in shown.output.splitlines()[1:] if line.endswith("...")]  # no cut-off sentence


def test_a_good_file_needs_no_database(run: Run, tmp_path: Path) -> None:
    (tmp_path / "grids.zip").write_bytes(shapefile(sample()[2]))
    (tmp_path / "streets.geojson").write_bytes(_outlines())
    result = run("validate", "grids.zip", "--outlines", "streets.geojson")
    assert result.exit_code == 0, result.output
    assert "features: 45" in result.output and "0 error(s)" in result.output


def test_a_bad_file_is_told_and_exits_1(run: Run, tmp_path: Path) -> None:
    first, *rest = sample()[2]
    bad = [replace(first, code="12"), replace(rest[0], geometry=shapely.Point(121.4, 31.25)), *rest[1:]]
    (tmp_path / "grids.geojson").write_bytes(geojson(bad))
    (tmp_path / "streets.geojson").write_bytes(_outlines())
    table = run("validate", "grids.geojson", "--outlines", "streets.geojson")
    assert table.exit_code == 1
    assert "malformed_code" in table.output and "not_polygon" in table.output and "gap" in table.output
    told = run("validate", "grids.geojson", "--outlines", "streets.geojson", "--json", "--lang", "zh")
    assert told.exit_code == 1
    document = json.loads(told.stdout)
    assert document["errors"] == sum(one["severity"] == "error" for one in document["problems"]) >= 3
    code = next(one for one in document["problems"] if one["code"] == "malformed_code")
    assert code["feature"] == 1 and "网格编码" in code["message"]


def test_a_file_that_is_none(run: Run, tmp_path: Path) -> None:
    (tmp_path / "grids.zip").write_bytes(b"PK\x03\x04no")
    result = run("validate", "grids.zip")
    assert result.exit_code == 1 and "archive_invalid" in result.output
    assert run("validate", "missing.zip").exit_code == 2
    (tmp_path / "x.geojson").write_bytes(geojson(sample()[2]))
    assert run("validate", "x.geojson", "--district", "310104").exit_code == 2


@pytest.mark.parametrize("name", ["out.geojson", "out.gpkg", "out.zip"])
def test_generated_grids_are_good_and_repeatable(run: Run, tmp_path: Path, name: str) -> None:
    assert run("generate", name, "--count", "60", "--seed", "5").exit_code == 0
    once = read_grids(tmp_path / name, name)
    assert len(once.features) == 60 and run("validate", name).exit_code == 0
    assert run("generate", f"again-{name}", "--count", "60", "--seed", "5").exit_code == 0
    again = read_grids(tmp_path / f"again-{name}", name)
    assert all(a.geometry.equals(b.geometry) for a, b in zip(once.features, again.features, strict=True))


def test_generating_within_given_streets(run: Run, tmp_path: Path) -> None:
    (tmp_path / "streets.geojson").write_bytes(_outlines())
    assert run("generate", "out.geojson", "--outline", "streets.geojson", "--count", "30").exit_code == 0
    assert run("validate", "out.geojson", "--outlines", "streets.geojson").exit_code == 0
    too_few = run("generate", "few.geojson", "--outline", "streets.geojson", "--count", "3")
    assert too_few.exit_code == 1 and "cannot fill" in too_few.output


def test_in_and_out_again(run: Run, tmp_path: Path, database: dict[str, str]) -> None:
    (tmp_path / "grids.zip").write_bytes(shapefile(sample()[2]))
    dry = run("import", "grids.zip", "--dry-run", **database)
    assert dry.exit_code == 0 and "nothing was stored" in dry.output
    assert run("export", "none.geojson", **database).exit_code == 1
    made = run("import", "grids.zip", "--label", "first", "--publish-from", "2026-01-01", **database)
    assert made.exit_code == 0 and "published" in made.output, made.output
    wrong = run("import", "grids.zip", "--publish-from", "2025-01-01", **database)
    assert wrong.exit_code == 1 and "grid_version_order" in wrong.output
    out = run("export", "out.gpkg", "--at", "2026-05-01", **database)
    assert out.exit_code == 0, out.output
    codes = {one.code for one in read_grids(tmp_path / "out.gpkg", "out.gpkg").features}
    assert codes == {one.code for one in sample()[2]}


def test_a_bad_import_lists_everything_and_stores_nothing(run: Run, tmp_path: Path, database: dict[str, str]) -> None:
    first, *rest = sample()[2]
    (tmp_path / "grids.geojson").write_bytes(geojson([replace(first, code="12"), *rest]))
    result = run("import", "grids.geojson", "--publish-from", "now", "--json", **database)
    assert result.exit_code == 1
    assert [one["code"] for one in json.loads(result.stdout)["problems"]] == ["malformed_code"]
    assert run("export", "none.geojson", **database).exit_code == 1


def _outlines() -> bytes:
    """The streets' borders as a file: one feature a street, its code 9 digits long."""
    streets = [
        {"type": "Feature", "properties": {"code": code}, "geometry": json.loads(shapely.to_geojson(polygon))}
        for code, polygon in sample()[1].items()
    ]
    return json.dumps({"type": "FeatureCollection", "features": streets}).encode()
