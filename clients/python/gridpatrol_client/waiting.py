"""How long to wait after a failure, as api_docs/sync.md tells; so that a thousand phones do not come back in one second."""

import random
from dataclasses import dataclass, field

FIRST_SECONDS, LONGEST_SECONDS = 2.0, 300.0


@dataclass
class Backoff:
    """Doubles from 2 s to 5 minutes, plus or minus a third by chance. ``reset`` when the network is back or the app opens."""

    chance: random.Random = field(default_factory=random.SystemRandom)
    failures: int = 0

    def after_failure(self, retry_after: float | None = None) -> float:
        """Seconds to wait now; never less than the server has asked for."""
        middle = min(LONGEST_SECONDS, FIRST_SECONDS * 2.0 ** min(self.failures, 10))
        self.failures += 1
        drawn = middle * self.chance.uniform(2 / 3, 4 / 3)
        if retry_after is None:
            return drawn
        # the spread is added on top: all who were told the same number must not come at once either
        return retry_after + drawn / 2

    def reset(self) -> None:
        """Start over at the shortest wait."""
        self.failures = 0
