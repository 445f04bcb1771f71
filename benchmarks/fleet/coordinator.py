"""A coordinator at work: gives out tasks, takes some back for somebody else, completes what was submitted; over the API."""

import itertools
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import requests

TIMEOUT_SECONDS = 20
DEVICE = {"id": "0197a5a0-0000-7000-8000-0000000c0001", "name": "Console", "platform": "web", "app_version": "1.0"}


@dataclass
class Coordinator:
    """Speaks to ``server`` directly, as a console in an office does. What fails he tries again later."""

    server: str
    username: str
    password: str
    workers: Sequence[str]
    grid_codes: Sequence[str]
    seed: int
    tasks_at_once: int = 4
    done: Counter[str] = field(default_factory=Counter)
    _token: str | None = None

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)
        self._web = requests.Session()
        self._round = itertools.count()

    def give_tasks(self, worker_id: str) -> bool:
        """Plan a few tasks for one worker; whether it went well."""
        codes = self._chance.sample(list(self.grid_codes), min(self.tasks_at_once, len(self.grid_codes)))
        plan = {"category": "illegal_practice", "grid_codes": codes, "assignee_id": worker_id}
        return self._post("/tasks/bulk", plan, "given") is not None

    def act_on_some(self) -> None:
        """Hand one open task to somebody else, complete one that was submitted."""
        for status, action in (("assigned", "reassign"), ("accepted", "reassign"), ("submitted", "complete")):
            page = self._call("GET", f"/tasks?status={status}&limit=5")
            for task in (page or {}).get("items", [])[: 1 if action == "reassign" else 5]:
                others = [worker for worker in self.workers if worker != task["assignee_id"]]
                body = {"assignee_id": self._chance.choice(others)} if action == "reassign" and others else {}
                self._post(f"/tasks/{task['id']}/actions/{action}", body, action)

    def work(self, is_over: Callable[[], bool], is_working: Callable[[], bool], pause_seconds: float) -> None:
        """Until it is over: a few tasks for the next worker, now and then something else."""
        while not is_over():
            if not is_working():
                time.sleep(0.1)
                continue
            number = next(self._round)
            self.give_tasks(self.workers[number % len(self.workers)])
            if number % 5 == 4:
                self.act_on_some()
            deadline = time.monotonic() + pause_seconds
            while not is_over() and time.monotonic() < deadline:
                time.sleep(0.1)

    def start(
        self, is_over: Callable[[], bool], is_working: Callable[[], bool], pause_seconds: float
    ) -> threading.Thread:
        """``work`` in a thread of its own."""
        thread = threading.Thread(target=self.work, args=(is_over, is_working, pause_seconds), daemon=True)
        thread.start()
        return thread

    def _post(self, path: str, body: dict[str, Any], counted_as: str) -> dict[str, Any] | None:
        answer = self._call("POST", path, body)
        self.done[counted_as if answer is not None else f"{counted_as}_failed"] += 1
        return answer

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any] | None:
        try:
            if self._token is None:
                self._token = self._sign_in()
            answer = self._web.request(
                method,
                f"{self.server}/api/v1{path}",
                json=body,
                headers={"Authorization": f"Bearer {self._token}"},
                timeout=TIMEOUT_SECONDS,
            )
            if answer.status_code == 401:
                self._token = None
            return answer.json() if answer.ok else None
        except (requests.RequestException, KeyError):
            return None

    def _sign_in(self) -> str:
        body = {"username": self.username, "password": self.password, "device": DEVICE}
        answer = self._web.post(f"{self.server}/api/v1/session", json=body, timeout=TIMEOUT_SECONDS)
        token: str = answer.json()["access_token"]
        return token
