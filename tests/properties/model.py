"""The oracle's memory: what the server must contain and every phone must hold, by the words of sync.md alone.

Shares no rule with the product. Not here: what an arriving item does to it (judge.py).
"""

import copy
import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

WORKER = "grid_worker"
HELD = {"assigned", "accepted", "in_progress", "submitted"}
# (status, action) -> status, as GET /workflow tells it to phones
STEPS = {
    ("assigned", "accept"): "accepted",
    ("assigned", "decline"): "declined",
    ("accepted", "decline"): "declined",
    ("accepted", "start"): "in_progress",
    ("in_progress", "submit"): "submitted",
}
ORDERS = {
    ("planned", "assign"): "assigned",
    ("declined", "assign"): "assigned",
    ("assigned", "reassign"): "assigned",
    ("accepted", "reassign"): "assigned",
    ("in_progress", "reassign"): "assigned",
    ("submitted", "complete"): "done",
    ("submitted", "send_back"): "in_progress",
    **{(status, "cancel"): "cancelled" for status in ("planned", "assigned", "accepted", "in_progress", "declined")},
}
METRES_PER_DEGREE = 95_200.0  # of longitude at 31.24 degrees north
NEARBY_M = 2_000.0  # farther from every grid than this is in none: somewhere else altogether
Key = tuple[str, str]


@dataclass
class TaskModel:
    """A task, who holds it and who ever held it."""

    grid: str
    site: str | None
    status: str = "planned"
    assignee: str | None = None
    helpers: set[str] = field(default_factory=set)
    holders_ever: set[str] = field(default_factory=set)

    def holders(self) -> set[str]:
        """Who works on it; the assignee remains named on a task that is over."""
        return {*self.helpers, *([self.assignee] if self.assignee else [])}


@dataclass
class SiteModel:
    """A premise; ``lon`` None: no position. ``proposer``: who proposed it by phone."""

    name: str
    grid: str | None
    lon: float | None
    status: str = "active"
    proposer: str | None = None


@dataclass
class ReportModel:
    """A report; ``photos`` in the order named, ``grid`` None where the model does not say."""

    author: str
    task: str | None
    outcome: str
    flags: set[str]
    grid: str | None
    photos: list[str]
    withdrawn: bool = False


@dataclass(frozen=True)
class Stored:
    """The answer an item got the first time, and its content."""

    item: dict[str, Any]
    user: str
    sha256: str
    result: str
    code: str | None
    flags: frozenset[str]
    received_at: datetime
    epoch: str


