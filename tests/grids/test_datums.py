"""GCJ-02 and BD-09 there and back, over all of China."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from grids.datums import (
    DATUMS,
    bd09_to_gcj02,
    from_cgcs2000,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    to_cgcs2000,
    wgs84_to_gcj02,
)

GEOD = Geod(ellps="GRS80")
LON = st.floats(73.5, 135.0)
LAT = st.floats(3.0, 53.5)


def metres(a, b):
    return GEOD.inv(float(a[0]), float(a[1]), float(b[0]), float(b[1]))[2]


@given(LON, LAT, st.sampled_from(DATUMS))
def test_there_and_back_is_within_a_tenth_of_a_micrometre(lon, lat, datum):
    back = to_cgcs2000(*from_cgcs2000(lon, lat, datum), datum)
    allowed = 1e-7 if abs(lon - 105.0) > 1e-9 else 3e-7  # at 105 E GCJ-02 itself has two preimages
    assert abs(float(back[0]) - lon) * 111_320 < allowed
    assert abs(float(back[1]) - lat) * 111_320 < allowed


@given(LON, LAT)
def test_gcj02_is_off_by_a_few_hundred_metres(lon, lat):
    assert 10 < metres((lon, lat), wgs84_to_gcj02(lon, lat)) < 1000


def test_the_shift_at_putuo_is_the_known_one():
    # Published converters agree on this point to a centimetre: about 480 m, to the south-east.
    lon, lat = wgs84_to_gcj02(121.395, 31.25)
    assert (float(lon), float(lat)) == pytest.approx((121.3996519, 31.2481727), abs=2e-7)


@pytest.mark.parametrize(
    "place", [(0.0, 51.5), (-74.0, 40.7), (72.0, 30.0), (138.0, 30.0), (110.0, 0.5), (110.0, 56.0)]
)
def test_outside_china_nothing_moves(place):
    assert tuple(float(v) for v in wgs84_to_gcj02(*place)) == place
    assert tuple(float(v) for v in gcj02_to_wgs84(*place)) == place


@given(st.floats(72.004, 137.8347), st.floats(0.8293, 55.8271))
def test_the_inverse_holds_up_to_the_edge_of_the_area(lon, lat):
    back = gcj02_to_wgs84(*wgs84_to_gcj02(lon, lat))
    assert float(back[0]) == pytest.approx(lon, abs=1e-11)
    assert float(back[1]) == pytest.approx(lat, abs=1e-11)


def test_vectors_keep_their_shape_and_their_nans():
    lons = np.array([[121.4, np.nan], [0.0, 100.0]])
    lats = np.array([[31.2, 31.2], [51.0, 30.0]])
    x, y = gcj02_to_wgs84(lons, lats)
    assert x.shape == y.shape == (2, 2)
    assert np.isnan(x[0, 1])
    assert (x[1, 0], y[1, 0]) == (0.0, 51.0)
    assert float(x[1, 1]) == float(gcj02_to_wgs84(100.0, 30.0)[0])


def test_bd09_and_gcj02_invert_each_other():
    x, y = bd09_to_gcj02(*gcj02_to_bd09(np.linspace(80, 130, 999), np.linspace(10, 50, 999)))
    assert np.abs(x - np.linspace(80, 130, 999)).max() < 1e-12
    assert np.abs(y - np.linspace(10, 50, 999)).max() < 1e-12


def test_an_unknown_datum_is_refused():
    with pytest.raises(ValueError, match="unknown datum"):
        to_cgcs2000(121.0, 31.0, "Beijing 54")
    with pytest.raises(ValueError, match="unknown datum"):
        from_cgcs2000(121.0, 31.0, "Beijing 54")
