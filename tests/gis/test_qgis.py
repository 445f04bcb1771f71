"""QGIS without a screen reads every collection to its end, by hand and by the project file that the service makes."""

import json
import os
import subprocess
import xml.etree.ElementTree as ElementTree
from typing import Any

import pytest
import requests

from tests.documents import CHECKOUT
from tests.gis.conftest import COUNTS, UNPLACED, Service

SYSTEM_PYTHON = "/usr/bin/python3"
POINT, MULTI_POLYGON = 1, 6


@pytest.fixture(scope="module")
def told(clients: None, service: Service, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What QGIS found; it takes seconds to start, so it is asked once for everything."""
    home = tmp_path_factory.mktemp("qgis")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    environment = {**kept, "QT_QPA_PLATFORM": "offscreen", "HOME": str(home), "XDG_RUNTIME_DIR": str(home)}
    done = subprocess.run(
        [SYSTEM_PYTHON, CHECKOUT / "tests/gis/read_with_qgis.py", service.url, service.username, service.password],
        env=environment, cwd=home, capture_output=True, text=True, check=False, timeout=180,
    )  # fmt: skip
    assert done.stdout, done.stderr[-4000:]
    return json.loads(done.stdout.strip().splitlines()[-1])


@pytest.mark.slow
@pytest.mark.parametrize("collection", COUNTS)
def test_a_layer_added_by_hand(told: Any, collection: str) -> None:
    layer = told["by_hand"][collection]
    assert (layer["valid"], layer["crs"]) == (True, "EPSG:4326")
    assert layer["geometry"] == (MULTI_POLYGON if collection == "grids" else POINT)
    assert layer["counted"] == layer["read"] == layer["ids"] == COUNTS[collection]


@pytest.mark.slow
def test_positions_boxes_and_fields(told: Any) -> None:
    reports = told["by_hand"]["reports"]
    assert reports["placed"] == COUNTS["reports"] - UNPLACED
    assert reports["in_box"] == 100
    assert reports["fields"]["captured_at"][0] == "DateTime" and reports["fields"]["photos"][0] == "Integer"
    assert told["by_hand"]["referrals"]["fields"]["is_emergency"][0] == "Boolean"


@pytest.mark.slow
def test_the_project_file(told: Any) -> None:
    assert (told["loaded"], told["title"], told["crs"]) == (True, "网格巡查 · 地图数据服务", "EPSG:4490")
    assert told["tree"][:4] == ["通报移送", "上报", "场所", "网格"]
    assert 121.3 < told["extent"][0] < 121.5
    titles = {"grids": "网格", "sites": "场所", "reports": "上报", "referrals": "通报移送"}
    for collection, title in titles.items():
        layer = told["project"][title]
        assert layer["valid"] and layer["read"] == COUNTS[collection], title
        assert layer["renderer"] == ("singleSymbol" if collection == "grids" else "categorizedSymbol")
        assert layer["labels"] is (collection == "grids")
    assert told["project"]["上报"]["fields"]["category_zh"][1] == "类别"
    assert told["categories"] == ["非法行医", "公共场所无证无照经营", "现制现售水"]


@pytest.mark.slow
def test_the_tiles_of_the_project_file(told: Any, service: Service) -> None:
    assert len(told["tiles"]) == 4
    for valid, crs, source in told["tiles"].values():
        assert valid and crs == "EPSG:3857"
        assert f"url={service.url}/api/v1/map/tiles/" in source and "authcfg=gridpat" in source


@pytest.mark.slow
def test_the_project_file_is_made_for_the_host_and_the_language(service: Service) -> None:
    for language, title in (("zh", "网格"), ("en", "Grids")):
        reply = requests.get(
            f"{service.ogc}/qgis-project.qgs?lang={language}", headers={"Host": "gis.example.org"}, timeout=20
        )  # fmt: skip
        tree = ElementTree.fromstring(reply.content)  # our own answer
        names = [layer.findtext("layername") for layer in tree.iter("maplayer")]
        assert title in names
        assert all("gis.example.org" in (layer.findtext("datasource") or "") for layer in tree.iter("maplayer"))
        assert service.password not in reply.text
