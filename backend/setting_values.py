"""From the text of one setting to its value; a bad one is a SettingError. Not here: which settings there are (settings.py)."""

import re
from collections.abc import Callable
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

CHECKOUT = Path(__file__).resolve().parent.parent
SQLALCHEMY_PREFIX = "postgresql+psycopg://"
BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")

Word = TypeVar("Word", bound=StrEnum)


class SettingError(ValueError):
    """A setting that cannot be used; the text names the variable, what was given and what is wanted."""

    def __init__(self, variable: str, given: str, wanted: str) -> None:
        super().__init__(f"{variable}={given!r}: {wanted}")
        self.variable = variable


def whole(low: int, high: int) -> Callable[[str, str], int]:
    """A whole number from ``low`` to ``high``."""

    def parse(variable: str, given: str) -> int:
        wanted = f"a whole number from {low} to {high} is wanted"
        if not (given.isascii() and given.isdigit()):
            raise SettingError(variable, given, wanted)
        number = int(given)
        if not low <= number <= high:
            raise SettingError(variable, given, wanted)
        return number

    return parse


def one_of(*choices: str) -> Callable[[str, str], str]:
    """One of ``choices``, in any case."""

    def parse(variable: str, given: str) -> str:
        if given.lower() not in choices:
            raise SettingError(variable, given, f"one of {', '.join(choices)} is wanted")
        return given.lower()

    return parse


def some_of(*choices: str) -> Callable[[str, str], frozenset[str]]:
    """Any of ``choices``, separated by commas, in any case."""

    def parse(variable: str, given: str) -> frozenset[str]:
        named = {part.strip().lower() for part in given.split(",") if part.strip()}
        if not named <= set(choices):
            raise SettingError(variable, given, f"some of {', '.join(choices)} are wanted, separated by commas")
        return frozenset(named)

    return parse


def choice(words: type[Word]) -> Callable[[str, str], Word]:
    """One of the words of an enum, in any case."""

    def parse(variable: str, given: str) -> Word:
        try:
            return words(given.lower())
        except ValueError:
            raise SettingError(variable, given, f"one of {', '.join(words)} is wanted") from None

    return parse


def folder(variable: str, given: str) -> Path:
    """A folder, there already or not; a relative one is below the checkout."""
    path = Path(given).expanduser()
    path = path if path.is_absolute() else CHECKOUT / path
    if "\x00" in given or path == Path(path.anchor):
        raise SettingError(variable, given, "a folder of its own is wanted")
    if path.exists() and not path.is_dir():
        raise SettingError(variable, given, "a folder is wanted, this is a file")
    return path.resolve()


def host(variable: str, given: str) -> str:
    """An address or a host name, without a port."""
    if any(not (c.isascii() and (c.isalnum() or c in ".:-_")) for c in given):
        raise SettingError(variable, given, "an address or host name without port is wanted, such as 127.0.0.1")
    return given


def database_url(variable: str, given: str) -> str:
    """An address of a PostgreSQL server as SQLAlchemy writes it."""
    for prefix in (SQLALCHEMY_PREFIX, "postgresql://", "postgres://"):
        if given.startswith(prefix):
            return SQLALCHEMY_PREFIX + given.removeprefix(prefix)
    # The value may hold a password: it is not repeated in the message.
    raise SettingError(variable, "…", "an address such as postgresql://user:password@server/database is wanted")


def bucket(variable: str, given: str) -> str:
    """The name of an S3 bucket."""
    if not BUCKET.fullmatch(given):
        raise SettingError(
            variable, given, "the name of a bucket is wanted: 3 to 63 lower-case letters, digits, . and -"
        )
    return given


def endpoint(variable: str, given: str) -> str:
    """An http or https address without anything secret in it."""
    url = urlsplit(given)
    if url.scheme not in ("http", "https") or not url.hostname or url.username or url.query or url.fragment:
        # The value may hold keys: it is not repeated in the message.
        raise SettingError(variable, "…", "an address such as https://s3.example.org is wanted, without keys in it")
    return given.rstrip("/")


def issuer(variable: str, given: str) -> str:
    """The name of an OpenID provider, letter by letter as it calls itself; without TLS only on this machine."""
    url = urlsplit(endpoint(variable, given))
    if url.scheme != "https" and url.hostname not in ("127.0.0.1", "::1", "localhost"):
        raise SettingError(variable, given, "an https address is wanted, such as https://login.example.org/realms/city")
    return given


def scope(variable: str, given: str) -> str:
    """Scopes for an OpenID provider."""
    if "openid" not in given.split():
        raise SettingError(variable, given, "scopes separated by spaces are wanted, openid among them")
    return given


def origin(variable: str, given: str) -> str:
    """Scheme, host and port of a site, as browsers name it (RFC 6454): no path behind it."""
    url = urlsplit(endpoint(variable, given))
    if url.path:
        raise SettingError(variable, given, "an address without a path is wanted, such as https://patrol.example.org")
    return f"{url.scheme}://{url.netloc.lower()}"


def networks(variable: str, given: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Networks, separated by commas."""
    try:
        return tuple(ip_network(part.strip()) for part in given.split(",") if part.strip())
    except ValueError:
        raise SettingError(variable, given, "networks such as 10.20.0.0/16,fd00:12::/32 are wanted") from None


def yes_or_no(variable: str, given: str) -> bool:
    """Yes or no, in the usual spellings."""
    known = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if given.lower() not in known:
        raise SettingError(variable, given, "yes or no is wanted")
    return known[given.lower()]


def as_it_is(_variable: str, given: str) -> str:
    """The text itself."""
    return given


def secret(length: int) -> Callable[[str, str], str]:
    """A secret of at least ``length`` characters; it is not repeated in the message."""

    def parse(variable: str, given: str) -> str:
        if len(given) < length:
            raise SettingError(variable, "…", f"at least {length} characters are wanted")
        return given

    return parse
