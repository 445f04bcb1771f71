"""What the phones themselves hold at the end: every item settled, every receipt verified anew, every photo confirmed."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from benchmarks.fleet.ledger import Recorded
from gridpatrol_client import Phone
from gridpatrol_client.errors import ReceiptError


def check_phones(folder: Path, recorded: Iterable[Recorded]) -> tuple[int, list[str]]:
    """Number of receipts that verify, and everything that is not as it must be."""
    by_owner: dict[str, set[str]] = defaultdict(set)
    for entry in recorded:
        by_owner[entry.owner].add(entry.item_id)
    verified, wrong = 0, []
    for path in sorted(folder.glob("phone-*")):
        with Phone(path) as phone:
            owner = phone.account.owner if phone.account.user else ""
            held = {item.id: item for item in phone.outbox.having("unsent", "delivered", "stuck")}
            wrong += [f"{path.name}: {lost} is not on the phone any more" for lost in by_owner[owner] - held.keys()]
            wrong += [f"{path.name}: {i.id} is {i.state} ({i.code})" for i in held.values() if i.state != "delivered"]
            waiting = phone.album.having("waiting", "refused")
            wrong += [f"{path.name}: photo {photo.sha256} {photo.state} ({photo.code})" for photo in waiting]
            for item in held.values():
                try:
                    phone.proof(item.id)
                    verified += 1
                except ReceiptError as error:
                    wrong.append(f"{path.name}: receipt of {item.id}: {error.code}")
    return verified, wrong
