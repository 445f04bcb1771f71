"""The ten invariants of sync.md under any order of work, trouble and office acts (see conftest.py for the long run)."""

import pytest
from hypothesis import seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.properties.machine import SyncMachine
from tests.properties.wire import Wire
from tests.properties.world import World

# In parts, so that several processes share the work; every part has examples of its own, the same ones in every run.
PARTS = range(4)


@pytest.mark.parametrize("part", PARTS)
def test_every_invariant_holds_at_every_quiet_point(world: World, wire: Wire, part: int) -> None:
    run(world, wire, part)


def run(world: World, wire: Wire, number: int) -> None:
    """Run the machine: with fixed seeds in the short run, with new ones in the soak."""

    def machine() -> SyncMachine:
        return SyncMachine(world, wire)

    if settings.get_current_profile_name() == "soak":
        run_state_machine_as_test(machine)
        return
    run_state_machine_as_test(seed(number)(machine), settings=settings.get_profile("short"))
