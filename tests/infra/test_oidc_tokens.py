"""What an OpenID provider's answers are worth: tokens that are not for us, keys that change, providers that are none."""

import json
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from backend.gateways.oidc import (
    OidcClient,
    OidcRefusedError,
    OidcUnavailableError,
    UnknownKeyError,
    begin_flow,
    verified_claims,
)
from backend.settings import OidcSettings

ISSUER = "https://login.example.org"
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
SECRET = "x" * 40
SETTINGS = OidcSettings(ISSUER, "gridpatrol", SECRET)
GOOD = {
    "iss": ISSUER,
    "aud": "gridpatrol",
    "sub": "subject-1",
    "nonce": "n",
    "iat": int(NOW.timestamp()),
    "exp": int(NOW.timestamp()) + 300,
}


@pytest.fixture(scope="module")
def key() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})


@pytest.fixture(scope="module")
def other_key() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})


def published(*keys: RSAKey) -> dict:
    return {"keys": [key.as_dict(private=False) for key in keys]}


def token_of(key, algorithm="RS256", **claims) -> str:
    payload = {name: value for name, value in {**GOOD, **claims}.items() if value is not None}
    header = {"alg": algorithm} | ({"kid": key.kid} if key.kid else {})
    return jwt.encode(header, payload, key, algorithms=[algorithm])


def verify(token, keys, **options):
    wanted = {"nonce": "n", "access_token": "t", "algorithms": ["RS256", "ES256"], "now": NOW, **options}
    return verified_claims(token, keys, SETTINGS, **wanted)


def test_a_good_token(key):
    assert verify(token_of(key), published(key))["sub"] == "subject-1"
    both = token_of(key, aud=["gridpatrol", "another"], azp="gridpatrol")
    assert verify(both, published(key))["sub"] == "subject-1"


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another"},
        {"aud": ["another"]},
        {"aud": None},
        {"azp": "another", "aud": ["gridpatrol", "another"]},
        {"iss": "https://another.example.org"},
        {"iss": None},
        {"nonce": "m"},
        {"nonce": None},
        {"exp": int(NOW.timestamp()) - 61},
        {"exp": None},
        {"exp": "soon"},
        {"nbf": int(NOW.timestamp()) + 61},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 256},
        {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
        {"amr": "mfa"},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_this_sign_in(key, claims):
    with pytest.raises(OidcRefusedError):
        verify(token_of(key, **claims), published(key))


def test_a_token_that_the_provider_did_not_sign(key, other_key):
    unsigned = f"eyJhbGciOiJub25lIn0.{token_of(key).split('.')[1]}."
    shared = token_of(OctKey.import_key(SECRET), "HS256")
    for token in (token_of(other_key), unsigned, shared, token_of(key)[:-3], "", "a.b.c", None, 7):
        with pytest.raises(OidcRefusedError):
            verify(token, published(key))
    with pytest.raises(OidcRefusedError):
        verify(token_of(key), {"keys": []})
    newer = RSAKey.generate_key(2048, {"kid": "second"})
    with pytest.raises(UnknownKeyError):
        verify(token_of(newer), published(key))


class Site:
    """A provider made of fixed answers: path → status and content."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, bytes]] = {}
        self.asked: list[str] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.path)
                status, content = site.answers.get(self.path, (404, b""))
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.do_GET()

            def log_message(self, *_args: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.tell("/.well-known/openid-configuration", {
            "issuer": self.url, "authorization_endpoint": f"{self.url}/auth", "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
        })  # fmt: skip

    def tell(self, path: str, content: object, status: int = 200) -> None:
        self.answers[path] = (status, content if isinstance(content, bytes) else json.dumps(content).encode())


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    thread = threading.Thread(target=made.server.serve_forever, args=(0.01,))
    thread.start()
    yield made
    made.server.shutdown()
    thread.join(10)
    made.server.server_close()


def test_a_new_key_is_looked_for_at_once(site, key):
    client, flow = OidcClient(OidcSettings(site.url, "gridpatrol", SECRET)), begin_flow("http://localhost/back")
    newer = RSAKey.generate_key(2048, {"kid": "second"})
    for signer in (key, key, newer):
        site.tell("/jwks", published(signer))
        signed = token_of(signer, iss=site.url, nonce=flow.nonce, preferred_username="admin01", amr=["pwd", 7])
        site.tell("/token", {"access_token": "t", "token_type": "Bearer", "id_token": signed})
        who = client.redeem("code", flow, NOW)
        assert (who.subject, who.name, who.amr) == ("subject-1", "admin01", {"pwd"})
    assert (site.asked.count("/jwks"), site.asked.count("/.well-known/openid-configuration")) == (2, 1)


@pytest.mark.parametrize(
    ("path", "content", "status", "error"),
    [
        ("/.well-known/openid-configuration", b"<html>", 200, OidcUnavailableError),
        ("/.well-known/openid-configuration", [], 200, OidcUnavailableError),
        ("/.well-known/openid-configuration", {"issuer": "https://another.example.org"}, 200, OidcUnavailableError),
        ("/.well-known/openid-configuration", {}, 302, OidcUnavailableError),
        ("/jwks", b"", 500, OidcUnavailableError),
        ("/jwks", {"keys": [{"kty": "RSA", "kid": "first"}]}, 200, OidcRefusedError),
        ("/token", b"", 500, OidcUnavailableError),
        ("/token", b"<html>", 200, OidcUnavailableError),
        ("/token", {"error": "invalid_grant"}, 400, OidcRefusedError),
        ("/token", {"access_token": "t", "token_type": "Bearer"}, 200, OidcRefusedError),
    ],
)
def test_answers_of_a_provider_that_is_out_of_order(site, key, path, content, status, error):
    client, flow = OidcClient(OidcSettings(site.url, "gridpatrol", SECRET)), begin_flow("http://localhost/back")
    site.tell("/jwks", published(key))
    signed = token_of(key, iss=site.url, nonce=flow.nonce)
    site.tell("/token", {"access_token": "t", "token_type": "Bearer", "id_token": signed})
    assert client.redeem("code", flow, NOW).name is None
    site.tell(path, content, status)
    with pytest.raises(error):
        OidcClient(client.settings).redeem("code", flow, NOW)


def test_a_provider_that_never_answers_is_given_up():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        issuer = f"http://127.0.0.1:{silent.getsockname()[1]}"
        client = OidcClient(OidcSettings(issuer, "gridpatrol"), timeout_seconds=0.2)
        with pytest.raises(OidcUnavailableError):
            client.address(begin_flow("http://localhost/back"))
