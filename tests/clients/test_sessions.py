"""Who is signed in, and what becomes of the outbox when nobody is: it stays, and it stays its owner's."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from backend.domain.vocabulary import Role
from backend.gateways.clock import FixedClock
from backend.persistence.models import Device, Report
from backend.services.accounts import restore_device, revoke_device
from gridpatrol_client import Phone
from gridpatrol_client.errors import (
    NobodySignedInError,
    OtherSyncError,
    ServerError,
    SessionEndedError,
    UnreachableError,
)
from tests import photos
from tests.clients.conftest import DEVICE, PASSWORD, MakePhone, a_report
from tests.clients.network import Network, nothing
from tests.conftest import NOW
from tests.factories import actor_of, make_user
from tests.scenarios.conftest import Field


def test_a_token_that_has_run_out_is_refreshed_by_itself(
    phone: Phone, live_clock: FixedClock, network: Network, field: Field
) -> None:
    first = phone.store.get("refresh_token")
    phone.record(a_report(phone), NOW)
    live_clock.at = NOW + timedelta(hours=1)
    assert phone.sync().everything_uploaded
    assert len(network.calls("/session/refresh")) == 1
    assert phone.store.get("refresh_token") != first
    live_clock.at = NOW + timedelta(hours=2)
    phone.sync()
    assert len(network.calls("/session/refresh")) == 2 and field.count(Report) == 1


def test_a_token_that_runs_out_during_an_upload_is_refreshed_too(
    phone: Phone, live_clock: FixedClock, network: Network
) -> None:
    """The answer to a HEAD has no body, and so no code that says what is wrong."""
    phone.record(a_report(phone, photos.jpeg(301, quality=95)), NOW)
    phone.syncer.sender._piece_bytes = 2000
    network.loses = lambda method, _path: method == "PATCH"
    with pytest.raises(UnreachableError):
        phone.sync()

    def an_hour_passes_after_asking(_method: str, path: str) -> bool:
        if path.endswith("/missing"):
            live_clock.at = NOW + timedelta(hours=1)
        return False

    network.loses = an_hour_passes_after_asking
    assert phone.sync().everything_uploaded
    heads = [index for index, call in enumerate(network.seen) if call.method == "HEAD"]
    [refresh] = [index for index, call in enumerate(network.seen) if call.path.endswith("/refresh")]
    assert heads == [refresh - 1, refresh + 1]


def test_a_lost_answer_to_a_refresh_asks_for_the_password_and_keeps_the_outbox(
    phone: Phone, live_clock: FixedClock, network: Network, field: Field
) -> None:
    phone.sync()
    phone.record(a_report(phone), NOW)
    live_clock.at = NOW + timedelta(hours=1)
    network.loses = lambda _method, path: path.endswith("/refresh")
    with pytest.raises(UnreachableError):
        phone.sync()
    network.loses = nothing
    with pytest.raises(SessionEndedError) as ended:
        phone.sync()
    assert ended.value.code == "refresh_reused" and ended.value.detail
    phone.record(a_report(phone), NOW)  # collecting goes on
    assert phone.waiting().items == 2 and phone.account.ended is not None
    phone.sign_in(field.worker.username, PASSWORD, DEVICE)
    outcome = phone.sync()
    assert outcome.everything_uploaded and field.count(Report) == 2 and phone.account.ended is None
    assert outcome.changes < 10, "objects and cursor were kept: no snapshot"


def test_a_revoked_phone_keeps_what_it_has_until_it_is_allowed_again(phone: Phone, field: Field) -> None:
    phone.sync()
    administrator = make_user(field.session, Role.ADMINISTRATOR)
    actor = actor_of(administrator, Role.ADMINISTRATOR)
    device = field.session.scalars(select(Device).where(Device.name == DEVICE.name)).one()
    revoke_device(field.session, actor, device.id, now=NOW)
    field.session.commit()
    phone.record(a_report(phone), NOW)
    with pytest.raises(SessionEndedError):
        phone.sync()
    with pytest.raises(ServerError) as refused:
        phone.sign_in(field.worker.username, PASSWORD, DEVICE)
    assert refused.value.code == "device_revoked" and refused.value.detail
    phone.record(a_report(phone), NOW)
    assert phone.waiting().items == 2
    restore_device(field.session, actor, device.id, now=NOW)
    field.session.commit()
    phone.sign_in(field.worker.username, PASSWORD, DEVICE)
    assert phone.sync().everything_uploaded and field.count(Report) == 2


def test_a_wrong_password_changes_nothing(phone: Phone, field: Field) -> None:
    token = phone.store.get("access_token")
    with pytest.raises(ServerError) as refused:
        phone.sign_in(field.worker.username, "Wrong-password-1", DEVICE)
    assert refused.value.code == "bad_credentials"
    assert phone.store.get("access_token") == token and phone.sync().agreed


def test_two_people_share_a_phone_and_nothing_else(phone: Phone, field: Field) -> None:
    phone.sync()
    mine = phone.record(a_report(phone), NOW)
    assert phone.account.sign_out()
    assert phone.objects.state()[0] == 0, "nothing is left behind for the next one to see"
    with pytest.raises(NobodySignedInError):
        phone.record(a_report(phone), NOW)
    device_id = phone.account.device_id
    phone.sign_in(field.other.username, PASSWORD, DEVICE)
    outcome = phone.sync()
    assert outcome.agreed and set(phone.objects.of("grid")) == {grid.code for grid in field.grids[2:]}
    assert field.count(Report) == 0 and phone.outbox.get(mine.id).state == "unsent"
    phone.sign_in(field.worker.username, PASSWORD, DEVICE)
    assert phone.sync().everything_uploaded
    [report] = field.session.scalars(select(Report))
    assert report.author_id == field.worker.id and phone.account.device_id == device_id


def test_signing_out_without_a_network_forgets_the_tokens_here(phone: Phone, network: Network) -> None:
    network.loses = lambda _method, _path: True
    assert phone.account.sign_out() is False
    with pytest.raises(NobodySignedInError):
        phone.sync()


def test_one_sync_of_a_folder_at_a_time(phone: Phone, make_phone: MakePhone) -> None:
    with make_phone(user=None).store.alone(), pytest.raises(OtherSyncError):
        phone.sync()
    assert phone.sync().agreed, "the lock goes with its holder"
