"""One soak from the beginning to the end: phones at work, the disasters, and what is found afterwards."""

import random
import time
from dataclasses import dataclass, field
from typing import Any

from benchmarks.fleet.process import Rhythm
from benchmarks.soak.mayhem import Mayhem, Recovery
from benchmarks.soak.options import Options
from benchmarks.soak.stage import Stage, say, stage_of
from benchmarks.soak.verdict import Verdict

REST_SECONDS = 600  # photos that waited; phones that are stuck are told after it
BACKUP_AT, RESTORE_AT = 0.25, 0.6
QUIET_AT = (0.45, 0.75)


@dataclass
class Soak:
    """One run on its stage."""

    options: Options
    stage: Stage
    mayhem: Mayhem
    quiet_points: list[dict[str, Any]] = field(default_factory=list)
    resting_seconds: float = 0.0  # not counted as work

    def work(self) -> None:
        """The time of work: disasters now and then, and the fixed points of the run."""
        began, length = time.monotonic(), self.options.minutes * 60
        ahead = sorted(
            [(BACKUP_AT, self.mayhem.back_up), (RESTORE_AT, self.mayhem.restore)]
            + [(share, self.come_to_quiet) for share in QUIET_AT],
            key=lambda entry: entry[0],
        )
        self.stage.control.work()
        # the fixed points are never left out, however late a busy machine is
        while (now := time.monotonic() - began - self.resting_seconds) < length or ahead:
            if ahead and now >= ahead[0][0] * length:
                share, step = ahead.pop(0)
                say(f"{share:.0%}: {step.__name__}")
                step()
            else:
                name = self.mayhem.one()
                say(f"{now:5.0f} s  {name}; {self.stage.proxy.tally.total():,} faults so far")
            pause = self.mayhem.chance.uniform(0.5, 1.5) * self.options.disaster_seconds
            self._wait(pause, began + self.resting_seconds + length)

    def come_to_quiet(self) -> Verdict:
        """A quiet point in the middle."""
        began = time.monotonic()
        verdict = self.compare_at_rest()
        self.resting_seconds += time.monotonic() - began
        self.stage.proxy.is_calm = False
        self.stage.control.work()
        return verdict

    def compare_at_rest(self) -> Verdict:
        """Stop recording, let everything arrive over a good line, and compare."""
        self.stage.proxy.is_calm = True
        self.stage.control.rest()
        restless = self.stage.control.wait_for_rest(REST_SECONDS, self.mayhem.look_after)
        verdict = self.stage.judge()
        point = {"restless": restless, "lost": len(verdict.lost), "lost_photos": len(verdict.lost_photos)}
        point |= {"doubled": len(verdict.doubled), "without_effect": len(verdict.without_effect)}
        point |= {"items": verdict.items, "photos": verdict.photos, "faults": self.stage.proxy.tally.total()}
        self.quiet_points.append(point)
        say(f"quiet: {point}")
        return verdict

    def _wait(self, seconds: float, end: float) -> None:
        deadline = min(time.monotonic() + seconds, end)
        while time.monotonic() < deadline:
            self.mayhem.look_after()
            time.sleep(0.2)


def run(options: Options) -> dict[str, Any]:
    """Soak; the figures."""
    recovery = Recovery()
    with stage_of(options, Rhythm(), recovery.on_answer) as stage:
        soak = Soak(
            options, stage, Mayhem(stage.service, stage.disk, stage.root, random.Random(options.seed), recovery)
        )
        began = time.monotonic()
        soak.work()
        worked = time.monotonic() - began - soak.resting_seconds
        say("the end: everything is to arrive")
        verdict = soak.compare_at_rest()
        stage.control.end()
        return _figures(soak, worked, verdict)


def _figures(soak: Soak, worked: float, verdict: Verdict) -> dict[str, Any]:
    return {
        "minutes": round(worked / 60, 1),
        "disasters": dict(soak.mayhem.done),
        "recovery_seconds": soak.mayhem.recovery.longest(),
        "restore_seconds": soak.mayhem.restore_seconds,
        "quiet_points": soak.quiet_points,
        "notes": soak.mayhem.notes,
        "worked_seconds": worked,
        **soak.stage.figures(verdict, soak.quiet_points[-1]["restless"]),
    }
