"""The ten invariants of sync.md under any order of work, trouble and office acts (see conftest.py for the long run)."""

import pytest
from hypothesis import settings

from tests.properties.conftest import PARTS
from tests.properties.running import run
from tests.properties.wire import Wire
from tests.properties.world import World


@pytest.mark.parametrize("part", range(PARTS))
def test_every_invariant_holds_at_every_quiet_point(world: World, wire: Wire, part: int) -> None:
    """In the short run every part has examples of its own, the same ones in every run."""
    soaking = settings.get_current_profile_name() == "soak"
    run(world, wire, None if soaking else part)
