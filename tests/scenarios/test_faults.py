"""Phones of the reference client through a bad network, a short soak: nothing lost, nothing doubled; and who counts is counted.

The long run, with kills and a restore, is ``make soak``.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import pytest

from backend.domain.vocabulary import GridRole
from backend.gateways.cluster import PrivateCluster, libpq_url
from backend.services.accounts.hashing import hash_password
from backend.services.scope import welcome_user
from benchmarks.faults import HARD, PROFILES, Fault, FaultMix, FaultProxy
from benchmarks.fleet.device import Device, DeviceSpec
from benchmarks.fleet.ledger import Ledger, Recorded, read_ledgers
from benchmarks.soak.findings import Findings, StoredItem, read_findings
from benchmarks.soak.phones import check_phones
from benchmarks.soak.verdict import Verdict, judge
from tests.clients.conftest import PASSWORD
from tests.conftest import LIVE, NOW
from tests.factories import make_responsible, make_task, make_user
from tests.scenarios.conftest import Field
from tests.server import running_server

SEED, PHONES, ROUNDS, BATCH = 20261120, 4, 5, 8
LINES = ("office", "4g", "3g", "2g")
ROUND_SECONDS = 1.5  # then the worker goes on, whether all of it has arrived or not
PATIENCE_SECONDS = 60.0  # only so that a fault of the test cannot hang it


def _usernames(field: Field) -> list[str]:
    workers = [make_user(field.session) for _ in range(PHONES)]
    for number, worker in enumerate(workers):
        worker.password_hash = hash_password(PASSWORD, field.app.extensions["gridpatrol"].settings)
        make_responsible(field.session, worker, [field.grids[number % 4]], GridRole.HELPER)
        for _ in range(3):
            make_task(field.session, field.grids[number % 4], worker)
    field.session.flush()
    for worker in workers:
        welcome_user(field.session, worker.id, NOW)
    field.session.commit()
    return [worker.username for worker in workers]


def _carry(spec: DeviceSpec, ledger: Ledger, proxy: FaultProxy, rounds_over: threading.Barrier) -> None:
    device = Device(spec, ledger, lambda: False)
    end = time.monotonic() + PATIENCE_SECONDS
    try:
        device.sync_until(end)
        for _ in range(ROUNDS):
            device.work(BATCH)
            device.sync_until(time.monotonic() + ROUND_SECONDS)
        if rounds_over.wait() == 0:
            proxy.is_calm = True
        device.sync_until(end, verify=True, all_of_it=True)
        assert device.agreed
    finally:
        device.close()


@pytest.mark.slow
def test_phones_on_bad_networks_lose_and_double_nothing(field: Field, cluster: PrivateCluster, tmp_path: Path) -> None:
    ledger, barrier = Ledger(tmp_path / "ledger-0.jsonl"), threading.Barrier(PHONES)
    usernames, lines = _usernames(field), [profile.quicker(200) for profile in PROFILES.values()]
    mix = FaultMix(0.4, dict.fromkeys((kind for kind in Fault if kind != Fault.LOSS), 1), longest_seconds=0.1)
    with (
        running_server(cluster.url(LIVE), tmp_path / "var", WEB_WORKERS="2") as server,
        FaultProxy(("127.0.0.1", server.port), mix, seed=SEED, profiles=lines) as proxy,
    ):
        specs = [
            DeviceSpec(
                number, username, PASSWORD, proxy.url(line), tmp_path / f"phone-{number}", SEED, 4,
                post_only=number % 2 == 1, piece_bytes=4096, quicker=2000,
            )
            for number, (username, line) in enumerate(zip(usernames, LINES, strict=True))
        ]  # fmt: skip
        threads = [threading.Thread(target=_carry, args=(spec, ledger, proxy, barrier)) for spec in specs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        ledger.close()
        recorded = list(read_ledgers(tmp_path))
        found = read_findings(libpq_url(cluster.url(LIVE)), tmp_path / "var" / "media")
        verified, wrong = check_phones(tmp_path, recorded)
    assert wrong == [] and verified == len(recorded) == PHONES * ROUNDS * BATCH
    assert proxy.tally.total(hard_only=True) > 50, "too few faults to mean anything"
    assert set(proxy.tally.by_kind()) >= set(HARD), "a kind of fault never happened"
    verdict = judge(recorded, found)
    assert verdict.is_good, verdict
    assert verdict.photos > 0
    _delete_a_report(recorded, found)


def _delete_a_report(recorded: list[Recorded], found: Findings) -> None:
    """The same comparison notices one row that goes behind the server's back."""
    doomed = next(item.subject for item in recorded if item.kind == "report.submit" and not item.photos)
    poorer = deepcopy(found)
    del poorer.reports[doomed]
    assert len(judge(recorded, poorer).lost) == 1


REPORT = Recorded("i1", "u1", "report.submit", "c1", "r1", ("p1",))
STEP = Recorded("i2", "u1", "task.start", "c2", "t1", ())


def _good() -> Findings:
    return Findings(
        items={
            "i1": StoredItem("c1", "report.submit", "u1", "accepted", None),
            "i2": StoredItem("c2", "task.start", "u1", "accepted", None),
        },
        reports={"r1": ("u1", 1, 1)},
        events=Counter({("r1", "submit"): 1, ("t1", "start"): 1, ("t1", "assign"): 1}),
        photos={("r1", "p1"): True},
        media={"p1"},
        files={"p1"},
    )


def test_the_checker_is_content_with_what_is_right() -> None:
    assert judge([REPORT, STEP], _good()).is_good


def _kept(code: str) -> StoredItem:
    return StoredItem("c2", "task.start", "u1", "conflict", code)


@pytest.mark.parametrize(
    ("change", "seen_in"),
    [
        (lambda f: f.items.pop("i2"), "lost"),
        (lambda f: f.reports.pop("r1"), "lost"),
        (lambda f: f.reports.update(r1=("u2", 1, 1)), "lost"),
        (lambda f: f.items.update(i1=StoredItem("other", "report.submit", "u1", "accepted", None)), "lost"),
        (lambda f: f.events.update({("t1", "start"): -1}), "lost"),
        (lambda f: f.events.update({("t1", "start"): 1}), "doubled"),
        (lambda f: f.reports.update(r2=("u1", 0, 0)), "doubled"),
        (lambda f: f.items.update(i3=StoredItem("c1", "report.submit", "u1", "accepted", None)), "doubled"),
        (lambda f: f.conflicts.append("i1"), "doubled"),
        (lambda f: f.doubled_referrals.append("r1"), "doubled"),
        (lambda f: f.files.clear(), "lost_photos"),
        (lambda f: f.photos.update({("r1", "p1"): False}), "lost_photos"),
        (lambda f: f.reports.update(r1=("u1", 1, 0)), "lost_photos"),
        (lambda f: (f.items.update(i2=_kept("illegal_transition")), f.events.pop(("t1", "start"))), "without_effect"),
    ],
)
def test_the_checker_would_notice(change: Callable[[Findings], object], seen_in: str) -> None:
    found = _good()
    change(found)
    verdict: Verdict = judge([REPORT, STEP], found)
    assert getattr(verdict, seen_in) and not verdict.is_good
