"""One sync: items out, changes in, then photos. Every reply is taken in one transaction or not at all.

A process that is killed anywhere in here, or a reply that never arrives, leaves the outbox as it was; what the server has
stored meanwhile it answers again, as replayed, when the same items come again.
"""

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gridpatrol_client.account import Account
from gridpatrol_client.album import Album
from gridpatrol_client.errors import ReceiptError, ServerError
from gridpatrol_client.keyring import Keyring
from gridpatrol_client.objects import Objects
from gridpatrol_client.outbox import Answer, Item, Outbox, Waiting
from gridpatrol_client.receipts import Receipt, check_receipt
from gridpatrol_client.replies import Reply, read_reply
from gridpatrol_client.stamps import now, sortable, time_text
from gridpatrol_client.store import Store
from gridpatrol_client.uploading import PhotoSender, PhotosSent, Progress

PROTOCOL = 1
ITEMS_AT_ONCE = 500
# The contract's 4 MiB, less the envelope around the items.
ROOM_BYTES = 4 * 1024 * 1024 - 16 * 1024
# The backup's clock and the one that stamped receipts may differ a little; offering too much is harmless.
REOFFER_MARGIN = timedelta(minutes=10)


@dataclass
class Outcome:
    """What one sync has brought."""

    answers: list[Answer] = field(default_factory=list)
    refused_receipts: list[str] = field(default_factory=list)
    changes: int = 0
    offered_again: int = 0
    started_over: bool = False
    # None: not asked; False: twice another state than the server's, a fault to be reported
    agreed: bool | None = None
    photos: PhotosSent = field(default_factory=PhotosSent)
    waiting: Waiting = field(default_factory=lambda: Waiting(0, 0, None))

    @property
    def everything_uploaded(self) -> bool:
        """Whether every item has a verified receipt and the server has confirmed every photo."""
        return self.waiting.items == 0 and self.waiting.photos == 0


@dataclass
class _Run:
    """What one sync remembers between its calls."""

    owner: str
    verify: bool
    outcome: Outcome = field(default_factory=Outcome)
    offered: set[str] = field(default_factory=set)
    at_once: int = ITEMS_AT_ONCE
    pages: int = 0
    told: Waiting | None = None


