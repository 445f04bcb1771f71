"""The oracle's judgement: what becomes of an item that arrives, and what it changes in the ledger (model.py).

One rule per kind of item, in the words of the contract; items are judged strictly in the order of their arrival.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.properties.model import STEPS, Ledger, ReportModel, SiteModel, Stored, content_hash

Verdict = tuple[str, str | None, set[str]]  # result, code, flags
# The flags the model speaks of; others (photo demands, duplicates) are only held to be repeated as they were.
MODELLED = frozenset(
    {"late_after_reassignment", "not_your_task", "unknown_task", "outside_grid", "borderline", "no_grid", "no_position",
     "mock_location", "clock_suspect", "stale_fix", "imported_photo", "unknown_form"}
)  # fmt: skip
# What the machine spoils an item with, by the word it leaves in the description or kind.
REFUSED_BY_DATABASE = "refuse me"
# What may only be missing because a restore took it, while the phone does not know yet that it must offer it again.
NEEDS_EARLIER_ITEMS = frozenset({"unknown_report", "unknown_task", "illegal_transition"})
ACCEPTED: Verdict = ("accepted", None, set())
CLOCK_TOLERANCE = timedelta(minutes=2)


@dataclass(frozen=True)
class Expected:
    """What a receipt must say. ``first`` is None for what cannot be kept."""

    result: str
    code: str | None
    flags: frozenset[str]
    replayed: bool
    first: Stored | None


@dataclass(frozen=True)
class Call:
    """One call as it reaches the server: who, when, how far the phone's clock is ahead, in which epoch it believes to be."""

    user: str
    device: str
    at: datetime
    ahead: timedelta
    epoch: str | None


def receive(ledger: Ledger, call: Call, item: dict[str, Any], fault: str | None) -> Expected:
    """Judge one item; ``fault``: the code by which the machine spoilt it (None: not at all)."""
    if fault == "bad_item_id":
        return Expected("rejected", fault, frozenset(), False, None)
    sha256 = content_hash(item)
    known = ledger.items.get(item["id"])
    if known is not None and known.sha256 == sha256:
        return _repeated(known)
    if known is not None:
        earlier = ledger.conflicts.get((item["id"], sha256))
        if earlier is not None:
            return _repeated(earlier)
        verdict: Verdict = ("conflict", "same_id_other_content", set())
        stored = ledger.conflicts[item["id"], sha256] = _store(ledger, call, item, sha256, verdict)
    else:
        verdict = ("quarantined", fault, set()) if fault else RULES[item["kind"]](ledger, call, item)
        if verdict[1] in NEEDS_EARLIER_ITEMS and call.epoch not in (None, ledger.epoch):
            return Expected("rejected", "epoch_changed", frozenset(), False, None)
        stored = ledger.items[item["id"]] = _store(ledger, call, item, sha256, verdict)
    return Expected(stored.result, stored.code, stored.flags, False, stored)


def _store(ledger: Ledger, call: Call, item: dict[str, Any], sha256: str, verdict: Verdict) -> Stored:
    result, code, flags = verdict
    return Stored(item, call.user, sha256, result, code, frozenset(flags), call.at, ledger.epoch)


def _repeated(first: Stored) -> Expected:
    return Expected(first.result, first.code, first.flags, True, first)


def _report(ledger: Ledger, call: Call, item: dict[str, Any]) -> Verdict:
    payload = item["payload"]
    if payload["report_id"] in ledger.reports:
        return "conflict", "report_exists", set()
    if payload["description"] == REFUSED_BY_DATABASE:
        return "quarantined", "database_refused", set()
    flags, grid = _place_flags(ledger, payload)
    flags |= _task_flags(ledger, call, payload["task_id"])
    captured = datetime.fromisoformat(payload["captured_at"])
    if abs(call.ahead) > CLOCK_TOLERANCE or captured - call.at > timedelta(minutes=5):
        flags.add("clock_suspect")
    if any(photo["source"] == "import" for photo in payload["photos"]):
        flags.add("imported_photo")
    task = payload["task_id"] if payload["task_id"] in ledger.tasks else None
    photos = list(dict.fromkeys(photo["sha256"] for photo in payload["photos"]))
    ledger.reports[payload["report_id"]] = ReportModel(call.user, task, payload["outcome"], flags, grid, photos)
    return "accepted", None, flags


