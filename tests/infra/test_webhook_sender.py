"""The sender against real receivers: slow, silent, hostile, wrong; and where it refuses to go at all."""

import socket
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from backend.gateways.keys import Keys
from backend.gateways.secret_box import SecretBox, UnreadableSecretError
from backend.gateways.webhooks import AddressPolicy, NullWebhookSender, RefusedUrlError, WebhookAnswer, WebhookRequest
from backend.settings import SettingError, load_settings
from tests import receiver as behave
from tests.receiver import Receiver, running_receiver, sender

HEADERS = {"Content-Type": "application/cloudevents+json", "webhook-id": "1", "Connection": "close"}
SHORT = {"connect_seconds": 0.5, "total_seconds": 0.5}


@pytest.fixture
def receiver():
    with running_receiver() as running:
        yield running


def send(receiver: Receiver, **seconds: float) -> WebhookAnswer:
    return sender(**seconds).send(WebhookRequest(receiver.url, HEADERS, b'{"a":1}'))


def test_a_message_arrives_as_it_is(receiver: Receiver) -> None:
    assert send(receiver).status == 204
    [(headers, body)] = receiver.got
    assert (headers["content-type"], headers["webhook-id"], body) == (HEADERS["Content-Type"], "1", b'{"a":1}')
    assert headers["host"] == receiver.url.split("/")[2]


@pytest.mark.parametrize(
    ("behaviour", "status", "error"),
    [
        (behave.status(500), 500, None),
        (behave.status(410), 410, None),
        (behave.status(200, b"x" * 2_000_000), 200, None),
        (behave.raw(b"HTTP/1.1 204 No Content\r\n\r\n"), 204, None),
        (behave.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nshort"), 200, None),
        (behave.die, None, "connection"),
        (behave.raw(b"\x00\xff\x13 is this HTTP?\r\n\r\n"), None, "bad_answer"),
        (behave.raw(b"HTTP/1.1 twohundred OK\r\n\r\n"), None, "bad_answer"),
        (behave.raw(b"HTTP/1.1 200 OK\r\n" + b"X: 1\r\n" * 500 + b"\r\n"), None, "bad_answer"),
        (behave.raw(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000 + b"\r\n\r\n"), None, "bad_answer"),
        (behave.hang, None, "timeout"),
        (behave.trickle, None, "timeout"),
    ],
)  # fmt: skip
def test_whatever_a_receiver_does_is_an_answer(receiver: Receiver, behaviour, status, error) -> None:
    receiver.behaviours = [behaviour]
    answer = send(receiver, **SHORT)
    assert (answer.status, answer.error, len(receiver.got)) == (status, error, 1)


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.behaviours = [
        behave.status(302, Location=receiver.url),
        behave.status(308, Location="http://169.254.169.254/"),
    ]
    assert [send(receiver).status, send(receiver).status] == [302, 308]
    assert len(receiver.got) == 2


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("120", 120), ("0", 0), ("soon", None), ("-5", None), ("9" * 30, None), ("Fri, 20 Nov 2020 02:00:00 GMT", 0)],
)
def test_retry_after_is_read_where_it_makes_sense(receiver: Receiver, text: str, seconds: int | None) -> None:
    receiver.behaviours = [behave.status(503, Retry_After=text)]
    assert send(receiver).retry_after_seconds == seconds


def test_nobody_there_is_an_answer_too() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: refused
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        assert sender(**SHORT).send(WebhookRequest(url, HEADERS, b"")).error == "connection"


def test_who_does_not_speak_tls_gets_nothing(receiver: Receiver) -> None:
    secure = receiver.url.replace("http://", "https://")
    answer = sender(**SHORT).send(WebhookRequest(secure, HEADERS, b"secret"))
    assert (answer.status, receiver.got) == (None, []) and answer.error in ("tls", "timeout", "connection")
    assert ssl.create_default_context().verify_mode == ssl.CERT_REQUIRED


