"""Photos: resumed at the byte, small ones first, started over when broken, and never in the way of the data."""

from contextlib import suppress
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import update

from backend.domain.vocabulary import Role
from backend.gateways.photo_store import LocalPhotoStore
from backend.persistence.models import Report, Upload
from backend.services.reports import request_photos
from gridpatrol_client import Phone
from gridpatrol_client.errors import PhotoError, UnreachableError
from tests import photos
from tests.clients.conftest import MakePhone, a_report
from tests.clients.network import Network, nothing
from tests.conftest import NOW
from tests.factories import STREET, actor_of, make_user
from tests.scenarios.conftest import Field

PIECE = 2000


class BatteryDeadError(BaseException):
    """The phone stops here; nothing below may catch it."""


def store_of(app: Flask) -> LocalPhotoStore:
    store: LocalPhotoStore = app.extensions["gridpatrol"].gateways.photos
    return store


def offsets(network: Network) -> list[int]:
    return [int(call.headers["Upload-Offset"]) for call in network.seen if call.method == "PATCH"]


def stop_at(limit: int) -> object:
    def progress(_sha256: str, there: int, _all: int) -> None:
        if there >= limit:
            raise BatteryDeadError

    return progress


def test_a_restart_in_the_middle_goes_on_at_the_byte(
    field: Field, phone: Phone, make_phone: MakePhone, network: Network
) -> None:
    content = photos.jpeg(201, quality=95)
    assert len(content) > 4 * PIECE
    phone.record(a_report(phone, content), NOW)
    phone.syncer.sender._piece_bytes = PIECE
    with pytest.raises(BatteryDeadError):
        phone.sync(progress=stop_at(2 * PIECE))  # type: ignore[arg-type]  # a function made above
    assert field.count(Report) == 1, "the data went first"
    phone.close()
    again = make_phone(user=None)
    assert not again.everything_uploaded()
    sent = len(offsets(network))
    outcome = again.sync()
    assert offsets(network)[sent:] == [2 * PIECE], "no byte twice, the rest in one piece"
    assert outcome.photos.sent == [photos.sha256(content)] and again.everything_uploaded()
    creations = [call for call in network.calls("/uploads") if call.method == "POST"]
    assert len(creations) == 1
    assert store_of(field.app).size(photos.sha256(content)) == len(content)
    assert len(network.calls("/media/missing")) == 2, "once per pass"


def test_small_photos_go_first_and_known_ones_not_at_all(
    phone: Phone, make_phone: MakePhone, field: Field, network: Network
) -> None:
    small, large, known = photos.jpeg(202, quality=40), photos.jpeg(203, quality=95), photos.jpeg(204)
    other = make_phone(field.other, "other")
    other.record(a_report(other, known), NOW)
    other.sync()
    before = len(network.seen)
    phone.record(a_report(phone, large, known, small), NOW)
    outcome = phone.sync()
    assert outcome.photos.sent == [photos.sha256(small), photos.sha256(large)]
    assert outcome.photos.known == [photos.sha256(known)]
    patches = [call for call in network.seen[before:] if call.method == "PATCH"]
    assert [len(call.sent) for call in patches] == [len(small), len(large)]
    [report] = phone.objects.of("report").values()
    assert report["photos_here"] == report["photos_expected"] == 3


def test_photos_a_coordinator_waits_for_go_before_smaller_ones(
    field: Field, phone: Phone, make_phone: MakePhone, network: Network
) -> None:
    small, wanted = photos.jpeg(214, quality=40), photos.jpeg(215, quality=95)
    assert len(small) < len(wanted)
    phone.record(a_report(phone, wanted), NOW)
    phone.sync(photos=False)
    [report_id] = phone.objects.of("report")
    coordinator = make_user(field.session, Role.STREET_COORDINATOR)
    actor = actor_of(coordinator, Role.STREET_COORDINATOR, street_codes=[STREET])
    request_photos(field.session, actor, UUID(report_id), now=NOW)
    field.session.commit()
    phone.record(a_report(phone, small), NOW)
    assert phone.sync().photos.sent == [photos.sha256(wanted), photos.sha256(small)]
    phone.sync()
    assert phone.objects.get("report", report_id)["photos_wanted_at"] is None, "the mark goes with the last photo"


def test_photos_that_cannot_go_hold_up_no_data(field: Field, phone: Phone, network: Network) -> None:
    phone.sync()
    phone.record(a_report(phone, photos.jpeg(205)), NOW)
    network.loses = lambda _method, path: "/uploads" in path
    with pytest.raises(UnreachableError):
        phone.sync()
    assert field.count(Report) == 1
    assert (phone.waiting().items, phone.waiting().photos) == (0, 1) and not phone.everything_uploaded()
    network.loses = nothing
    assert phone.sync().everything_uploaded


def test_a_piece_that_broke_under_way_is_sent_again(phone: Phone, network: Network) -> None:
    content = photos.jpeg(206)
    phone.record(a_report(phone, content), NOW)
    network.breaks = lambda method, _path: method == "PATCH" and len(offsets(network)) == 1
    outcome = phone.sync()
    assert outcome.photos.sent == [photos.sha256(content)]
    assert offsets(network) == [0, 0]
    assert len([call for call in network.calls("/uploads") if call.method == "POST"]) == 1


