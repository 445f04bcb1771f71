"""The state machine: phones, their network and the office do what they like; at every quiet point all invariants hold.

Rules only choose; what must come of it is judged by the oracle (judge.py, model.py) and looked at in wire.py and checks.py.
"""

import copy
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from tests.properties import drafts
from tests.properties.checks import check_phone, check_server
from tests.properties.handset import Handset, Photo, demand
from tests.properties.model import content_hash
from tests.properties.office import Office
from tests.properties.pictures import PICTURES
from tests.properties.wire import GARBAGE, Wire
from tests.properties.world import World

TICK = timedelta(minutes=7)
ROUNDS = 8  # until nothing changes any more; two are enough where nobody is restored
any_of = st.integers(0, 7)


class SyncMachine(RuleBasedStateMachine):
    """Any order of work, trouble and office acts."""

    def __init__(self, world: World, wire: Wire) -> None:
        super().__init__()
        world.reset()
        self.world, self.wire = world, wire
        wire.first.clear()
        self.ledger = world.ledger()
        self.office = Office(world, self.ledger)
        self.phones = world.handsets()
        self.clock = world.app.extensions["gridpatrol"].gateways.clock
        self.faults: dict[str, str] = {}  # content hash -> how it was spoilt
        self.stragglers: list[tuple[Handset, dict[str, Any]]] = []
        self.disk: set[str] = set()  # photos that lie in the store, noted or not
        self.numbers = 0

    def teardown(self) -> None:
        """Every run ends at a quiet point, unless it has failed already."""
        try:
            self.settle()
        finally:
            self.office.close()

    # -- offline work -------------------------------------------------------------------------------------------------

    @rule(who=any_of, made=drafts.REPORTS)
    def report(self, who: int, made: drafts.Made) -> None:
        """Somebody reports what he sees."""
        phone = self._phone(who)
        payload = drafts.report(self.new_id(), made, self._own_time(phone), self.ledger, phone)
        self._record(phone, "report.submit", payload)
        for photo in payload["photos"]:
            phone.attach(photo["sha256"], PICTURES[photo["sha256"]], payload["report_id"])

    @rule(who=any_of, which=any_of, action=st.sampled_from(["accept", "accept", "start", "start", "submit", "decline"]))
    def step(self, who: int, which: int, action: str) -> None:
        """Somebody takes a step on a task that his phone shows, or once showed."""
        phone = self._phone(who)
        mine = [key for kind, key in phone.store.objects if kind == "task"] or list(self.ledger.tasks)
        payload = {"task_id": mine[which % len(mine)], **({"reason": "on_leave"} if action == "decline" else {})}
        self._record(phone, f"task.{action}", payload)

    @rule(who=any_of, which=any_of, withdraws=st.booleans(), picture=any_of)
    def look_again(self, who: int, which: int, withdraws: bool, picture: int) -> None:
        """Somebody amends or withdraws a report that he made here or that his phone shows."""
        phone = self._phone(who)
        own = [item["payload"]["report_id"] for item in phone.made if drafts.is_whole_report(item)]
        own += [key for kind, key in phone.store.objects if kind == "report"]
        report = own[which % len(own)] if own else self.new_id()
        if withdraws:
            self._record(phone, "report.withdraw", {"report_id": report, "reason": "误报"})
            return
        photo = drafts.photo(picture)
        self._record(phone, "report.amend", {"report_id": report, "note": "补拍", "photos": [photo]})
        phone.attach(photo["sha256"], PICTURES[photo["sha256"]], report)

    @rule(who=any_of, place=drafts.PLACES, calls=st.booleans())
    def find(self, who: int, place: tuple[float, float], calls: bool) -> None:
        """Somebody finds a premise, or phones for help."""
        phone = self._phone(who)
        if calls:
            at = self._own_time(phone).isoformat()
            self._record(phone, "emergency.call", {"report_id": None, "number": "120", "called_at": at, "note": ""})
        else:
            self._record(phone, "site.propose", drafts.proposal(self.new_id(), place, self._own_time(phone)))

    @rule(who=any_of, how=st.sampled_from(drafts.FAULTS))
    def spoil(self, who: int, how: str) -> None:
        """A phone makes an item that cannot be understood, or cannot be stored."""
        phone = self._phone(who)
        made = drafts.Made()
        payload = drafts.report(self.new_id(), made, self._own_time(phone), self.ledger, phone)
        item = drafts.spoilt(self._item(phone, "report.submit", payload), how)
        if how not in ("bad_item_id", "database_refused"):
            self.faults[content_hash(item)] = how
        phone.record(item)

    @rule(who=any_of, which=any_of)
    def tamper(self, who: int, which: int) -> None:
        """A faulty phone gives other content the id of an item that it made before."""
        phone = self._phone(who)
        whole = [item for item in phone.made if drafts.is_whole_report(item)]
        if whole:
            item = copy.deepcopy(whole[which % len(whole)])
            item["payload"]["description"] = f"other {self.new_id()}"
            phone.record(item)

    # -- the network --------------------------------------------------------------------------------------------------

    @rule(who=any_of, fate=st.sampled_from(["whole", "whole", "page", "lost", "lost", "doubled", "late"]), count=any_of)
    def talk(self, who: int, fate: str, count: int) -> None:
        """A phone calls; what becomes of the call is the network's business."""
        phone = self._phone(who)
        if fate == "whole":
            self.sync(phone)
            return
        body = phone.body(self._tick(), count=self._sendable(phone, 1 + count), limit=3 if fate == "page" else 500)
        if fate == "late":
            self.stragglers.append((phone, body))
            return
        reply = self._deliver(phone, body)
        if fate == "doubled":
            self._tick()
            reply = self._deliver(phone, body) if count % 2 else (self._deliver(phone, body), reply)[1]
        if fate != "lost":
            phone.take(reply)

    @precondition(lambda self: self.stragglers)
    @rule(which=any_of)
    def arrive_late(self, which: int) -> None:
        """A call that everybody thought lost arrives after others; nobody hears the reply."""
        phone, body = self.stragglers.pop(which % len(self.stragglers))
        self._tick()
        if self.office.slow and any(item.get("kind") == "task.decline" for item in body["items"]):
            self.office.end_slow()
        self._deliver(phone, body)

    @rule(who=any_of, how=st.sampled_from(["past", "past", "unknown", "new"]), back=any_of)
    def lose_place(self, who: int, how: str, back: int) -> None:
        """A phone's own store is set back, or its cursor is lost."""
        phone = self._phone(who)
        if how == "past":
            phone.fall_back(back)
        else:
            phone.store.cursor = GARBAGE if how == "unknown" else None

    @rule(who=any_of, count=any_of, whole=st.booleans())
    def send_photos(self, who: int, count: int, whole: bool) -> None:
        """A phone asks which photos are missing and sends one of them, wholly or in part."""
        phone = self._phone(who)
        waiting = {sha: photo for sha, photo in phone.photos.items() if not photo.confirmed}
        if not waiting:
            return
        self._tick()
        missing = self._ask_missing(phone, list(waiting))
        for sha256, photo in waiting.items():
            photo.confirmed = sha256 not in missing
        if missing:
            sha256 = sorted(missing)[count % len(missing)]
            self._send(phone, sha256, waiting[sha256], whole=whole)
            self._ask_missing(phone, list(waiting))

    # -- the office ---------------------------------------------------------------------------------------------------

    @rule(where=any_of, who=any_of, at_site=st.booleans(), with_helper=st.booleans())
    def plan(self, where: int, who: int, at_site: bool, with_helper: bool) -> None:
        """A planner makes a task."""
        self._before_planning()
        self.office.new_task(where, who, at_site=at_site, with_helper=with_helper)

    @rule(which=any_of, what=any_of, who=any_of, with_helper=st.booleans())
    def order(self, which: int, what: int, who: int, with_helper: bool) -> None:
        """A planner reassigns, cancels, completes or sends back."""
        self._tick()
        self.office.order(which, what, who, with_helper=with_helper)

    @rule(where=any_of, who=any_of, what=st.sampled_from(["area", "area", "role"]))
    def change_people(self, where: int, who: int, what: str) -> None:
        """Responsibilities and roles begin and end."""
        self._before_planning()
        if what == "area":
            self.office.change_area(where, who)
        else:
            self.office.change_role(who)

    @rule(drawing=any_of, which=any_of, what=any_of, redraws=st.booleans())
    def change_places(self, drawing: int, which: int, what: int, redraws: bool) -> None:
        """The grids are redrawn, or a premise is confirmed, rejected, closed."""
        self._before_planning()
        if redraws:
            self.office.redraw(drawing)
        else:
            self.office.judge_site(which, what)

    @rule(where=any_of, who=any_of, keep=st.booleans())
    def plan_slowly(self, where: int, who: int, keep: bool) -> None:
        """A planner's transaction stays open while others commit; the next such act ends it."""
        self._tick()
        if self.office.slow:
            self.office.end_slow(keep=keep)
        else:
            self.office.new_task(where, who, at_site=False, with_helper=False, slowly=True)

    @rule(disk_survives=st.booleans(), again=st.booleans())
    def restore(self, disk_survives: bool, again: bool) -> None:
        """The first time a backup is taken; then the server is set back to it, and lives on in a new epoch."""
        self._tick()
        if self.office.restore(self.disk, disk_survives=disk_survives):
            self.office.kept = self.office.kept if again else None
        else:
            self.office.back_up()
        self._tick()

    @rule(everybody=any_of)
    def rest(self, everybody: int) -> None:
        """Now and then there is a quiet point in the middle."""
        if everybody < 3:
            self.settle()

    def settle(self) -> None:
        """Everybody syncs until nothing changes: the quiet point at which everything is compared."""
        self.office.end_slow()
        for _ in range(ROUNDS):
            news = [self.sync(phone, verify=True) for phone in self.phones]
            if not any(news):
                break
        else:
            demand(False, "1: phones come to rest", [phone.outbox for phone in self.phones])
        for phone in self.phones:
            check_phone(self.ledger, phone)
        with self.world.engine.connect() as connection:
            check_server(self.ledger, connection)

    # -- what the rules share -----------------------------------------------------------------------------------------

    def sync(self, phone: Handset, *, verify: bool = False) -> bool:
        """Call until there is no more; whether there was any news."""
        news = False
        while True:
            body = phone.body(self._tick(), count=self._sendable(phone, 500), verify=verify)
            reply = self._deliver(phone, body)
            phone.take(reply)
            news = news or bool(body["items"] or reply["changes"])
            if not reply["more"] and (not phone.outbox or not self._sendable(phone, 1)):
                return news

    def new_id(self) -> str:
        """An id that no other example, but every repetition of this one, has."""
        self.numbers += 1
        return str(UUID(int=(7 << 76) | (2 << 62) | self.numbers))

    def _deliver(self, phone: Handset, body: dict[str, Any]) -> dict[str, Any]:
        return self.wire.sync(self.ledger, phone, body, self.clock.now(), self.faults)

    def _record(self, phone: Handset, kind: str, payload: dict[str, Any]) -> None:
        phone.record(self._item(phone, kind, payload))

    def _item(self, phone: Handset, kind: str, payload: dict[str, Any]) -> dict[str, Any]:
        at = self._own_time(phone).isoformat()
        return {"id": self.new_id(), "kind": kind, "recorded_at": at, "payload": payload}

    def _own_time(self, phone: Handset) -> Any:
        return self._tick() + phone.ahead

    def _phone(self, who: int) -> Handset:
        return self.phones[who % len(self.phones)]

    def _tick(self) -> Any:
        self.clock.advance(TICK if not self.office.slow else TICK / 7)
        return self.clock.now()

    def _before_planning(self) -> None:
        # these acts lock what the slow one has locked: in one thread they would wait for themselves
        self._tick()
        self.office.end_slow()

    def _sendable(self, phone: Handset, count: int) -> int:
        """As many items as may be sent: a decline would wait for the grid that the slow transaction holds."""
        kinds = [item.get("kind") for item in phone.outbox[:count]]
        return kinds.index("task.decline") if self.office.slow and "task.decline" in kinds else count

    def _ask_missing(self, phone: Handset, hashes: list[str]) -> set[str]:
        missing = self.wire.missing(phone, hashes)
        wanted = set(hashes) - self.ledger.photos
        demand(missing == wanted, "8: a photo is here after its last byte, never before", missing, wanted)
        return missing

    def _send(self, phone: Handset, sha256: str, photo: Photo, *, whole: bool) -> None:
        content = photo.content
        offset = None if photo.location is None else self.wire.offset(phone, photo.location)
        if offset is None:
            first = len(content) // 3 if whole else 0
            photo.location = self.wire.create_upload(phone, content, photo.report, first)
            offset = first
        elif sha256 in self.disk:  # its bytes outlived the row that spoke of them: the upload is complete by itself
            self.ledger.photos.add(sha256)
            return
        end = len(content) if whole else (offset + len(content)) // 2
        answer = self.wire.append(phone, photo.location, offset, content[offset:end])
        if sha256 in self.disk:
            demand(answer.status_code in (204, 409), "8: a photo resumes", answer.status_code, answer.text[:200])
            self.ledger.photos.add(sha256)
            return
        demand(answer.status_code == 204, "8: a photo resumes where it stopped", answer.status_code, answer.text[:200])
        if end == len(content):
            self.ledger.photos.add(sha256)
            self.disk.add(sha256)
