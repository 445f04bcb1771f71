"""Runs the state machine: with a fixed seed the same examples in every run, without one new ones every time."""

from hypothesis import seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.properties.machine import SyncMachine
from tests.properties.wire import Wire
from tests.properties.world import World


def run(world: World, wire: Wire, number: int | None) -> None:
    """Play the profile's number of examples; raises BrokenPromiseError with the example at which the server broke one."""

    def machine() -> SyncMachine:
        return SyncMachine(world, wire)

    if number is None:
        run_state_machine_as_test(machine, settings=settings.get_profile("soak"))
    else:
        run_state_machine_as_test(seed(number)(machine), settings=settings.get_profile("short"))
