"""An OpenID provider (OpenID Connect Core 1.0): where a browser is sent, and what the code it brings back is worth.

Not here: who that is in our house (services/accounts/oidc.py), cookies and redirects (api/oidc.py).
"""

import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import requests
import structlog
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from backend.settings import OidcSettings

log = structlog.get_logger(__name__)
DISCOVERY = "/.well-known/openid-configuration"  # OpenID Connect Discovery 1.0
TIMEOUT_SECONDS = 5.0  # to connect, and between two pieces of an answer: somebody sits and waits
KEPT_SECONDS = 600  # what the provider tells about itself; a key it does not name is looked for at once
LEEWAY_SECONDS = 60  # between two clocks
LONGEST_SUBJECT = 255  # OpenID Connect Core 2
# Signed with a key that only the provider has: neither unsigned tokens nor ones signed with the secret we share.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
KEY_TYPES = ("RSA", "EC", "OKP")


class OidcUnavailableError(Exception):
    """The provider cannot be reached, is too slow, or is no OpenID provider; the text is for the log."""


class OidcRefusedError(Exception):
    """The provider gave nothing for the code, or what it gave does not hold; the text is for the log."""


@dataclass(frozen=True, slots=True)
class Flow:
    """One sign-in under way: what binds the answer to the browser (state), the token to the question (nonce) and the code to
    us (verifier, RFC 7636)."""

    state: str
    nonce: str
    verifier: str
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class OidcIdentity:
    """Who somebody is at the provider; ``name`` is the claim that names his account here, ``amr`` how he signed in there."""

    issuer: str
    subject: str
    name: str | None
    amr: frozenset[str]


def begin_flow(redirect_uri: str) -> Flow:
    """A sign-in that nobody can guess."""
    return Flow(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48), redirect_uri)


