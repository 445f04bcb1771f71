"""GDAL reads every collection to its end, by box, by time, through its own OAPIF driver."""

import json
import os
import subprocess
from typing import Any

import pytest

from tests.gis.conftest import COUNTS, UNPLACED, Service


def run(service: Service, *command: str, password: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "GDAL_HTTP_AUTH": "BASIC",
        "GDAL_HTTP_USERPWD": f"{service.username}:{password or service.password}",
    }
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)


def read(service: Service, collection: str, *options: str) -> Any:
    """What ogr2ogr makes of a collection, as GeoJSON."""
    done = run(service, "ogr2ogr", "-f", "GeoJSON", *options, "/vsistdout/", f"OAPIF:{service.ogc}", collection)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.slow
@pytest.mark.parametrize("collection", COUNTS)
def test_every_feature_of_every_collection_once(clients: None, service: Service, collection: str) -> None:
    features = read(service, collection)["features"]
    assert len({feature["properties"]["id"] for feature in features}) == len(features) == COUNTS[collection]


@pytest.mark.slow
def test_what_it_finds(clients: None, service: Service) -> None:
    told = run(service, "ogrinfo", f"OAPIF:{service.ogc}").stdout
    assert "grids (title: 网格) (Multi Polygon)" in told and "reports (title: 上报) (Point)" in told
    summary = run(service, "ogrinfo", "-so", f"OAPIF:{service.ogc}", "reports").stdout
    assert "Feature Count: 230" in summary and 'ID["EPSG",4326]' in summary
    assert "captured_at: DateTime" in summary and "category_zh: String" in summary


@pytest.mark.slow
def test_a_box_a_time_and_pages_of_one_size(clients: None, service: Service) -> None:
    east = read(service, "reports", "-spat", "121.43", "31", "121.46", "32")["features"]
    assert sum(feature["geometry"] is not None for feature in east) == 100
    # two hundred and thirty, one a minute: the last thirty
    late = read(service, "reports", "-where", "captured_at >= '2026/11/20 05:20:00Z'")["features"]
    assert len(late) == 30
    for size in ("10", "23", "230"):
        assert len(read(service, "reports", "-oo", f"PAGE_SIZE={size}")["features"]) == 230
    assert sum(feature["geometry"] is None for feature in read(service, "reports")["features"]) == UNPLACED


@pytest.mark.slow
def test_a_wrong_password_reads_nothing(clients: None, service: Service) -> None:
    assert run(service, "ogrinfo", f"OAPIF:{service.ogc}", password="wrong").returncode != 0
