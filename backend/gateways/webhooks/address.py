"""Which addresses a webhook may lead to, so that nobody makes the server call its own network (SSRF). Not here: the call."""

import socket
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import SplitResult, urlsplit

LONGEST_URL = 2048
# Addresses that hold an IPv4 address in themselves count as global; a translator would lead to wherever that one does.
TRANSLATED = (
    ip_network("64:ff9b::/96"),
    ip_network("64:ff9b:1::/48"),
    ip_network("2002::/16"),
    ip_network("2001::/32"),
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class RefusedUrlError(ValueError):
    """A URL no message is sent to; the text is a word for why: scheme, host, address, name, form or length."""


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """``private`` lists the networks that may be reached although they are not public (settings.webhook_allow_private)."""

    private: Sequence[Network] = ()
    allow_http: bool = False

    def check_url(self, url: str) -> SplitResult:
        """``url`` in its parts, where its form and a literal address in it are allowed. Raises RefusedUrlError."""
        if len(url) > LONGEST_URL or not url.isascii() or any(c.isspace() or not c.isprintable() for c in url):
            raise RefusedUrlError("form")
        try:
            parts = urlsplit(url)
            host, _port = parts.hostname, parts.port
        except ValueError:
            raise RefusedUrlError("form") from None
        if parts.scheme != "https" and not (parts.scheme == "http" and self.allow_http):
            raise RefusedUrlError("scheme")
        if not host or parts.username is not None or parts.password is not None or parts.fragment:
            raise RefusedUrlError("host")
        try:
            literal = ip_address(host)
        except ValueError:
            return parts
        if not self.allows(literal):
            raise RefusedUrlError("address")
        return parts

    def allows(self, address: Address) -> bool:
        """Whether ``address`` is public, or in a network the setting lists."""
        mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
        real: Address = mapped or address
        if any(real in network for network in self.private if network.version == real.version):
            return True
        if any(real in network for network in TRANSLATED if network.version == real.version):
            return False
        return real.is_global and not real.is_multicast

    def resolve(self, host: str, port: int, seconds: float) -> str:
        """The address to connect to: looked up once and then kept to, so that a second look cannot lead elsewhere.

        Raises RefusedUrlError('name') where nothing is found within ``seconds``, ('address') where all of it is refused.
        """
        found = _look_up(host, port, seconds)
        allowed = [text for text in found if self.allows(ip_address(text))]
        if not allowed:
            raise RefusedUrlError("address" if found else "name")
        return allowed[0]


def _look_up(host: str, port: int, seconds: float) -> list[str]:
    """In a thread of its own: the resolver knows no time limit, and a worker must not wait for it."""
    found: list[str] = []

    def ask() -> None:
        try:
            rows: list[Any] = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return
        found.extend(str(row[4][0]).partition("%")[0] for row in rows)

    thread = threading.Thread(target=ask, name="webhook-lookup", daemon=True)
    thread.start()
    thread.join(seconds)
    return [] if thread.is_alive() else found
