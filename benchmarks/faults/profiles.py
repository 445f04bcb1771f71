"""How slow a line is. Not here: faults drawn by chance (plan.py)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of line; each direction has ``kbit_s``. ``loss``: share of pieces that TCP has to send once more."""

    name: str
    latency_seconds: float = 0.0
    jitter_seconds: float = 0.0
    kbit_s: float | None = None
    loss: float = 0.0
    recovery_seconds: float = 0.0

    def quicker(self, times: float) -> "Profile":
        """The same line in compressed time."""
        return Profile(
            self.name,
            self.latency_seconds / times,
            self.jitter_seconds / times,
            None if self.kbit_s is None else self.kbit_s * times,
            self.loss,
            self.recovery_seconds / times,
        )


# Round numbers of what phones see outdoors: EDGE at the edge of a cell, UMTS, a good 4G cell, an office line.
PROFILES = {
    profile.name: profile
    for profile in (
        Profile("2g", 0.35, 0.30, 80, 0.03, 1.5),
        Profile("3g", 0.12, 0.10, 800, 0.01, 0.6),
        Profile("4g", 0.03, 0.02, 12_000, 0.002, 0.2),
        Profile("office"),
    )
}