def spoil_staged_bytes(app: Flask) -> None:
    """A disk that lies: what was received is not what is stored."""
    [part] = (store_of(app).root / "staging").glob("*.part")
    part.write_bytes(b"\xff\xd8\xff" + bytes(part.stat().st_size - 3))


def test_a_whole_that_does_not_match_starts_over_once_and_then_is_told(
    field: Field, phone: Phone, network: Network
) -> None:
    content = photos.jpeg(207, quality=95)
    phone.syncer.sender._piece_bytes = PIECE
    phone.record(a_report(phone, content), NOW)

    def spoil_first(_sha256: str, there: int, _all: int) -> None:
        if there == PIECE and len(offsets(network)) == 1:
            spoil_staged_bytes(field.app)

    assert phone.sync(progress=spoil_first).photos.sent == [photos.sha256(content)]
    assert len([call for call in network.calls("/uploads") if call.method == "POST"]) == 2
    second = photos.jpeg(208, quality=95)
    phone.record(a_report(phone, second), NOW)

    def spoil_always(_sha256: str, there: int, _all: int) -> None:
        if there == PIECE:
            spoil_staged_bytes(field.app)

    outcome = phone.sync(progress=spoil_always)
    assert outcome.photos.refused == [photos.sha256(second)] and not outcome.everything_uploaded
    [refused] = phone.album.having("refused")
    assert refused.code == "checksum_mismatch"
    assert phone.sync().photos.refused == [], "it is not sent a third time"


def test_an_upload_the_server_has_forgotten_is_created_anew(field: Field, phone: Phone, network: Network) -> None:
    content = photos.jpeg(209, quality=95)
    phone.syncer.sender._piece_bytes = PIECE
    phone.record(a_report(phone, content), NOW)
    with pytest.raises(BatteryDeadError):
        phone.sync(progress=stop_at(PIECE))  # type: ignore[arg-type]  # a function made above
    field.session.execute(update(Upload).values(expires_at=NOW))
    field.session.commit()
    assert phone.sync().photos.sent == [photos.sha256(content)]
    assert len([call for call in network.calls("/uploads") if call.method == "POST"]) == 2


@pytest.mark.parametrize("post_only", [False, True])
@pytest.mark.parametrize("length", [3, 8, 15, 16, 17, 30])
def test_an_address_cut_short_on_its_way_holds_up_no_photo(make_phone: MakePhone, post_only: bool, length: int) -> None:
    """An answer that breaks off within its headers looks whole to HTTP libraries; its Location may be half an address."""
    phone = make_phone(post_only=post_only)
    phone.record(a_report(phone, photos.jpeg(241), photos.jpeg(242)), NOW)
    first = phone.album.having("waiting")[0]
    phone.album.remember_upload(first, "/api/v1/uploads/0199f1c2-5a00-7000-8000-000000000011"[:length])
    for _ in range(2):
        with suppress(UnreachableError):
            phone.sync()
    assert phone.everything_uploaded()


def test_behind_a_firewall_everything_goes_by_post(make_phone: MakePhone, network: Network) -> None:
    phone = make_phone(post_only=True)
    content = photos.jpeg(210, quality=95)
    phone.syncer.sender._piece_bytes = PIECE
    phone.record(a_report(phone, content), NOW)
    with pytest.raises(BatteryDeadError):
        phone.sync(progress=stop_at(PIECE))  # type: ignore[arg-type]  # a function made above
    assert phone.sync().everything_uploaded
    assert phone.account.sign_out()
    assert {call.method for call in network.seen} == {"GET", "POST"}
    overrides = [call.headers.get("X-Http-Method-Override") for call in network.seen]
    assert {"HEAD", "PATCH"} <= set(overrides)


def test_a_damaged_or_lost_file_is_told_and_holds_up_no_other(phone: Phone) -> None:
    damaged, lost, good = (photos.jpeg(seed) for seed in (211, 212, 213))
    phone.record(a_report(phone, damaged, lost, good), NOW)
    phone.album.path(photos.sha256(damaged)).write_bytes(damaged[:-1])
    phone.album.path(photos.sha256(lost)).unlink()
    outcome = phone.sync()
    assert outcome.photos.sent == [photos.sha256(good)]
    assert {photo.code for photo in phone.album.having("refused")} == {"photo_damaged", "photo_lost"}
    assert outcome.waiting.items == 0 and outcome.waiting.photos == 2


def test_what_is_no_photo_is_told_before_it_is_recorded(phone: Phone) -> None:
    with pytest.raises(PhotoError, match="not_a_photo"):
        phone.album.take_in(photos.HTML)
    with pytest.raises(PhotoError) as refused:
        phone.album.take_in(photos.jpeg(1) + bytes(25 * 2**20))
    assert refused.value.code == "payload_too_large"
    for kind in ("PNG", "WEBP", "HEIF"):
        phone.album.take_in(photos.encode(photos.draw(1), kind))
