"""Numbers of a fleet: what was counted and how long things took."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Figures:
    """Of one phone or of many. Times are seconds."""

    items: int = 0
    photos: int = 0
    sync_seconds: list[float] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    sign_ins: int = 0
    offered_again: int = 0
    started_over: int = 0
    refused_receipts: int = 0
    longest_outage_seconds: float = 0.0
    # from the first unsent item until everything had its receipt
    longest_until_receipts_seconds: float = 0.0

    def add(self, other: "Figures") -> None:
        """Take in what another has counted."""
        for name in ("items", "photos", "sign_ins", "offered_again", "started_over", "refused_receipts"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.sync_seconds += other.sync_seconds
        self.failures += other.failures
        for name in ("longest_outage_seconds", "longest_until_receipts_seconds"):
            setattr(self, name, max(getattr(self, name), getattr(other, name)))

    def summary(self, seconds: float) -> dict[str, Any]:
        """As written to a file; ``seconds``: how long the fleet worked."""
        return {
            "items": self.items,
            "photos": self.photos,
            "syncs": len(self.sync_seconds),
            "syncs_per_second": round(len(self.sync_seconds) / max(seconds, 0.001), 1),
            "sync_ms": {f"p{share}": percentile_ms(self.sync_seconds, share) for share in (50, 95, 99)},
            "failed_attempts": sum(self.failures.values()),
            "failures": dict(self.failures.most_common()),
            "sign_ins": self.sign_ins,
            "offered_again": self.offered_again,
            "started_over": self.started_over,
            "refused_receipts": self.refused_receipts,
            "longest_outage_of_a_phone_seconds": round(self.longest_outage_seconds, 1),
            "longest_until_all_receipts_seconds": round(self.longest_until_receipts_seconds, 1),
        }


def percentile_ms(seconds: Iterable[float], share: int) -> float | None:
    """Milliseconds under which ``share`` percent of the times lie; None without times."""
    times = sorted(seconds)
    return round(times[min(len(times) - 1, len(times) * share // 100)] * 1000, 1) if times else None
