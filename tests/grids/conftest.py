"""Shared ground of these tests: one sample district and its three layers."""

import pytest
from shapely.geometry.base import BaseGeometry

from grids.generate import sample_district
from grids.model import GridFeature


@pytest.fixture(scope="session")
def district() -> tuple[BaseGeometry, dict[str, BaseGeometry], list[GridFeature]]:
    return sample_district(7)


@pytest.fixture
def outline(district):
    return district[0]


@pytest.fixture
def streets(district):
    return dict(district[1])


@pytest.fixture
def grids(district):
    return list(district[2])