@pytest.fixture
def own_certificate(tmp_path):
    """A certificate for 127.0.0.1 that nobody vouches for, with its key, in one file."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "receiver")]),
    )
    now, host = datetime.now(UTC), x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = (
        made.not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(host, False)
    )
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = tmp_path / "receiver.pem"
    path.write_bytes(private + made.sign(key, SHA256()).public_bytes(Encoding.PEM))
    return path


def test_a_certificate_nobody_vouches_for_gets_nothing_and_one_that_is_trusted_does(
    own_certificate, monkeypatch
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own_certificate)
    with running_receiver(context) as receiver:
        assert (send(receiver).error, receiver.got) == ("tls", [])
        monkeypatch.setenv("SSL_CERT_FILE", str(own_certificate))
        assert (send(receiver).status, len(receiver.got)) == (204, 1)


@pytest.mark.parametrize(
    "url",
    ["http://example.org/", "ftp://example.org/", "https://", "https://user:word@example.org/", "https://example.org/#a",
     "https://example.org:99999/", "https://exa mple.org/", "https://例.org/", "https://e.org/" + "a" * 2048, "//e.org/",
     "https://127.0.0.1/", "https://[::1]/", "https://10.1.2.3/", "https://169.254.169.254/latest", "https://0.0.0.0/",
     "https://[::ffff:127.0.0.1]/", "https://[64:ff9b::7f00:1]/", "https://[fd00::1]/", "https://224.0.0.1/"],
)  # fmt: skip
def test_addresses_refused_by_their_form(url: str) -> None:
    with pytest.raises(RefusedUrlError):
        AddressPolicy().check_url(url)


def test_only_the_listed_private_networks_are_reached() -> None:
    policy = AddressPolicy((ip_network("10.20.0.0/16"), ip_network("fd00:12::/32")))
    allowed = ("10.20.3.4", "fd00:12::5", "::ffff:10.20.3.4", "1.1.1.1", "2606:4700::1111")
    refused = ("10.21.0.1", "127.0.0.1", "::1", "fd00:13::1", "192.168.1.1", "100.64.0.1", "2002:7f00:1::", "ff02::1")
    assert [address for address in (*allowed, *refused) if policy.allows(ip_address(address))] == list(allowed)


def test_a_name_that_leads_inside_is_refused_when_it_is_looked_up(receiver: Receiver) -> None:
    url = receiver.url.replace("127.0.0.1", "localhost")
    strict = sender(**SHORT)
    strict.policy = AddressPolicy(allow_http=True)
    assert strict.send(WebhookRequest(url, HEADERS, b"x")).error == "refused_address"
    assert strict.send(WebhookRequest("http://nobody.invalid/", HEADERS, b"x")).error == "refused_name"
    assert receiver.got == []


def test_settings_read_networks_and_refuse_what_is_none() -> None:
    read = load_settings({"WEBHOOK_ALLOW_PRIVATE": "10.20.0.0/16, fd00:12::/32"})
    assert read.webhook_allow_private == (ip_network("10.20.0.0/16"), ip_network("fd00:12::/32"))
    assert load_settings({}).webhook_allow_private == () and not load_settings({}).webhook_allow_http
    for wrong in ("10.20.0.1/16", "inside", "10.0.0.0/40"):
        with pytest.raises(SettingError, match="WEBHOOK_ALLOW_PRIVATE"):
            load_settings({"WEBHOOK_ALLOW_PRIVATE": wrong})


def test_the_null_twin_keeps_what_it_was_given_and_shows_none_of_it() -> None:
    twin, request = NullWebhookSender(), WebhookRequest("https://e.org/", {"webhook-signature": "v1,s"}, b"case")
    assert (twin.send(request).status, twin.sent) == (204, [request])
    assert "v1,s" not in repr(request) and "case" not in repr(request)


def test_a_sealed_secret_opens_only_for_its_own_row_with_its_own_keys() -> None:
    box = SecretBox(Keys.ephemeral())
    kept = box.seal(b"secret", "row 1")
    assert box.open(kept, "row 1") == b"secret" and b"secret" not in kept and box.seal(b"secret", "row 1") != kept
    changed = kept[:-1] + bytes([kept[-1] ^ 1])
    for other, content, row in (
        (box, kept, "row 2"), (SecretBox(Keys.ephemeral()), kept, "row 1"), (box, changed, "row 1"), (box, b"", "row 1"),
        (box, b"\x02" + kept[1:], "row 1"), (box, kept[:5], "row 1"),
    ):  # fmt: skip
        with pytest.raises(UnreadableSecretError):
            other.open(content, row)