class OidcClient:
    """We, as a client of one provider. Safe in threads: what is kept is replaced as a whole."""

    def __init__(self, settings: OidcSettings, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self.settings = settings
        self._timeout = timeout_seconds
        self._kept: dict[str, tuple[float, Any]] = {}

    def address(self, flow: Flow) -> str:
        """Where the browser goes to sign in. Raises OidcUnavailableError."""
        place = _text(self._metadata(), "authorization_endpoint")
        with self._session(flow) as session:
            url, _ = session.create_authorization_url(
                place, state=flow.state, nonce=flow.nonce, code_verifier=flow.verifier
            )
        return str(url)

    def redeem(self, code: str, flow: Flow, now: datetime) -> OidcIdentity:
        """Who brought ``code``. Raises OidcUnavailableError or OidcRefusedError."""
        metadata = self._metadata()
        with self._session(flow) as session:
            token = self._exchange(session, _text(metadata, "token_endpoint"), code, flow)
            claims = self._claims(metadata, token, flow, now)
            subject = claims["sub"]
            name = claims.get(self.settings.claim) or self._told_elsewhere(session, metadata, subject)
        amr = claims.get("amr") or ()
        return OidcIdentity(
            self.settings.issuer,
            subject,
            name if isinstance(name, str) else None,
            frozenset(word for word in amr if isinstance(word, str)),
        )

    def _session(self, flow: Flow) -> Any:
        settings = self.settings
        return OAuth2Session(
            settings.client_id,
            settings.client_secret,
            scope=settings.scope,
            redirect_uri=flow.redirect_uri,
            code_challenge_method="S256",
            token_endpoint_auth_method=self._client_auth(),
            default_timeout=self._timeout,
        )

    def _client_auth(self) -> str:
        if not self.settings.client_secret:
            return "none"
        known = self._metadata().get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        return "client_secret_basic" if "client_secret_basic" in known else "client_secret_post"

    def _exchange(self, session: Any, place: str, code: str, flow: Flow) -> Mapping[str, Any]:
        try:
            token: Mapping[str, Any] = session.fetch_token(
                place,
                grant_type="authorization_code",
                code=code,
                code_verifier=flow.verifier,
                redirect_uri=flow.redirect_uri,
                allow_redirects=False,
            )
        except OAuthError as error:
            raise OidcRefusedError(f"token endpoint: {error.error}") from error
        except (requests.RequestException, ValueError) as error:
            raise OidcUnavailableError(f"token endpoint: {type(error).__name__}") from error
        return token

    def _claims(
        self, metadata: Mapping[str, Any], token: Mapping[str, Any], flow: Flow, now: datetime
    ) -> dict[str, Any]:
        told = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
        algorithms = [name for name in ALGORITHMS if name in told]

        def verify(keys: Mapping[str, Any]) -> dict[str, Any]:
            return verified_claims(
                token.get("id_token"),
                keys,
                self.settings,
                nonce=flow.nonce,
                access_token=token.get("access_token"),
                algorithms=algorithms,
                now=now,
            )

        place = _text(metadata, "jwks_uri")
        try:
            return verify(self._get(place))
        except UnknownKeyError:
            return verify(self._get(place, anew=True))  # the provider signs with a newer key than those we know

    def _told_elsewhere(self, session: Any, metadata: Mapping[str, Any], subject: str) -> Any:
        """The claim as the provider's userinfo has it: many keep tokens small. Who is known already does not need it, so
        nothing fails for want of it."""
        place = metadata.get("userinfo_endpoint")
        if not isinstance(place, str):
            return None
        try:
            answer = session.get(place, allow_redirects=False)
            answer.raise_for_status()
            told = answer.json()
            return told.get(self.settings.claim) if told.get("sub") == subject else None
        except (requests.RequestException, OAuthError, ValueError, AttributeError) as error:
            log.warning("oidc_userinfo_failed", error=type(error).__name__)
            return None

    def _metadata(self) -> Mapping[str, Any]:
        metadata = self._get(self.settings.issuer.rstrip("/") + DISCOVERY)
        if metadata.get("issuer") != self.settings.issuer:
            raise OidcUnavailableError(f"the provider calls itself {metadata.get('issuer')!r}")
        return metadata

    def _get(self, place: str, *, anew: bool = False) -> Mapping[str, Any]:
        until, kept = self._kept.get(place, (0.0, None))
        if kept is None or anew or until <= time.monotonic():
            kept = self._fetch(place)
            self._kept[place] = (time.monotonic() + KEPT_SECONDS, kept)
        return kept  # type: ignore[no-any-return]  # _fetch made sure of it

    def _fetch(self, place: str) -> Mapping[str, Any]:
        try:
            answer = requests.get(place, timeout=self._timeout, allow_redirects=False)
            told = answer.json() if answer.status_code == 200 else None
        except (requests.RequestException, ValueError) as error:
            raise OidcUnavailableError(f"{place}: {type(error).__name__}") from error
        if not isinstance(told, dict):
            raise OidcUnavailableError(f"{place}: status {answer.status_code}")
        return told


class UnknownKeyError(OidcRefusedError):
    """The token names a key that is not among those given."""


def verified_claims(
    id_token: object,
    keys: Mapping[str, Any],
    settings: OidcSettings,
    *,
    nonce: str,
    access_token: str | None,
    algorithms: Sequence[str],
    now: datetime,
) -> dict[str, Any]:
    """What a signed token says (OpenID Connect Core 3.1.3.7): ours, for this sign-in, not yet run out.

    Raises OidcRefusedError, UnknownKeyError when ``keys`` (a JWKS) lack the one it names.
    """
    usable = [key for key in keys.get("keys") or () if key.get("kty") in KEY_TYPES and key.get("use") != "enc"]
    if not isinstance(id_token, str) or not usable:
        raise OidcRefusedError("no token, or no key to verify it with")
    options = {
        "iss": {"essential": True, "value": settings.issuer},
        "aud": {"essential": True, "value": settings.client_id},
        "exp": {"essential": True},
    }
    params = {"nonce": nonce, "client_id": settings.client_id, "access_token": access_token}
    try:
        registry = JWSRegistry(algorithms=list(algorithms), strict_check_header=False)
        token = jwt.decode(id_token, KeySet.import_key_set({"keys": usable}), registry=registry)
        claims = CodeIDToken(token.claims, token.header, options, params)
        claims.validate(int(now.timestamp()), LEEWAY_SECONDS)
    except InvalidKeyIdError as error:
        raise UnknownKeyError(str(error)) from error
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise OidcRefusedError(f"ID token: {error}") from error
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        raise OidcRefusedError("ID token: no subject")
    return dict(claims)


def _text(metadata: Mapping[str, Any], name: str) -> str:
    place = metadata.get(name)
    if not isinstance(place, str):
        raise OidcUnavailableError(f"the provider names no {name}")
    return place


__all__ = [
    "Flow",
    "OidcClient",
    "OidcIdentity",
    "OidcRefusedError",
    "OidcUnavailableError",
    "UnknownKeyError",
    "begin_flow",
    "verified_claims",
]
