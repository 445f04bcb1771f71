"""The state machine: phones, their network and the office do what they like; at every quiet point all invariants hold.

Rules only choose; what must come of it is judged by the oracle (judge.py, model.py) and looked at in wire.py and checks.py.
Three rules with many acts instead of many rules: hypothesis leaves whole rules out of an example, and what goes wrong goes
wrong between work, network and office.
"""

import copy
from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.properties import drafts
from tests.properties.drafts import Made
from tests.properties.field import Field
from tests.properties.handset import Handset
from tests.properties.model import content_hash
from tests.properties.pictures import PICTURES
from tests.properties.wire import GARBAGE

any_of = st.integers(0, 11)
WORK = ["report"] * 4 + ["step"] * 3 + ["amend", "withdraw", "find", "call", "spoil", "spoil", "tamper"]
NETWORK = [
    "whole", "page", "lost", "lost", "doubled", "doubled", "late", "late", "arrive_late", "arrive_late", "past", "place",
    *["send_photos"] * 4, "rest",
]  # fmt: skip
OFFICE = [
    "plan", "order", "order", "late_work", "late_work", "area", "area", "role", "redraw", "old_evidence", "old_evidence",
    "judge_site", "slow", "slow", "back_up", "restore", "restore",
]  # fmt: skip
STEPS = ["accept", "accept", "start", "start", "submit", "decline"]


