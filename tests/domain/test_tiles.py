"""Map keys and tiles, and areas as text. The database's own key: tests/persistence/test_map_key.py."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.errors import DomainError
from backend.domain.map_area import MOST_CORNERS, AreaError, read_area, write_area
from backend.domain.tiles import map_key, tile_at, tile_of

LON, LAT = st.floats(-180, 180), st.floats(-85, 85)


@given(LON, LAT, st.integers(0, 22))
def test_a_place_lies_in_its_tile_and_in_its_range_of_keys(lon: float, lat: float, z: int) -> None:
    key = map_key(lon, lat)
    tile = tile_of(key, z)
    first, behind = tile.keys()
    assert first <= key < behind
    west, south, east, north = tile.shape()
    assert west - 1e-6 <= min(lon, 179.9999999) <= east + 1e-6
    assert south - 1e-6 <= lat <= north + 1e-6
    assert tile_at(z, tile.x, tile.y) == tile


def test_a_tile_known_from_elsewhere() -> None:
    assert tile_of(map_key(121.4, 31.24), 14) == tile_at(14, 13717, 6694)


@pytest.mark.parametrize("place", [(180, 90), (-180, -90), (180, -90)])
def test_the_edges_of_the_world_are_in_a_tile(place: tuple[float, float]) -> None:
    assert 0 <= map_key(*place) < 1 << 62


@pytest.mark.parametrize(("z", "x", "y"), [(23, 0, 0), (-1, 0, 0), (2, 4, 0), (2, 0, 4), (0, -1, 0)])
def test_a_tile_that_is_none(z: int, x: int, y: int) -> None:
    with pytest.raises(DomainError, match="tile_out_of_range"):
        tile_at(z, x, y)


CORNERS = [(121.4, 31.24), (121.41, 31.24), (121.41, 31.25), (121.4, 31.25)]


def test_an_area_as_others_write_it() -> None:
    # the polyline that @mapbox/polyline makes of these corners with precision 6
    assert write_area(CORNERS) == "_svqz@_ktpfF?_pR_pR??~oR"
    area = read_area("_svqz@_ktpfF?_pR_pR??~oR")
    assert area.wkt == "MULTIPOLYGON (((121.4 31.24, 121.4 31.25, 121.41 31.25, 121.41 31.24, 121.4 31.24)))"


def test_what_crosses_itself_is_taken_apart() -> None:
    bow = [CORNERS[0], CORNERS[2], CORNERS[1], CORNERS[3]]
    assert read_area(write_area(bow)).wkt.count("((") == 2


@pytest.mark.parametrize(
    "text",
    [
        "", "a", "____", "?\x00??", "??????", "é" * 20, "~" * 10_000,
        write_area(CORNERS[:2]),
        write_area([(0, 0), (3, 0), (3, 3)]),
        write_area([(0, 89), (0.5, 89), (0.5, 91)]),
        write_area([(121.4, 31.2), (121.5, 31.2), (121.4, 31.2)]),
        write_area([(121 + n / 1000, 31 + n % 2 / 100) for n in range(MOST_CORNERS + 1)]),
    ],
)  # fmt: skip
def test_an_area_that_is_none(text: str) -> None:
    with pytest.raises(AreaError, match=r"^Not a valid area"):
        read_area(text)


@given(st.text(max_size=60))
def test_any_text_is_an_area_or_refused(text: str) -> None:
    try:
        assert read_area(text).text == text
    except AreaError as error:
        assert "Not a valid area" in str(error)


def test_the_longest_area() -> None:
    turn = random.Random(4)
    corners = [(121.4 + turn.random() / 10, 31.2 + turn.random() / 10) for _ in range(MOST_CORNERS)]
    assert read_area(write_area(corners)).wkt.startswith("MULTIPOLYGON")
