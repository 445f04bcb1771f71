"""The server's public keys, as far as this phone has seen them."""

from collections.abc import Iterable

from gridpatrol_client.errors import ReceiptError
from gridpatrol_client.receipts import Receipt, key_of, read_keys, read_receipt
from gridpatrol_client.store import Store
from gridpatrol_client.web import Web

JWKS = "/.well-known/jwks.json"


class Keyring:
    """Keys are kept for ever, so that old receipts can be shown without a network."""

    def __init__(self, store: Store, web: Web) -> None:
        self._store = store
        self._web = web

    def learn(self, receipts: Iterable[str | None]) -> None:
        """Fetch the published keys if a receipt names one that is not known here."""
        known = self._known()
        if all(key_of(jws) in known for jws in receipts if jws):
            return
        found = read_keys(self._web.call("GET", JWKS).data())
        # a key once seen is never replaced: whoever could swap it could forge old receipts
        self._store.put(jwks={**found, **known})

    def read(self, jws: str | None) -> Receipt:
        """What a receipt says, verified; ReceiptError."""
        if not jws:
            raise ReceiptError("receipt_missing")
        return read_receipt(jws, self._known())

    def _known(self) -> dict[str, str]:
        known: dict[str, str] = self._store.get("jwks", {})
        return known
