"""Every setting of the product, read once from the environment. Not here: what they open (gateways/, app.py)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_address
from pathlib import Path
from typing import Protocol, TypeVar

from backend import setting_values as values
from backend.setting_values import CHECKOUT, SQLALCHEMY_PREFIX, SettingError

EMBEDDED_DATABASE = "gridpatrol"
SEAL_ALGORITHMS = ("sha-256", "sm3")  # those of domain/seals.py
ROLES = (
    "grid_worker",
    "street_coordinator",
    "bureau_triager",
    "department_officer",
    "city_operations",
    "administrator",
    "auditor",
)  # those of domain/vocabulary.py
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
class OidcSettings:
    """An OpenID provider that people may sign in with; without a secret we are a public client (PKCE alone)."""

    issuer: str
    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    name: str = "统一身份认证"  # what the button says
    claim: str = "preferred_username"  # the user name here; must be one that people cannot change there
    scope: str = "openid profile"
    second_factor: bool = False  # whether the provider always asks for one, so that we need not


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
    web_session_idle_minutes: int = 60  # in a browser: how long nobody may touch it
    web_session_hours: int = 12  # and its end, however busy it is: one working day
    public_url: str | None = None  # https://host[:port] as browsers write it; None: what each request says
    oidc: OidcSettings | None = None
    second_factor_roles: frozenset[str] = frozenset()  # who must show a code beside the password
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
    export_days: int = 7  # how long a file is kept: it holds personal data

    @property
    def media_dir(self) -> Path:
        """Photos and their previews; with an S3 store only uploads under way."""
        return self.var_dir / "media"

    @property
    def exports_dir(self) -> Path:
        """Files of exports, and where they are made; with an S3 store only the latter."""
        return self.var_dir / "exports"

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
    photo_store = read("PHOTO_STORE", values.choice(PhotoPlace), base.photo_store)
    if photo_store is PhotoPlace.S3 and s3 is None:
        raise SettingError("S3_BUCKET", "", "PHOTO_STORE=s3 wants the bucket of the photos")
    return Settings(
        var_dir=read("VAR_DIR", values.folder, base.var_dir),
        host=read("HOST", values.host, base.host),
        port=read("PORT", values.whole(1, 65535), base.port),
        database_url=read("DATABASE_URL", values.database_url, base.database_url),
        environment=read("ENVIRONMENT", values.choice(Environment), base.environment),
        demo_password=read("DEMO_PASSWORD", values.secret(10), base.demo_password),
        access_token_seconds=read("ACCESS_TOKEN_SECONDS", values.whole(60, 86_400), base.access_token_seconds),
        refresh_token_days=read("REFRESH_TOKEN_DAYS", values.whole(1, 366), base.refresh_token_days),
        web_session_idle_minutes=read("WEB_SESSION_IDLE_MINUTES", values.whole(5, 1440), base.web_session_idle_minutes),
        web_session_hours=read("WEB_SESSION_HOURS", values.whole(1, 168), base.web_session_hours),
        public_url=read("PUBLIC_URL", values.origin, base.public_url),
        second_factor_roles=read("SECOND_FACTOR_ROLES", values.some_of(*ROLES), base.second_factor_roles),
        oidc=_oidc(read),
        max_import_bytes=read("MAX_IMPORT_BYTES", values.whole(64 * 1024, 2**32), base.max_import_bytes),
        horizon_warning_seconds=read("HORIZON_WARNING_SECONDS", values.whole(1, 86_400), base.horizon_warning_seconds),
        metrics_token=read("METRICS_TOKEN", values.secret(16), base.metrics_token),
        seal_algorithm=read("SEAL_ALGORITHM", values.one_of(*SEAL_ALGORITHMS), base.seal_algorithm),
        web_workers=read("WEB_WORKERS", values.whole(1, 64), base.web_workers),
        web_threads=read("WEB_THREADS", values.whole(1, 64), base.web_threads),
        photo_store=photo_store,
        s3=s3,
        webhook_allow_private=read("WEBHOOK_ALLOW_PRIVATE", values.networks, base.webhook_allow_private),
        webhook_allow_http=read("WEBHOOK_ALLOW_HTTP", values.yes_or_no, base.webhook_allow_http),
        export_days=read("EXPORT_DAYS", values.whole(1, 366), base.export_days),
    )


class _Read(Protocol):
    def __call__(self, variable: str, parse: Callable[[str, str], Value], default: Value) -> Value: ...


def _oidc(read: _Read) -> OidcSettings | None:
    base = OidcSettings("", "")
    issuer = read("OIDC_ISSUER", values.issuer, "")
    client_id = read("OIDC_CLIENT_ID", values.as_it_is, "")
    if bool(issuer) != bool(client_id):
        raise SettingError("OIDC_CLIENT_ID" if issuer else "OIDC_ISSUER", "", "both are wanted, or neither")
    if not issuer:
        return None
    return OidcSettings(
        issuer,
        client_id,
        client_secret=read("OIDC_CLIENT_SECRET", values.as_it_is, "") or None,
        name=read("OIDC_NAME", values.as_it_is, base.name),
        claim=read("OIDC_CLAIM", values.as_it_is, base.claim),
        scope=read("OIDC_SCOPE", values.scope, base.scope),
        second_factor=read("OIDC_SECOND_FACTOR", values.yes_or_no, base.second_factor),
    )


def _s3(read: _Read) -> S3Settings | None:
    """The S3 service, also when photos are kept elsewhere at present: they may be about to move."""
    base = S3Settings("")
    bucket = read("S3_BUCKET", values.bucket, "")
    keys = {name: read(name, values.as_it_is, "") for name in ("S3_ACCESS_KEY", "S3_SECRET_KEY")}
    if any(keys.values()) and not all(keys.values()):
        lacking = next(name for name, value in keys.items() if not value)
        raise SettingError(lacking, "", "both keys are wanted, or neither")
    if not bucket:
        return None
    return S3Settings(
        bucket,
        endpoint=read("S3_ENDPOINT", values.endpoint, "") or None,
        region=read("S3_REGION", values.as_it_is, base.region),
        path_style=read("S3_PATH_STYLE", values.yes_or_no, base.path_style),
        access_key=keys["S3_ACCESS_KEY"] or None,
        secret_key=keys["S3_SECRET_KEY"] or None,
    )


__all__ = [
    "CHECKOUT",
    "EMBEDDED_DATABASE",
    "ROLES",
    "SEAL_ALGORITHMS",
    "SQLALCHEMY_PREFIX",
    "Environment",
    "OidcSettings",
    "PhotoPlace",
    "S3Settings",
    "SettingError",
    "Settings",
    "load_settings",
]
