"""Settings of the property test, and the world it runs in.

``make test`` runs the profile "short"; ``python -m pytest tests/properties --hypothesis-profile=soak`` the long one, with
SOAK_EXAMPLES examples (1,000 unless told) of SOAK_STEPS steps (40) each, different ones every time. A failing example is
printed as a program; its ``@reproduce_failure`` line repeats it.
"""

import os
from collections.abc import Iterator

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings

from tests.properties.office import Office
from tests.properties.wire import Wire
from tests.properties.world import World

COMMON = settings(deadline=None, suppress_health_check=list(HealthCheck), database=None, print_blob=True)
settings.register_profile("short", COMMON, max_examples=80, stateful_step_count=14, phases=(Phase.generate,))
settings.register_profile(
    "soak",
    COMMON,
    max_examples=int(os.environ.get("SOAK_EXAMPLES", "1000")),
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
