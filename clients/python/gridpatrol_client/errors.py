"""What can go wrong, by what the phone does about it. None of these ever costs an item."""


class PhoneError(Exception):
    """Anything this package raises on purpose. ``code`` is stable, the text is for people."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(detail or code)
        self.code = code
        self.detail = detail


class UnreachableError(PhoneError):
    """No answer, half an answer, or an answer that is not the server's (a sign-in page of a Wi-Fi): wait, repeat."""


class ServerError(PhoneError):
    """The server answered with a problem; nothing of the call was stored."""

    def __init__(self, status: int, code: str, detail: str = "", retry_after: float | None = None) -> None:
        super().__init__(code or f"http_{status}", detail)
        self.status = status
        self.retry_after = retry_after


class TryLaterError(ServerError):
    """429 or 5xx: wait at least ``retry_after`` seconds where it is given, then repeat the very same."""


class SessionEndedError(PhoneError):
    """Somebody must sign in (again). Recording goes on, the outbox stays."""


class NobodySignedInError(PhoneError):
    """Nobody has signed in on this phone: an item would belong to nobody."""


class OtherSyncError(PhoneError):
    """Another process is syncing this data folder."""


class ReceiptError(PhoneError):
    """A receipt that is not the server's word about this item. The item then stays undelivered."""


class PhotoError(PhoneError):
    """A file that the contract has no place for: too large, or no photo."""