@dataclass
class Ledger:
    """Everything a backup would hold; ``photos``: published hashes, ``told``: what each device last said of its outbox."""

    reference: set[Key]
    epochs: list[tuple[str, datetime | None]]
    versions: list[tuple[datetime, dict[str, tuple[float, float]]]]
    roles: dict[str, set[str]] = field(default_factory=dict)
    responsible: dict[Key, str] = field(default_factory=dict)  # (grid, user) -> role
    tasks: dict[str, TaskModel] = field(default_factory=dict)
    sites: dict[str, SiteModel] = field(default_factory=dict)
    reports: dict[str, ReportModel] = field(default_factory=dict)
    items: dict[str, Stored] = field(default_factory=dict)
    conflicts: dict[Key, Stored] = field(default_factory=dict)  # (item, hash) -> the answer
    amendments: dict[str, str] = field(default_factory=dict)  # item -> report
    calls: set[str] = field(default_factory=set)
    steps: Counter[Key] = field(default_factory=Counter)  # (task, action)
    photos: set[str] = field(default_factory=set)
    told: dict[str, dict[str, Any]] = field(default_factory=dict)

    def copy(self) -> "Ledger":
        """A backup."""
        return copy.deepcopy(self)

    @property
    def epoch(self) -> str:
        """The present one."""
        return self.epochs[-1][0]

    @property
    def grids(self) -> dict[str, tuple[float, float]]:
        """West and east border by code, as of now."""
        return self.versions[-1][1]

    def reoffer_since(self, phone_epoch: str | None) -> datetime | None:
        """Since when a phone of that epoch must offer again; an epoch unknown here was lost by a restore."""
        ids = [epoch for epoch, _ in self.epochs]
        if phone_epoch is None or phone_epoch == self.epoch:
            return None
        later = self.epochs[ids.index(phone_epoch) + 1 :] if phone_epoch in ids else self.epochs
        return min((since for _, since in later if since is not None), default=None)

    def place(self, lon: float, accuracy_m: float, at: datetime, prefer: str | None = None) -> tuple[str, str | None]:
        """inside, borderline, outside or no_grid (out of sight), and the grid, in the version valid at ``at``."""
        grids = next(grids for since, grids in reversed(self.versions) if since <= at)
        reach = accuracy_m / METRES_PER_DEGREE
        touched = [code for code, (west, east) in grids.items() if west - reach < lon < east + reach]
        own = next((code for code in touched if grids[code][0] <= lon < grids[code][1]), None)
        if not touched:
            away = min(abs(lon - border) for span in grids.values() for border in span)
            return "outside" if away * METRES_PER_DEGREE < NEARBY_M else "no_grid", None
        if len(touched) == 1:
            return "inside", own
        return "borderline", prefer if prefer in touched else own

    def redraw(self, at: datetime, grids: dict[str, tuple[float, float]]) -> None:
        """A new version from ``at`` on; premises fall into its grids, and keep the old code where there is none."""
        self.versions.append((at, grids))
        for site in self.sites.values():
            if site.lon is not None:
                site.grid = self.place(site.lon, 0.0, at)[1] or site.grid

    def give(self, task: TaskModel, user: str, helpers: set[str] | None) -> None:
        """Hand a task over; helpers None: they stay, but not whoever takes it over."""
        task.helpers = (task.helpers if helpers is None else helpers) - {user}
        task.assignee = user
        task.holders_ever |= task.holders()

    def held(self, user: str) -> dict[Key, dict[str, Any]]:
        """Everything the phones of ``user`` must hold, with the fields the model speaks of."""
        own = {("report", key): self.report(report) for key, report in self.reports.items() if report.author == user}
        return own | (self._held_as_worker(user) if WORKER in self.roles[user] else {})

    def _held_as_worker(self, user: str) -> dict[Key, dict[str, Any]]:
        found: dict[Key, dict[str, Any]] = {key: {} for key in self.reference}
        mine = [t for t in self.tasks.values() if t.status in HELD and user in t.holders()]
        found |= {("task", key): _task(task) for key, task in self.tasks.items() if task in mine}
        for code, (west, east) in self.grids.items():
            role = self.responsible.get((code, user))
            if role or any(task.grid == code for task in mine):
                found["grid", code] = {"code": code, "role": role, "west": round(west, 6), "east": round(east, 6)}
        for key, site in self.sites.items():
            by_task = any(task.site == key for task in mine)
            proposed = site.status == "proposed" and site.proposer == user
            if site.status != "closed" and (by_task or proposed or (site.grid, user) in self.responsible):
                found["site", key] = {"name": site.name, "grid_code": site.grid, "status": site.status}
        return found

    def report(self, report: ReportModel) -> dict[str, Any]:
        """A report as its author's phone must show it."""
        here = sum(sha256 in self.photos for sha256 in report.photos)
        shown = {
            "task_id": report.task,
            "outcome": report.outcome,
            "withdrawn": report.withdrawn,
            "flags": report.flags,
            "photos_expected": len(report.photos),
            "photos_here": here,
            "waits": here < len(report.photos),
        }
        return shown | ({"grid_code": report.grid} if report.grid else {})


def _task(task: TaskModel) -> dict[str, Any]:
    return {"status": task.status, "grid_code": task.grid, "site_id": task.site, "assignee_id": task.assignee}


def content_hash(item: dict[str, Any]) -> str:
    """SHA-256 of the canonical JSON; the machine's items hold nothing that RFC 8785 prints in another way."""
    content = {name: item[name] for name in ("kind", "recorded_at", "payload")}
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def state_of(versions: dict[Key, int]) -> dict[str, Any]:
    """The ``state`` of sync.md over the objects held."""
    lines = sorted(f"{kind}:{key}:{version}\n" for (kind, key), version in versions.items())
    return {"count": len(lines), "hash": hashlib.sha256("".join(lines).encode()).hexdigest()}