class SyncMachine(Field):
    """Any order of work, trouble and office acts."""

    @rule(act=st.sampled_from(WORK), who=any_of, which=any_of, made=drafts.REPORTS)
    def work(self, act: str, who: int, which: int, made: Made) -> None:
        """Somebody does something, with or without a network."""
        getattr(self, f"_{act}")(self._phone(who), which, made)

    @rule(act=st.sampled_from(NETWORK), who=any_of, which=any_of)
    def network(self, act: str, who: int, which: int) -> None:
        """A phone calls or sends; what becomes of it is the network's business."""
        getattr(self, f"_{act}")(self._phone(who), which)

    @rule(act=st.sampled_from(OFFICE), who=any_of, which=any_of, what=any_of, also=st.booleans())
    def office_hours(self, act: str, who: int, which: int, what: int, also: bool) -> None:
        """Somebody at a desk changes what phones must hold."""
        self._tick()
        if act not in ("order", "slow", "late_work"):
            # these acts lock what the slow one has locked: in one thread they would wait for themselves
            self.office.end_slow()
        getattr(self, f"_{act}")(who, which, what, also)

    # -- work ---------------------------------------------------------------------------------------------------------

    def _report(self, phone: Handset, which: int, made: Made) -> None:
        at = self._own_time(phone)
        payload = drafts.report(self.new_id(), made, at, self.ledger, phone)
        self._record(phone, "report.submit", payload)
        for photo in payload["photos"]:
            phone.attach(photo["sha256"], PICTURES[photo["sha256"]], payload["report_id"])

    def _step(self, phone: Handset, which: int, made: Made) -> None:
        """On a task that the phone shows, or on any."""
        mine = [key for kind, key in phone.store.objects if kind == "task"] or list(self.ledger.tasks)
        action = STEPS[which % len(STEPS)]
        payload = {"task_id": mine[(made.task or 0) % len(mine)]}
        self._record(phone, f"task.{action}", payload | ({"reason": "on_leave"} if action == "decline" else {}))

    def _amend(self, phone: Handset, which: int, made: Made) -> None:
        photo = drafts.photo(which)
        report = self._own_report(phone, made.earlier + which)
        self._record(phone, "report.amend", {"report_id": report, "note": "补拍", "photos": [photo]})
        phone.attach(photo["sha256"], PICTURES[photo["sha256"]], report)

    def _withdraw(self, phone: Handset, which: int, made: Made) -> None:
        self._record(phone, "report.withdraw", {"report_id": self._own_report(phone, which), "reason": "误报"})

    def _own_report(self, phone: Handset, which: int) -> str:
        """One that was made here or that the phone shows, perhaps made on the other phone; else one that nobody made."""
        own = [item["payload"]["report_id"] for item in phone.made if drafts.is_whole_report(item)]
        own += [key for kind, key in phone.store.objects if kind == "report"]
        return own[which % len(own)] if own else self.new_id()

    def _find(self, phone: Handset, which: int, made: Made) -> None:
        """A premise on the way; now and then one that is known."""
        known = list(self.ledger.sites)
        site = known[which % len(known)] if which > 9 else self.new_id()
        place = made.place or drafts.INSIDE[0]
        self._record(phone, "site.propose", drafts.proposal(site, place, self._own_time(phone)))

    def _call(self, phone: Handset, which: int, made: Made) -> None:
        at = self._own_time(phone).isoformat()
        report = self._own_report(phone, which) if made.problem else None
        self._record(phone, "emergency.call", {"report_id": report, "number": "120", "called_at": at, "note": ""})

    def _spoil(self, phone: Handset, which: int, made: Made) -> None:
        """An item that cannot be understood, or cannot be stored, between two that are good."""
        self._call(phone, which, made)
        # counted on, because drawn numbers come in clusters and every way is wanted
        how = drafts.FAULTS[(which + self.numbers) % len(drafts.FAULTS)]
        payload = drafts.report(self.new_id(), Made(), self._own_time(phone), self.ledger, phone)
        item = drafts.spoilt(self._item(phone, "report.submit", payload), how)
        if how not in ("bad_item_id", "database_refused"):
            self.faults[content_hash(item)] = how
        phone.record(item)
        self._call(phone, which, made)

    def _tamper(self, phone: Handset, which: int, made: Made) -> None:
        """A faulty phone gives other content the id of an item, or an item the report of another."""
        if not any(drafts.is_whole_report(item) for item in phone.made):
            self._report(phone, which, made)
        whole = [item for item in phone.made if drafts.is_whole_report(item)]
        item = copy.deepcopy(whole[which % len(whole)])
        item["payload"]["description"] = f"other {self.new_id()}"
        if made.stale:
            item["id"] = self.new_id()
        phone.record(item)

    # -- the network --------------------------------------------------------------------------------------------------

    def _whole(self, phone: Handset, which: int) -> None:
        self.sync(phone)

    def _page(self, phone: Handset, which: int) -> None:
        """Some items, some changes; the rest another time."""
        phone.take(self._deliver(phone, self._body(phone, 1 + which, limit=3)))

    def _lost(self, phone: Handset, which: int) -> None:
        """Processed, but the reply never arrives."""
        self._deliver(phone, self._body(phone, 1 + which))

    def _doubled(self, phone: Handset, which: int) -> None:
        """Processed twice; one of the replies arrives."""
        body = self._body(phone, 1 + which)
        first = self._deliver(phone, body)
        self._tick()
        second = self._deliver(phone, body)
        phone.take(second if which % 2 else first)

    def _late(self, phone: Handset, which: int) -> None:
        """On its way for a long time: others overtake it."""
        self.stragglers.append((phone, self._body(phone, 1 + which)))

    def _arrive_late(self, phone: Handset, which: int) -> None:
        """A call that everybody thought lost arrives; nobody hears the reply."""
        if not self.stragglers:
            return self._lost(phone, which)
        sender, body = self.stragglers.pop(which % len(self.stragglers))
        self._tick()
        if self.office.slow and any(item.get("kind") == "task.decline" for item in body["items"]):
            self.office.end_slow()
        self._deliver(sender, body)
        return None

    def _past(self, phone: Handset, which: int) -> None:
        """The phone's own store is set back."""
        phone.fall_back(which)

    def _place(self, phone: Handset, which: int) -> None:
        """The phone's cursor is unknown or gone."""
        phone.store.cursor = GARBAGE if which % 2 else None

    def _send_photos(self, phone: Handset, which: int) -> None:
        """The phone asks which photos are missing and sends one of them, wholly or in part."""
        if not phone.photos:
            self._report(phone, which, Made(photos=(which % 4, (which + 1) % 4)))
        waiting = {sha: photo for sha, photo in phone.photos.items() if not photo.confirmed}
        self._tick()
        missing = self._ask_missing(phone, list(waiting)) if waiting else set()
        for sha256, photo in waiting.items():
            photo.confirmed = sha256 not in missing
        if missing:
            sha256 = sorted(missing)[which % len(missing)]
            self._send(phone, sha256, waiting[sha256], whole=which % 3 == 0)
            self._ask_missing(phone, list(waiting))

    def _rest(self, phone: Handset, which: int) -> None:
        """A quiet point in the middle."""
        self.settle()

    # -- the office ---------------------------------------------------------------------------------------------------

    def _plan(self, who: int, which: int, what: int, also: bool) -> None:
        self.office.new_task(which, who, at_site=what % 2 == 0, with_helper=also)

    def _order(self, who: int, which: int, what: int, also: bool) -> None:
        """A task is reassigned, cancelled, completed or sent back."""
        self.office.order(which, what, who, with_helper=also)

    def _late_work(self, who: int, which: int, what: int, also: bool) -> None:
        """Somebody works offline on a task that is given to somebody else meanwhile."""
        held = [(key, task) for key, task in self.ledger.tasks.items() if task.assignee]
        if held:
            key, task = held[which % len(held)]
            phone = next(phone for phone in self.phones if phone.user == task.assignee)
            if also:
                self._record(phone, "task.accept", {"task_id": key})
            payload = drafts.report(self.new_id(), Made(), self._own_time(phone), self.ledger, phone)
            self._record(phone, "report.submit", payload | {"task_id": key})
            self.office.order_task(key, "reassign", who, with_helper=what % 3 == 0)

    def _area(self, who: int, which: int, what: int, also: bool) -> None:
        self.office.change_area(which, who)

    def _role(self, who: int, which: int, what: int, also: bool) -> None:
        self.office.change_role(who)

    def _redraw(self, who: int, which: int, what: int, also: bool) -> None:
        self.office.redraw(which)

    def _old_evidence(self, who: int, which: int, what: int, also: bool) -> None:
        """The grids are redrawn; what somebody saw before that is told afterwards."""
        self.office.redraw(which)
        place = drafts.MOVING[what % len(drafts.MOVING)]
        self._report(self._phone(who), which, replace(Made(), place=place, earlier=10))

    def _judge_site(self, who: int, which: int, what: int, also: bool) -> None:
        self.office.judge_site(which, what)

    def _slow(self, who: int, which: int, what: int, also: bool) -> None:
        """A planner's transaction stays open while somebody syncs; the next such act ends it."""
        if self.office.slow:
            self.office.end_slow(keep=also)
            return
        self.office.new_task(which, who, at_site=False, with_helper=False, slowly=True)
        self.sync(self._phone(what))

    def _back_up(self, who: int, which: int, what: int, also: bool) -> None:
        self.office.back_up()
        self._tick()

    def _restore(self, who: int, which: int, what: int, also: bool) -> None:
        """The server is set back to its last backup, or to the beginning, and lives on in a new epoch."""
        self.office.restore(self.disk, disk_survives=also)
        self._tick()
