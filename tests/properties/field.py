"""The ground of the state machine: the field with its phones, its network, its office, and the quiet point.

Not here: the rules that choose what happens (machine.py), what must come of it (judge.py, model.py).
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis.stateful import RuleBasedStateMachine

from tests.properties.checks import check_desk, check_phone, check_server
from tests.properties.handset import Handset, Photo, demand
from tests.properties.office import Office
from tests.properties.wire import Wire
from tests.properties.world import World

TICK = timedelta(minutes=7)
ROUNDS = 8  # until nothing changes any more; two are enough where nobody is restored


class Field(RuleBasedStateMachine):
    """What every rule works with."""

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
        for phone in self.phones:
            check_desk(self.ledger, phone)

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

    def _body(self, phone: Handset, count: int, limit: int = 500) -> dict[str, Any]:
        return phone.body(self._tick(), count=self._sendable(phone, count), limit=limit)

    def _deliver(self, phone: Handset, body: dict[str, Any]) -> dict[str, Any]:
        return self.wire.sync(self.ledger, phone, body, self.clock.now(), self.faults)

    def _record(self, phone: Handset, kind: str, payload: dict[str, Any]) -> None:
        phone.record(self._item(phone, kind, payload))

    def _item(self, phone: Handset, kind: str, payload: dict[str, Any]) -> dict[str, Any]:
        at = self._own_time(phone).isoformat()
        return {"id": self.new_id(), "kind": kind, "recorded_at": at, "payload": payload}

    def _own_time(self, phone: Handset) -> datetime:
        return self._tick() + phone.ahead

    def _phone(self, who: int) -> Handset:
        return self.phones[who % len(self.phones)]

    def _tick(self) -> datetime:
        self.clock.advance(TICK)
        return self.office.now

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
