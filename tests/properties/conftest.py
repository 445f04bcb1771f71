"""Settings of the property test, and the world it runs in.

``make test`` runs the profile "short"; ``python -m pytest tests/properties --hypothesis-profile=soak`` the long one, with
SOAK_EXAMPLES examples (1,000 unless told) of SOAK_STEPS steps (40) each, different ones every time and shrunk where one
fails; ``-n 2`` and more share them. A failing example is printed as a program of the rules that were followed.
"""

import os
from collections.abc import Iterator

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings

from tests.properties.office import Office
from tests.properties.wire import Wire
from tests.properties.world import World

PARTS = 4  # so that several processes share the work
SHORT_EXAMPLES = 76  # of each part
SOAK_EXAMPLES = int(os.environ.get("SOAK_EXAMPLES", "1000"))

COMMON = settings(deadline=None, suppress_health_check=list(HealthCheck), database=None, print_blob=True)
# without shrinking, which takes minutes: the long run shows the smallest example
settings.register_profile(
    "short", COMMON, max_examples=SHORT_EXAMPLES, stateful_step_count=12, phases=(Phase.generate,)
)
settings.register_profile(
    "soak",
    COMMON,
    max_examples=-(-SOAK_EXAMPLES // PARTS),
    stateful_step_count=int(os.environ.get("SOAK_STEPS", "40")),
    phases=(Phase.generate, Phase.shrink),
)


@pytest.fixture
def world(live_app: Flask) -> Iterator[World]:
    """The server and its people, with a database that refuses what asks to be refused."""
    made = World(live_app)
    office = Office(made, made.ledger())
    office.refuse_reports()
    yield made
    office.stop_refusing()
    made.close()


@pytest.fixture
def wire(world: World) -> Wire:
    """The network to it."""
    return Wire(world.client)
