"""One soak from the beginning to the end: the product, its phones, the disasters, and what is found afterwards."""

import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from backend.gateways.cluster import libpq_url
from benchmarks.faults import PROFILES, FaultMix, FaultProxy
from benchmarks.fleet.control import Control
from benchmarks.fleet.coordinator import Coordinator
from benchmarks.fleet.crew import make_crew
from benchmarks.fleet.ledger import Recorded, read_ledgers
from benchmarks.fleet.process import FleetReport, Rhythm, running_fleet
from benchmarks.soak.disk import photo_disk
from benchmarks.soak.findings import read_findings
from benchmarks.soak.mayhem import Mayhem
from benchmarks.soak.options import FLEET_PROCESSES, Options
from benchmarks.soak.people import COORDINATOR, GRIDS, PASSWORD, People, settle_people
from benchmarks.soak.phones import check_phones
from benchmarks.soak.service import product
from benchmarks.soak.verdict import Verdict, judge

REST_SECONDS = 300
BACKUP_AT, RESTORE_AT = 0.25, 0.6
QUIET_AT = (0.45, 0.75)
TASKS_EVERY_SECONDS = 0.5
# What the disk of the phones costs is not what is measured.
MEMORY = Path("/dev/shm")


def say(text: str) -> None:
    """To whoever watches."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {text}\n")
    sys.stderr.flush()


@dataclass
class Soak:
    """Everything that is under way."""

    options: Options
    proxy: FaultProxy
    mayhem: Mayhem
    control: Control
    folder: Path
    fleet: FleetReport
    quiet_points: list[dict[str, Any]] = field(default_factory=list)

    def work(self) -> None:
        """The time of work: disasters now and then, and the fixed points of the run."""
        began, length = time.monotonic(), self.options.minutes * 60
        ahead = sorted(
            [(BACKUP_AT, self.mayhem.back_up), (RESTORE_AT, self.mayhem.restore)]
            + [(share, self.come_to_quiet) for share in QUIET_AT],
            key=lambda entry: entry[0],
        )
        self.control.work()
        while (now := time.monotonic() - began) < length:
            if ahead and now >= ahead[0][0] * length:
                share, step = ahead.pop(0)
                say(f"{share:.0%}: {step.__name__}")
                step()
            else:
                name = self.mayhem.one()
                say(f"{now:5.0f} s  {name}; {self.proxy.tally.total():,} faults so far")
            self._wait(self.mayhem.chance.uniform(0.5, 1.5) * self.options.disaster_seconds, began + length)

    def come_to_quiet(self) -> Verdict:
        """A quiet point in the middle."""
        verdict = self.compare_at_rest()
        self.proxy.is_calm = False
        self.control.work()
        return verdict

    def compare_at_rest(self) -> Verdict:
        """Stop recording, let everything arrive over a good line, and compare."""
        self.proxy.is_calm = True
        self.control.rest()
        restless = self.control.wait_for_rest(REST_SECONDS, self.mayhem.look_after)
        verdict = self.judge()
        point = {"restless": restless, "lost": len(verdict.lost), "lost_photos": len(verdict.lost_photos)}
        point |= {"doubled": len(verdict.doubled), "without_effect": len(verdict.without_effect)}
        point |= {"items": verdict.items, "photos": verdict.photos, "faults": self.proxy.tally.total()}
        self.quiet_points.append(point)
        say(f"quiet: {point}")
        return verdict

    def judge(self) -> Verdict:
        """Compare what is recorded with what is there."""
        service = self.mayhem.service
        found = read_findings(libpq_url(service.cluster.url()), self.mayhem.disk.folder)
        return judge(self.recorded(), found)

    def recorded(self) -> list[Recorded]:
        """All that phones have recorded so far."""
        return list(read_ledgers(self.folder))

    def _wait(self, seconds: float, end: float) -> None:
        deadline = min(time.monotonic() + seconds, end)
        while time.monotonic() < deadline:
            self.mayhem.look_after()
            time.sleep(0.2)


def run(options: Options) -> dict[str, Any]:
    """Soak; the figures."""
    with _stage(options) as soak:
        began = time.monotonic()
        soak.work()
        worked = time.monotonic() - began
        say("the end: everything is to arrive")
        verdict = soak.compare_at_rest()
        restless = soak.quiet_points[-1]["restless"]
        soak.control.end()
        verified, wrong = check_phones(soak.folder, soak.recorded())
        return _figures(soak, worked, verdict, options.phones - len(restless), verified, wrong)


@contextmanager
def _stage(options: Options) -> Iterator[Soak]:
    memory = MEMORY if MEMORY.is_dir() else None
    with ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gridpatrol-soak-")))
        root.chmod(0o755)  # the database's user must be able to enter
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gridpatrol-fleet-", dir=memory)))
        service = stack.enter_context(product(root, ACCESS_TOKEN_SECONDS="60"))
        disk = stack.enter_context(photo_disk(service.var_dir / "media", options.photo_disk_mb))
        say(f"photos lie on: {disk.kind}; data in {root}")
        service.command("db", "start")
        service.command("db", "migrate")
        people = settle_people(service.cluster.url(), options.phones)
        mayhem = Mayhem(service, disk, root, random.Random(options.seed))
        service.start()
        lines = [profile.quicker(options.quicker) for profile in PROFILES.values()]
        proxy = stack.enter_context(
            FaultProxy(
                ("127.0.0.1", service.port),
                FaultMix(options.fault_share),
                seed=options.seed,
                profiles=lines,
                on_answer=mayhem.recovery.on_answer,
            )
        )
        yield from _with_fleet(options, proxy, mayhem, folder, people)


def _with_fleet(options: Options, proxy: FaultProxy, mayhem: Mayhem, folder: Path, people: People) -> Iterator[Soak]:
    control = Control(options.phones)
    crew = make_crew(
        people.usernames,
        PASSWORD,
        proxy.url,
        folder,
        seed=options.seed,
        grid_count=GRIDS,
        quicker=options.quicker,
    )
    desk = Coordinator(mayhem.service.url, COORDINATOR, PASSWORD, people.worker_ids, people.grid_codes, options.seed)
    desk.start(control.is_over, control.is_working, TASKS_EVERY_SECONDS)
    with running_fleet(crew, Rhythm(), control, folder, FLEET_PROCESSES) as report:
        yield Soak(options, proxy, mayhem, control, folder, report)


def _figures(
    soak: Soak, worked: float, verdict: Verdict, agreed: int, verified: int, wrong: list[str]
) -> dict[str, Any]:
    tally, options = soak.proxy.tally, soak.options
    return {
        "minutes": round(worked / 60, 1),
        "phones": options.phones,
        "seed": options.seed,
        "photo_disk": soak.mayhem.disk.kind,
        "faults": {
            "total": tally.total(),
            "hard": tally.total(hard_only=True),
            "requests": tally.requests,
            "connections": tally.connections,
            "by_kind": tally.by_kind(),
        },
        "disasters": dict(soak.mayhem.done),
        "recovery_seconds": soak.mayhem.recovery.longest(),
        "restore_seconds": soak.mayhem.restore_seconds,
        "quiet_points": soak.quiet_points,
        "verdict": {**asdict(verdict), "expected": dict(verdict.expected)},
        "receipts_verified": verified,
        "phones_agreed": agreed,
        "wrong_on_phones": wrong,
        "notes": soak.mayhem.notes,
        "worked_seconds": worked,
        "report": soak.fleet,
    }
