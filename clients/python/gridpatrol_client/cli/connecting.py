"""Commands that need the server: login, logout, sync."""

import argparse
import getpass
import os
import platform

from gridpatrol_client.account import DeviceInfo
from gridpatrol_client.cli.finding import BadInputError
from gridpatrol_client.cli.words import Words
from gridpatrol_client.outbox import Answer
from gridpatrol_client.phone import Phone
from gridpatrol_client.syncing import Outcome
from gridpatrol_client.version import VERSION


def login(phone: Phone, asked: argparse.Namespace, words: Words) -> None:
    """Sign in on this device."""
    if not phone.web.server:
        raise BadInputError(words("no_server"))
    password = os.environ.get("GRIDPATROL_PASSWORD") or getpass.getpass(words("password"))
    device = DeviceInfo(name=platform.node() or "terminal", platform=platform.system().lower(), app_version=VERSION)
    user = phone.sign_in(asked.username, password, device)
    print(words("signed_in", name=user.get("name"), username=user.get("username")))


def logout(phone: Phone, _asked: argparse.Namespace, words: Words) -> None:
    """Sign out."""
    print(words("signed_out" if phone.account.sign_out() else "signed_out_offline"))


def sync(phone: Phone, asked: argparse.Namespace, words: Words) -> None:
    """Sync once, or until it succeeds."""
    if asked.wait > 0:
        outcome = phone.keep_syncing(
            asked.wait, waits=lambda seconds, why: print(words("waits", seconds=seconds, why=why), flush=True)
        )
    else:
        outcome = phone.sync(verify=asked.verify, photos=not asked.no_photos)
    _show(phone, outcome, words)


def _show(phone: Phone, outcome: Outcome, words: Words) -> None:
    if outcome.offered_again:
        print(words("offered_again", count=outcome.offered_again))
    delivered = [answer for answer in outcome.answers if answer.result != "rejected"]
    print(words("delivered", count=len(delivered)))
    for answer in outcome.answers:
        if answer.result != "accepted" or answer.flags:
            print(_line(phone, answer, words))
    for item_id in outcome.refused_receipts:
        print(words("refused_receipt", id=item_id))
    print(words("changes", count=outcome.changes))
    if outcome.started_over:
        print(words("started_over" if outcome.agreed else "disagrees"))
    photos = outcome.photos
    if photos.sent or photos.known or photos.refused:
        print(words("photos_sent", sent=len(photos.sent), known=len(photos.known)))
    for sha256 in photos.refused:
        print(words("photo_refused", sha256=sha256[:16]))
    waiting = outcome.waiting
    done = outcome.everything_uploaded
    print(words("all_uploaded") if done else words("still_here", items=waiting.items, photos=waiting.photos))


def _line(phone: Phone, answer: Answer, words: Words) -> str:
    parts = [answer.code or "", answer.detail or "", " ".join(answer.flags)]
    more = " · ".join(part for part in parts if part)
    kind = words.code("ItemKind", phone.outbox.get(answer.id).kind)
    result = words.code("ItemResult", answer.result)
    return words("answer", kind=kind, id=answer.id, result=result, more=f" · {more}" if more else "")
