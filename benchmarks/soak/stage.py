"""Everything a fleet works on: the product on a data folder of its own, people, the bad network, the phones themselves."""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from backend.gateways.cluster import libpq_url
from benchmarks.faults import PROFILES, Answered, FaultMix, FaultProxy
from benchmarks.fleet.control import Control
from benchmarks.fleet.coordinator import Coordinator
from benchmarks.fleet.crew import make_crew
from benchmarks.fleet.day import Day
from benchmarks.fleet.ledger import Recorded, read_ledgers
from benchmarks.fleet.process import FleetReport, Rhythm, running_fleet
from benchmarks.soak.disk import PhotoDisk, photo_disk
from benchmarks.soak.findings import read_findings
from benchmarks.soak.options import FLEET_PROCESSES, Options
from benchmarks.soak.people import COORDINATOR, GRIDS, PASSWORD, People, settle_people
from benchmarks.soak.phones import check_phones
from benchmarks.soak.service import Service, product
from benchmarks.soak.verdict import Verdict, judge

TASKS_EVERY_SECONDS = 0.5
# What the disk of the phones costs is not what is measured.
MEMORY = Path("/dev/shm")


def say(text: str) -> None:
    """To whoever watches."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {text}\n")
    sys.stderr.flush()


@dataclass(frozen=True)
class Stage:
    """What is there while a fleet works. ``root`` holds the product's data, ``folder`` the phones and their ledgers."""

    options: Options
    service: Service
    disk: PhotoDisk
    root: Path
    folder: Path
    people: People
    proxy: FaultProxy
    control: Control
    report: FleetReport

    def recorded(self) -> list[Recorded]:
        """All that phones have recorded so far."""
        return list(read_ledgers(self.folder))

    def judge(self) -> Verdict:
        """Compare what is recorded with what is there."""
        return judge(self.recorded(), read_findings(libpq_url(self.service.cluster.url()), self.disk.folder))

    def figures(self, verdict: Verdict, restless: list[int]) -> dict[str, Any]:
        """What every run tells; the phones are looked at for it, and must be at rest. ``fleet``: complete when it ended."""
        verified, wrong = check_phones(self.folder, self.recorded())
        tally, options = self.proxy.tally, self.options
        return {
            "phones": options.phones,
            "seed": options.seed,
            "photo_disk": self.disk.kind,
            "faults": {
                "total": tally.total(),
                "hard": tally.total(hard_only=True),
                "requests": tally.requests,
                "connections": tally.connections,
                "by_kind": tally.by_kind(),
            },
            "verdict": {**asdict(verdict), "expected": dict(verdict.expected)},
            "receipts_verified": verified,
            "phones_agreed": options.phones - len(restless),
            "wrong_on_phones": wrong,
            "report": self.report,
        }


@contextmanager
def stage_of(options: Options, plan: Rhythm | Day, on_answer: Callable[[Answered], None]) -> Iterator[Stage]:
    """Set it all up; the phones wait for ``control.work()``. Everything is gone afterwards."""
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
        service.start()
        proxy = stack.enter_context(_network(options, service, on_answer))
        control = Control(options.phones)
        seed, quicker = options.seed, options.quicker
        crew = make_crew(people.usernames, PASSWORD, proxy.url, folder, seed=seed, grid_count=GRIDS, quicker=quicker)
        desk = Coordinator(service.url, COORDINATOR, PASSWORD, people.worker_ids, people.grid_codes, seed)
        desk.start(control.is_over, control.is_working, TASKS_EVERY_SECONDS)
        report = stack.enter_context(running_fleet(crew, plan, control, folder, FLEET_PROCESSES))
        yield Stage(options, service, disk, root, folder, people, proxy, control, report)


def _network(options: Options, service: Service, on_answer: Callable[[Answered], None]) -> FaultProxy:
    return FaultProxy(
        ("127.0.0.1", service.port),
        FaultMix(options.fault_share),
        seed=options.seed,
        profiles=[profile.quicker(options.quicker) for profile in PROFILES.values()],
        on_answer=on_answer,
    )
