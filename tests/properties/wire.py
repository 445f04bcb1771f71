"""HTTP between the phones of the property test and the server: every answer is compared with the oracle's on the way."""

import base64
import json
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests import photos
from tests.properties.handset import Handset, demand, said_by
from tests.properties.judge import MODELLED, Call, Expected, receive
from tests.properties.model import Ledger, content_hash
from tests.tus import BYTES, TUS, URL

GARBAGE = "no cursor of ours"


class Wire:
    """The network and the server behind it; ``first`` keeps the receipts given for the first time."""

    def __init__(self, client: FlaskClient) -> None:
        self._client = client
        keys = client.get("/.well-known/jwks.json").get_json()["keys"]
        self._keys = {key["kid"]: Ed25519PublicKey.from_public_bytes(_decode(key["x"])) for key in keys}
        self.first: dict[tuple[str, str, datetime], dict[str, Any]] = {}

    def sync(
        self, ledger: Ledger, phone: Handset, body: dict[str, Any], now: datetime, faults: dict[str, str]
    ) -> dict[str, Any]:
        """One call as it reaches the server, and what it answered; the ledger has judged the items by then."""
        response = self._client.post("/api/v1/sync", json=body, headers=_headers(phone))
        demand(response.status_code == 200, "3: no item fails the call", response.status_code, response.text[:300])
        reply: dict[str, Any] = response.get_json()
        ahead = datetime.fromisoformat(body["device_time"]) - now
        call = Call(phone.user, phone.device, now, ahead, body["epoch"])
        expected = [receive(ledger, call, item, fault_of(item, faults)) for item in body["items"]]
        ledger.told[phone.device] = body["outbox"]
        demand(len(expected) == len(reply["receipts"]), "2: every item has a receipt", len(reply["receipts"]))
        for item, wanted, receipt in zip(body["items"], expected, reply["receipts"], strict=True):
            self._check_receipt(item, wanted, receipt)
        _check_envelope(ledger, body, reply)
        return reply

    def _check_receipt(self, item: dict[str, Any], wanted: Expected, receipt: dict[str, Any]) -> None:
        said = (receipt["id"], receipt["result"], receipt["code"], receipt["replayed"])
        meant = (item.get("id"), wanted.result, wanted.code, wanted.replayed)
        demand(said == meant, "2: one effect, one answer", said, meant, item)
        flags = MODELLED & set(receipt["flags"])
        demand(
            flags == wanted.flags, "7: judged by capture time and flagged", sorted(flags), sorted(wanted.flags), item
        )
        if wanted.first is None:
            again = wanted.code == "epoch_changed"
            demand(receipt["receipt"] is None and receipt["retry"] is again, "rejected is for good, or not", receipt)
            return
        words = self._verified(receipt)
        first = wanted.first
        proof = (words["content_sha256"], words["result"], words["received_at"], words["epoch"], words["user"])
        true = (first.sha256, first.result, first.received_at, first.epoch, first.user)
        demand(proof == true, "10: a receipt proves the delivery", proof, true)
        earlier = self.first.setdefault((item["id"], first.sha256, first.received_at), receipt)
        demand(receipt == {**earlier, "replayed": wanted.replayed}, "2: the very answer of the first time", receipt)

    def _verified(self, receipt: dict[str, Any]) -> dict[str, Any]:
        head, body, signature = receipt["receipt"].split(".")
        key = self._keys.get(json.loads(_decode(head))["kid"])
        try:
            demand(key is not None, "10: receipts verify against the published keys", head)
            key.verify(_decode(signature), f"{head}.{body}".encode())
        except InvalidSignature:
            demand(False, "10: receipts verify against the published keys", receipt)
        return said_by(receipt)

    def missing(self, phone: Handset, hashes: list[str]) -> set[str]:
        """Which of these photos the server says it lacks."""
        answer = self._client.post("/api/v1/media/missing", json={"sha256": hashes}, headers=_headers(phone))
        demand(answer.status_code == 200, "8: a phone may ask what is missing", answer.text[:300])
        return set(answer.get_json()["missing"])

    def create_upload(self, phone: Handset, content: bytes, report: str, first: int) -> str:
        """Announce a photo, with its first bytes; its address."""
        headers = {"Upload-Length": str(len(content)), "Upload-Metadata": photos.metadata(content, report_id=report)}
        kind = {"content_type": BYTES} if first else {}
        answer = self._client.post(URL, headers={**_headers(phone), **TUS, **headers}, data=content[:first], **kind)
        demand(answer.status_code == 201, "8: an upload can be made", answer.status_code, answer.text[:300])
        return answer.headers["Location"]

    def offset(self, phone: Handset, location: str) -> int | None:
        """Where an upload stands; None: the server does not know it."""
        answer = self._client.head(location, headers={**_headers(phone), **TUS})
        if answer.status_code == 404:
            return None
        demand(answer.status_code == 200, "8: an upload says where it stands", answer.status_code)
        return int(answer.headers["Upload-Offset"])

    def append(self, phone: Handset, location: str, offset: int, piece: bytes) -> TestResponse:
        """Send bytes from an offset on."""
        headers = {**_headers(phone), **TUS, "Upload-Offset": str(offset)}
        return self._client.patch(location, headers=headers, data=piece, content_type=BYTES)


def fault_of(item: dict[str, Any], faults: dict[str, str]) -> str | None:
    """How the machine spoilt the item, if it did."""
    return faults.get(content_hash(item)) if isinstance(item.get("id"), str) else "bad_item_id"


def _check_envelope(ledger: Ledger, body: dict[str, Any], reply: dict[str, Any]) -> None:
    demand(reply["epoch"] == ledger.epoch, "9: the reply names the epoch", reply["epoch"])
    since = ledger.reoffer_since(body["epoch"])
    said = reply["reoffer_since"]
    agrees = (said is None and since is None) or (said and since and datetime.fromisoformat(said) == since)
    demand(bool(agrees), "9: a new life asks for what was delivered since", said, since)
    foreign = body["epoch"] not in (None, ledger.epoch)
    fresh = body["cursor"] in (None, GARBAGE) or foreign
    demand(reply.get("snapshot", False) is fresh, "a cursor that is none of ours starts a snapshot", body["cursor"])
    wanted = not reply["more"] and (bool(reply["changes"]) or body["verify"])
    demand((reply["state"] is not None) is wanted, "6: the state comes with news and when asked for", reply["state"])


def _headers(phone: Handset) -> dict[str, str]:
    return {"Authorization": f"Bearer {phone.token}"}


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
