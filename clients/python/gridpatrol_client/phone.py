"""A phone: everything of one data folder behind one object. What an app with a screen would be built on."""

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from gridpatrol_client.account import Account, DeviceInfo
from gridpatrol_client.album import Album
from gridpatrol_client.drafts import Draft
from gridpatrol_client.errors import TryLaterError, UnreachableError
from gridpatrol_client.keyring import Keyring
from gridpatrol_client.objects import Objects
from gridpatrol_client.outbox import Item, Outbox, Waiting
from gridpatrol_client.receipts import Receipt, check_receipt
from gridpatrol_client.stamps import now
from gridpatrol_client.store import Store
from gridpatrol_client.syncing import Outcome, Syncer
from gridpatrol_client.uploading import Progress
from gridpatrol_client.waiting import Backoff
from gridpatrol_client.web import Web


class Phone:
    """The folder is made at first use; ``server`` is remembered in it and need be given only once."""

    def __init__(
        self, folder: Path, server: str | None = None, *, language: str = "zh", post_only: bool | None = None
    ) -> None:
        self.store = Store(folder)
        if server is not None:
            self.store.put(server=server.rstrip("/"))
        if post_only is not None:
            self.store.put(post_only=post_only)
        self.web = Web(self.store.get("server", ""), language, post_only=self.store.get("post_only", False))
        self.account = Account(self.store, self.web)
        self.outbox = Outbox(self.store)
        self.objects = Objects(self.store)
        self.album = Album(self.store)
        self.keyring = Keyring(self.store, self.web)
        self.syncer = Syncer(self.store, self.account, self.outbox, self.objects, self.album, self.keyring)

    def __enter__(self) -> "Phone":
        return self

    def __exit__(self, *_why: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file and the connections."""
        self.store.close()
        self.web.close()

    def sign_in(self, username: str, password: str, device: DeviceInfo) -> dict[str, Any]:
        """Open a session on this device; who it is."""
        return self.account.sign_in(username, password, device)

    def record(self, draft: Draft, at: datetime | None = None) -> Item:
        """Put something into the outbox. It is on the disk when this returns; no network is needed."""
        owner = self.account.owner
        with self.store.change():
            for photo in draft.photos:
                self.album.name(owner, photo, draft.report_id)
            return self.outbox.add(owner, draft.kind, draft.payload, at or now(), [p.sha256 for p in draft.photos])

    def sync(self, *, verify: bool = False, photos: bool = True, progress: Progress | None = None) -> Outcome:
        """One attempt. Data first, then photos. Raises what ended it (errors.py); nothing is lost by that."""
        return self.syncer.run(verify=verify, photos=photos, progress=progress)

    def keep_syncing(
        self,
        patience_seconds: float,
        *,
        progress: Progress | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        waits: Callable[[float, Exception], None] | None = None,
    ) -> Outcome:
        """Sync, and again after failures of the network or the server, waiting as the contract tells, until it succeeds
        or ``patience_seconds`` are over; then the last failure is raised."""
        backoff, deadline = Backoff(), clock() + patience_seconds
        while True:
            try:
                return self.sync(progress=progress)
            except (UnreachableError, TryLaterError) as error:
                seconds = backoff.after_failure(getattr(error, "retry_after", None))
                if clock() + seconds > deadline:
                    raise
                if waits is not None:
                    waits(seconds, error)
            sleep(seconds)

    def waiting(self) -> Waiting:
        """What is still on this phone and nowhere else."""
        return self.outbox.waiting(self.account.owner)

    def everything_uploaded(self) -> bool:
        """True only where every item has a verified receipt and every photo was confirmed."""
        waiting = self.waiting()
        return waiting.items == 0 and waiting.photos == 0

    def proof(self, item_id: str) -> Receipt:
        """The receipt of an item, verified anew, without a network. KeyError without such an item; ReceiptError."""
        item = self.outbox.get(item_id)
        receipt = self.keyring.read(item.receipt)
        check_receipt(receipt, item_id=item.id, content_sha256=item.content_sha256, user=item.owner, result=item.result)
        return receipt