class Syncer:
    """Brings the phone and the server together."""

    def __init__(
        self, store: Store, account: Account, outbox: Outbox, objects: Objects, album: Album, keyring: Keyring
    ) -> None:
        self._store = store
        self._account = account
        self._outbox = outbox
        self._objects = objects
        self._album = album
        self._keyring = keyring
        self.sender = PhotoSender(album, account)
        # changes per reply; smaller where memory or the network is poor
        self.page_size = ITEMS_AT_ONCE

    def run(self, *, verify: bool = False, photos: bool = True, progress: Progress | None = None) -> Outcome:
        """Sync once. Raises what ended it; all that was taken before stays taken."""
        with self._store.alone():
            today = now().date().isoformat()
            is_shift_start = self._store.get("verified_on") != today
            run = _Run(self._account.owner, verify or is_shift_start)
            fault: ServerError | None = None
            try:
                self._data(run)
            except ServerError as error:
                if error.status in (429, 503):
                    raise  # the server asks for quiet
                fault = error  # a call the server cannot take: photos have nothing to do with it
            if photos:
                run.outcome.photos = self.sender.run(run.owner, progress)
            if fault is not None:
                raise fault
            if self._outbox.waiting(run.owner) != run.told:
                self._data(run)  # the server is told what is left on the phone now
            if run.outcome.agreed:
                self._store.put(verified_on=today)
            run.outcome.waiting = self._outbox.waiting(run.owner)
            self._outbox.forget_old()
            self._album.tidy()
            return run.outcome

    def _data(self, run: _Run) -> None:
        while True:
            batch = self._outbox.batch(run.owner, run.offered, run.at_once, ROOM_BYTES)
            try:
                reply = self._exchange(run, batch)
            except ServerError as error:
                if error.status != 413 or not batch:
                    raise
                self._send_less(run, batch, error)
                continue
            self._keyring.learn(answer.receipt for answer in reply.answers)
            again = self._take(run, reply, batch)
            if not (again or reply.more or self._outbox.has_more(run.owner, run.offered)):
                return

    def _exchange(self, run: _Run, batch: Sequence[Item]) -> Reply:
        run.told = self._outbox.waiting(run.owner)
        envelope = {
            "protocol": PROTOCOL,
            "epoch": self._store.get("epoch"),
            "cursor": self._store.get("cursor"),
            "device_time": time_text(now()),
            "limit": self.page_size,
            "verify": run.verify,
            "outbox": {"items": run.told.items, "photos": run.told.photos, "oldest_at": run.told.oldest_at},
        }
        # the items go out as the bytes that were stored when they were made
        items = b",".join(item.body for item in batch)
        body = json.dumps(envelope).encode()[:-1] + b',"items":[' + items + b"]}"
        headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        return read_reply(self._account.call("POST", "/sync", body=gzip.compress(body, 6), headers=headers).data())

    def _send_less(self, run: _Run, batch: Sequence[Item], error: ServerError) -> None:
        if len(batch) == 1:
            self._outbox.set_aside(batch[0].id, error.code, error.detail)
        else:
            run.at_once = max(1, len(batch) // 2)

    def _take(self, run: _Run, reply: Reply, batch: Sequence[Item]) -> bool:
        """Take a reply; whether the next call must start over with ``cursor: null`` or ask for the state."""
        with self._store.change():
            known = self._store.get("epoch")
            is_other_life = known is not None and known != reply.epoch
            if is_other_life:
                self._offer_again(run, reply, batch)
            else:
                # one attempt per sync: what gets no answer, or a bad one, waits for the next
                run.offered |= {item.id for item in batch}
            self._settle(run, reply, batch)
            self._note_clock(reply.server_time)
            run.outcome.changes += len(reply.changes)
            if is_other_life and not reply.snapshot:
                self._start_over(reply.epoch)
                return True
            self._change_objects(reply)
            self._store.put(cursor=reply.cursor, epoch=reply.epoch)
            run.pages += 1
            return not reply.more and self._disagrees(run, reply)

    def _offer_again(self, run: _Run, reply: Reply, batch: Sequence[Item]) -> None:
        """A restored server: what it received after its backup it has lost."""
        if reply.reoffer_since is not None:
            since = datetime.fromisoformat(reply.reoffer_since) - REOFFER_MARGIN
            run.outcome.offered_again += self._outbox.offer_again(sortable(since.isoformat()))
        self._album.ask_again()
        # what came too early goes again in this very sync, behind the items it needs: the outbox keeps their order
        early = {answer.id for answer in reply.answers if answer.result == "rejected" and answer.retry}
        run.offered = {item.id for item in batch} - early

    def _settle(self, run: _Run, reply: Reply, batch: Sequence[Item]) -> None:
        sent = {item.id: item for item in batch}
        for answer in reply.answers:
            item = sent.get(answer.id)
            if item is None:
                continue
            if answer.result == "rejected":
                keep = self._outbox.note if answer.retry else self._outbox.set_aside
                keep(item.id, answer.code, answer.detail)
                run.outcome.answers.append(answer)
                continue
            try:
                receipt = self._proof(item, answer)
            except ReceiptError as error:
                # not the server's word: the item counts as undelivered, whatever the reply says
                self._outbox.note(item.id, error.code, error.detail)
                run.outcome.refused_receipts.append(item.id)
                continue
            self._outbox.settle(answer, receipt)
            run.outcome.answers.append(answer)

    def _proof(self, item: Item, answer: Answer) -> Receipt:
        receipt = self._keyring.read(answer.receipt)
        check_receipt(
            receipt, item_id=item.id, content_sha256=item.content_sha256, user=item.owner, result=answer.result
        )
        return receipt

    def _change_objects(self, reply: Reply) -> None:
        if reply.snapshot:
            self._objects.clear()
        for change in reply.changes:
            if change.op == "revoke":
                self._objects.revoke(change.type, change.id)
            else:
                self._objects.put(change.type, change.id, change.version, change.data)

    def _disagrees(self, run: _Run, reply: Reply) -> bool:
        """Compare with the server's state; True where another call is needed."""
        if reply.state is None:
            # after a run of pages the phone asks
            ask = run.pages > 1 and not run.verify
            run.verify = run.verify or ask
            return ask
        run.verify = False
        run.outcome.agreed = self._objects.state() == reply.state
        if run.outcome.agreed or run.outcome.started_over:
            return False
        run.outcome.started_over, run.verify = True, True
        self._start_over(reply.epoch)
        return True

    def _start_over(self, epoch: str) -> None:
        """Drop all objects, keep the outbox, and get a full snapshot next."""
        self._objects.clear()
        self._store.put(cursor=None, epoch=epoch)

    def _note_clock(self, server_time: str) -> None:
        offset = now() - datetime.fromisoformat(server_time)
        self._store.put(clock_offset_ms=round(offset.total_seconds() * 1000), synced_at=time_text(now()))
