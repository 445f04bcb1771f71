"""Every setting of the product, read once from the environment. Not here: what they open (gateways/, app.py)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

CHECKOUT = Path(__file__).resolve().parent.parent
EMBEDDED_DATABASE = "gridpatrol"
SEAL_ALGORITHMS = ("sha-256", "sm3")  # those of domain/seals.py
SQLALCHEMY_PREFIX = "postgresql+psycopg://"

BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")

Value = TypeVar("Value")


class Environment(StrEnum):
    """Where the product runs; only ``production`` refuses the conveniences of a demo."""

    DEVELOPMENT = "development"
    TEST = "test"
    PRODUCTION = "production"


class PhotoPlace(StrEnum):
    """Where photos are kept."""

    LOCAL = "local"
    S3 = "s3"


class SettingError(ValueError):
    """A setting that cannot be used; the text names the variable, what was given and what is wanted."""

    def __init__(self, variable: str, given: str, wanted: str) -> None:
        super().__init__(f"{variable}={given!r}: {wanted}")
        self.variable = variable


@dataclass(frozen=True, slots=True)
class S3Settings:
    """An S3 service and the bucket for photos. Without keys boto3 looks for them in its own places (an instance's role)."""

    bucket: str
    endpoint: str | None = None  # None is Amazon's own
    region: str = "us-east-1"  # what services without regions expect in signatures
    path_style: bool = True  # https://server/bucket/name; services of one's own seldom have a name for each bucket
    access_key: str | None = field(default=None, repr=False)
    secret_key: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """What one copy of the product needs to know.

    ``database_url`` is a SQLAlchemy URL of an outside server, or None for the private cluster below ``var_dir``:
    ask ``backend.gateways.cluster.database_url(settings)`` for the address that holds in both cases.
    """

    var_dir: Path = CHECKOUT / "var"
    host: str = "127.0.0.1"
    port: int = 8000
    database_url: str | None = None
    environment: Environment = Environment.DEVELOPMENT
    demo_password: str | None = None
    access_token_seconds: int = 15 * 60
    password_memory_kib: int = 19 * 1024  # argon2id, with 2 rounds and 1 lane: OWASP's least for a server
    password_rounds: int = 2
    refresh_token_days: int = 60  # longer than a worker's leave, so that a phone's outbox is not locked out
    max_import_bytes: int = 64 * 1024 * 1024
    seal_algorithm: str = "sha-256"
    horizon_warning_seconds: int = 60  # a phone syncs every few minutes: a minute's delay is not noticed, more is
    metrics_token: str | None = None
    web_workers: int = 2
    web_threads: int = 4
    photo_store: PhotoPlace = PhotoPlace.LOCAL
    s3: S3Settings | None = None
    webhook_allow_private: tuple[IPv4Network | IPv6Network, ...] = ()  # a city's own network is private: list it
    webhook_allow_http: bool = False

    @property
    def media_dir(self) -> Path:
        """Photos and their previews; with an S3 store only uploads under way."""
        return self.var_dir / "media"

    @property
    def keys_dir(self) -> Path:
        """Signing keys of tokens and receipts; readable by the product alone."""
        return self.var_dir / "keys"

    @property
    def cluster_dir(self) -> Path:
        """Root of the private database cluster."""
        return self.var_dir / "postgres"

    @property
    def is_embedded(self) -> bool:
        """Whether the product brings its own database cluster."""
        return self.database_url is None

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the service; demo accounts are refused otherwise."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Read the settings from ``environ``; an empty value counts as not given. SettingError names the variable."""
    base = Settings()

    def read(variable: str, parse: Callable[[str, str], Value], default: Value) -> Value:
        given = environ.get(variable, "").strip()
        return parse(variable, given) if given else default

    s3 = _s3(read)
    photo_store = read("PHOTO_STORE", _photo_place, base.photo_store)
    if photo_store is PhotoPlace.S3 and s3 is None:
        raise SettingError("S3_BUCKET", "", "PHOTO_STORE=s3 wants the bucket of the photos")
    return Settings(
        var_dir=read("VAR_DIR", _folder, base.var_dir),
        host=read("HOST", _host, base.host),
        port=read("PORT", _whole(1, 65535), base.port),
        database_url=read("DATABASE_URL", _database_url, base.database_url),
        environment=read("ENVIRONMENT", _environment, base.environment),
        demo_password=read("DEMO_PASSWORD", _secret(10), base.demo_password),
        access_token_seconds=read("ACCESS_TOKEN_SECONDS", _whole(60, 86_400), base.access_token_seconds),
        refresh_token_days=read("REFRESH_TOKEN_DAYS", _whole(1, 366), base.refresh_token_days),
        max_import_bytes=read("MAX_IMPORT_BYTES", _whole(64 * 1024, 2**32), base.max_import_bytes),
        horizon_warning_seconds=read("HORIZON_WARNING_SECONDS", _whole(1, 86_400), base.horizon_warning_seconds),
        metrics_token=read("METRICS_TOKEN", _secret(16), base.metrics_token),
        seal_algorithm=read("SEAL_ALGORITHM", _one_of(*SEAL_ALGORITHMS), base.seal_algorithm),
        web_workers=read("WEB_WORKERS", _whole(1, 64), base.web_workers),
        web_threads=read("WEB_THREADS", _whole(1, 64), base.web_threads),
        photo_store=photo_store,
        s3=s3,
        webhook_allow_private=read("WEBHOOK_ALLOW_PRIVATE", _networks, base.webhook_allow_private),
        webhook_allow_http=read("WEBHOOK_ALLOW_HTTP", _yes_or_no, base.webhook_allow_http),
    )


class _Read(Protocol):
    def __call__(self, variable: str, parse: Callable[[str, str], Value], default: Value) -> Value: ...


def _s3(read: _Read) -> S3Settings | None:
    """The S3 service, also when photos are kept elsewhere at present: they may be about to move."""
    base = S3Settings("")
    bucket = read("S3_BUCKET", _bucket, "")
    keys = {name: read(name, _as_it_is, "") for name in ("S3_ACCESS_KEY", "S3_SECRET_KEY")}
    if any(keys.values()) and not all(keys.values()):
        lacking = next(name for name, value in keys.items() if not value)
        raise SettingError(lacking, "", "both keys are wanted, or neither")
    if not bucket:
        return None
    return S3Settings(
        bucket,
        endpoint=read("S3_ENDPOINT", _endpoint, "") or None,
        region=read("S3_REGION", _as_it_is, base.region),
        path_style=read("S3_PATH_STYLE", _yes_or_no, base.path_style),
        access_key=keys["S3_ACCESS_KEY"] or None,
        secret_key=keys["S3_SECRET_KEY"] or None,
    )


def _whole(low: int, high: int) -> Callable[[str, str], int]:
    def parse(variable: str, given: str) -> int:
        wanted = f"a whole number from {low} to {high} is wanted"
        if not (given.isascii() and given.isdigit()):
            raise SettingError(variable, given, wanted)
        number = int(given)
        if not low <= number <= high:
            raise SettingError(variable, given, wanted)
        return number

    return parse


def _one_of(*choices: str) -> Callable[[str, str], str]:
    def parse(variable: str, given: str) -> str:
        if given.lower() not in choices:
            raise SettingError(variable, given, f"one of {', '.join(choices)} is wanted")
        return given.lower()

    return parse


def _folder(variable: str, given: str) -> Path:
    path = Path(given).expanduser()
    path = path if path.is_absolute() else CHECKOUT / path
    if "\x00" in given or path == Path(path.anchor):
        raise SettingError(variable, given, "a folder of its own is wanted")
    if path.exists() and not path.is_dir():
        raise SettingError(variable, given, "a folder is wanted, this is a file")
    return path.resolve()


def _host(variable: str, given: str) -> str:
    if any(not (c.isascii() and (c.isalnum() or c in ".:-_")) for c in given):
        raise SettingError(variable, given, "an address or host name without port is wanted, such as 127.0.0.1")
    return given


def _database_url(variable: str, given: str) -> str:
    for prefix in (SQLALCHEMY_PREFIX, "postgresql://", "postgres://"):
        if given.startswith(prefix):
            return SQLALCHEMY_PREFIX + given.removeprefix(prefix)
    # The value may hold a password: it is not repeated in the message.
    raise SettingError(variable, "…", "an address such as postgresql://user:password@server/database is wanted")


def _environment(variable: str, given: str) -> Environment:
    try:
        return Environment(given.lower())
    except ValueError:
        raise SettingError(variable, given, f"one of {', '.join(Environment)} is wanted") from None


def _photo_place(variable: str, given: str) -> PhotoPlace:
    try:
        return PhotoPlace(given.lower())
    except ValueError:
        raise SettingError(variable, given, f"one of {', '.join(PhotoPlace)} is wanted") from None


def _bucket(variable: str, given: str) -> str:
    if not BUCKET.fullmatch(given):
        raise SettingError(
            variable, given, "the name of a bucket is wanted: 3 to 63 lower-case letters, digits, . and -"
        )
    return given


def _endpoint(variable: str, given: str) -> str:
    url = urlsplit(given)
    if url.scheme not in ("http", "https") or not url.hostname or url.username or url.query or url.fragment:
        # The value may hold keys: it is not repeated in the message.
        raise SettingError(variable, "…", "an address such as https://s3.example.org is wanted, without keys in it")
    return given.rstrip("/")


def _networks(variable: str, given: str) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(ip_network(part.strip()) for part in given.split(",") if part.strip())
    except ValueError:
        raise SettingError(variable, given, "networks such as 10.20.0.0/16,fd00:12::/32 are wanted") from None


def _yes_or_no(variable: str, given: str) -> bool:
    known = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if given.lower() not in known:
        raise SettingError(variable, given, "yes or no is wanted")
    return known[given.lower()]


def _as_it_is(_variable: str, given: str) -> str:
    return given


def _password(variable: str, given: str) -> str:
    if len(given) < 10:
        raise SettingError(variable, "…", "at least 10 characters are wanted")
    return given


def _secret(length: int) -> Callable[[str, str], str]:
    def parse(variable: str, given: str) -> str:
        if len(given) < length:
            raise SettingError(variable, "…", f"at least {length} characters are wanted")
        return given

    return parse
