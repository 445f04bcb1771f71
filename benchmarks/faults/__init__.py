"""A bad network between phones and the served product: seeded, countable, only ever loopback. For measurements and tests."""

from benchmarks.faults.plan import HARD, Fault, FaultMix, Tally
from benchmarks.faults.profiles import PROFILES, Profile
from benchmarks.faults.proxy import Answered, FaultProxy

__all__ = ["HARD", "PROFILES", "Answered", "Fault", "FaultMix", "FaultProxy", "Profile", "Tally"]
