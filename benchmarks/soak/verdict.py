"""Compares what phones recorded with what is on the server: lost, doubled, kept without effect. Pure; reads nothing."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from benchmarks.fleet.ledger import Recorded
from benchmarks.soak.findings import Findings, StoredItem

ACCEPTED = "accepted"
ACTIONS = {
    "report.submit": "submit",
    "report.amend": "amend",
    "report.withdraw": "withdraw",
    "task.accept": "accept",
    "task.start": "start",
    "task.submit": "submit",
}
STEPS = frozenset({"task.accept", "task.start", "task.submit"})


@dataclass
class Verdict:
    """Each entry names what it is about. ``without_effect``: kept whole for a coordinator, though it should have been applied."""

    items: int = 0
    photos: int = 0
    lost: list[str] = field(default_factory=list)
    lost_photos: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    without_effect: list[str] = field(default_factory=list)
    # steps on tasks that had gone: rightly kept without effect
    expected: Counter[str] = field(default_factory=Counter)

    @property
    def is_good(self) -> bool:
        """Nothing lost, nothing doubled, nothing left in quarantine that should not be there."""
        return not (self.lost or self.lost_photos or self.doubled or self.without_effect)


def judge(recorded: Sequence[Recorded], found: Findings) -> Verdict:
    """Every recorded item has exactly one effect, every photo is there and counted, and nothing else is there."""
    verdict = Verdict(len(recorded), len({sha256 for item in recorded for sha256 in item.photos}))
    effects: Counter[tuple[str, str]] = Counter()
    for item in recorded:
        stored = found.items.get(item.item_id)
        if stored is None or stored.content_sha256 != item.content_sha256 or stored.user_id != item.owner:
            verdict.lost.append(f"{item.kind} {item.item_id}: {stored or 'not on the server'}")
        elif stored.result != ACCEPTED:
            _judge_kept(verdict, item, stored, found)
        else:
            if item.kind in ACTIONS:
                effects[item.subject, ACTIONS[item.kind]] += 1
            if not _has_row(item, found):
                verdict.lost.append(f"{item.kind} {item.item_id}: accepted, yet its row is missing")
    _judge_events(verdict, effects, found)
    _judge_strangers(verdict, recorded, found)
    _judge_photos(verdict, recorded, found)
    return verdict


def _judge_kept(verdict: Verdict, item: Recorded, stored: StoredItem, found: Findings) -> None:
    if item.kind in STEPS and _is_task_gone(item, stored, found):
        verdict.expected[f"{stored.result} {stored.code}"] += 1
    else:
        verdict.without_effect.append(f"{item.kind} {item.item_id}: {stored.result} {stored.code}")


def _is_task_gone(item: Recorded, stored: StoredItem, found: Findings) -> bool:
    """Whether the step could have no effect: the task was taken away, or only the server before its restore knew of that
    task or of its being given to this worker."""
    if stored.code == "unknown_task":
        return True
    taken_away = "late_after_reassignment" in stored.flags or found.events[item.subject, "reassign"] > 0
    return stored.code == "illegal_transition" and taken_away


def _has_row(item: Recorded, found: Findings) -> bool:
    if item.kind == "report.submit":
        return item.subject in found.reports and found.reports[item.subject][0] == item.owner
    if item.kind == "report.amend":
        return found.amendments.get(item.item_id) == item.subject
    if item.kind == "emergency.call":
        return item.item_id in found.calls
    if item.kind == "site.propose":
        return item.subject in found.sites
    return True  # a step or a withdrawal is an event


def _judge_events(verdict: Verdict, effects: Counter[tuple[str, str]], found: Findings) -> None:
    for key, wanted in effects.items():
        _compare(verdict, f"event {key[1]} of {key[0]}", wanted, found.events[key])
    for key, count in found.events.items():
        if key not in effects and key[1] in set(ACTIONS.values()):
            _compare(verdict, f"event {key[1]} of {key[0]}", 0, count)


def _compare(verdict: Verdict, what: str, wanted: int, there: int) -> None:
    if there < wanted:
        verdict.lost.append(f"{what}: {there} instead of {wanted}")
    elif there > wanted:
        verdict.doubled.append(f"{what}: {there} instead of {wanted}")


def _judge_strangers(verdict: Verdict, recorded: Iterable[Recorded], found: Findings) -> None:
    """What no phone recorded has come into being twice under another name."""
    items, subjects = {item.item_id for item in recorded}, {item.subject for item in recorded}
    for what, ids, known in (
        ("item", found.items.keys(), items),
        ("amendment", found.amendments.keys(), items),
        ("call", found.calls, items),
        ("report", found.reports.keys(), subjects),
        ("site", found.sites, subjects),
    ):
        verdict.doubled += [f"{what} {one}: nobody recorded it" for one in sorted(set(ids) - known)]
    verdict.doubled += [f"item {one}: another content under the same id" for one in found.conflicts]
    verdict.doubled += [f"report {one}: referred twice for the same function" for one in found.doubled_referrals]


def _judge_photos(verdict: Verdict, recorded: Iterable[Recorded], found: Findings) -> None:
    named: Counter[str] = Counter()
    for item in recorded:
        stored = found.items.get(item.item_id)
        for sha256 in item.photos:
            if sha256 not in found.media or sha256 not in found.files:
                verdict.lost_photos.append(f"{sha256}: its bytes are not there")
            elif stored is not None and stored.result == ACCEPTED:
                named[item.subject] += 1
                if not found.photos.get((item.subject, sha256)):
                    verdict.lost_photos.append(f"{sha256}: not noted as arrived for {item.subject}")
    for report_id, (_, expected, here) in found.reports.items():
        if (expected, here) != (named[report_id], named[report_id]):
            verdict.lost_photos.append(f"report {report_id}: {here} of {expected} instead of {named[report_id]}")