def _place_flags(ledger: Ledger, payload: dict[str, Any]) -> tuple[set[str], str | None]:
    """Flags and grid of a position, judged by the version valid when it was captured."""
    position, captured = payload["position"], datetime.fromisoformat(payload["captured_at"])
    if position is None:
        return {"no_position"}, None
    flags = {"mock_location"} if position["mocked"] else set()
    if abs(captured - datetime.fromisoformat(position["fixed_at"])) > timedelta(minutes=5):
        flags.add("stale_fix")
    task = ledger.tasks.get(payload["task_id"])
    verdict, grid = ledger.place(position["lon"], position["accuracy_m"], captured, task.grid if task else None)
    named = {"outside": {"outside_grid"}, "borderline": {"borderline"}, "no_grid": {"no_grid"}}
    return flags | named.get(verdict, set()), grid


def _task_flags(ledger: Ledger, call: Call, task_id: str | None) -> set[str]:
    """Evidence is never refused because of its task: it is flagged."""
    if task_id is None:
        return set()
    task = ledger.tasks.get(task_id)
    if task is None:
        return {"unknown_task"}
    if call.user in task.holders():
        return set()
    return {"late_after_reassignment"} if call.user in task.holders_ever else {"not_your_task"}


def _step(ledger: Ledger, call: Call, item: dict[str, Any]) -> Verdict:
    task, action = ledger.tasks.get(item["payload"]["task_id"]), item["kind"].removeprefix("task.")
    if task is None or call.user not in task.holders() | task.holders_ever:
        return "quarantined", "unknown_task", set()
    if call.user not in task.holders():
        return "conflict", "illegal_transition", {"late_after_reassignment"}
    if action == "decline" and task.assignee != call.user and task.status != "declined":
        return "quarantined", "not_assignee", set()
    after = STEPS.get((task.status, action))
    if after is None:
        return "conflict", "illegal_transition", set()
    task.status = after
    if action == "decline":
        task.assignee = None
    ledger.steps[item["payload"]["task_id"], action] += 1
    return ACCEPTED


def _amend(ledger: Ledger, call: Call, item: dict[str, Any]) -> Verdict:
    report = ledger.reports.get(item["payload"]["report_id"])
    if report is None or report.author != call.user:
        return "quarantined", "unknown_report", set()
    named = (photo["sha256"] for photo in item["payload"]["photos"])
    report.photos = list(dict.fromkeys([*report.photos, *named]))
    ledger.amendments[item["id"]] = item["payload"]["report_id"]
    return ACCEPTED


def _withdraw(ledger: Ledger, call: Call, item: dict[str, Any]) -> Verdict:
    report = ledger.reports.get(item["payload"]["report_id"])
    if report is None or report.author != call.user:
        return "quarantined", "unknown_report", set()
    if report.withdrawn:
        return "conflict", "illegal_transition", set()
    report.withdrawn = True
    return ACCEPTED


def _propose(ledger: Ledger, call: Call, item: dict[str, Any]) -> Verdict:
    payload = item["payload"]
    if payload["site_id"] in ledger.sites:
        return "quarantined", "site_exists", set()
    lon = payload["position"]["lon"]
    _, grid = ledger.place(lon, payload["position"]["accuracy_m"], call.at)
    ledger.sites[payload["site_id"]] = SiteModel(payload["name"], grid, lon, "proposed", call.user)
    return ACCEPTED


def _call(ledger: Ledger, call: Call, item: dict[str, Any]) -> Verdict:
    ledger.calls.add(item["id"])
    return ACCEPTED


RULES: dict[str, Callable[[Ledger, Call, dict[str, Any]], Verdict]] = {
    "report.submit": _report,
    "report.amend": _amend,
    "report.withdraw": _withdraw,
    "site.propose": _propose,
    "emergency.call": _call,
    **{f"task.{action}": _step for action in ("accept", "start", "submit", "decline")},
}
