"""When a message is tried again, what it says about itself, and how it is signed."""

import base64
import hashlib
import hmac
from datetime import UTC, date, datetime

import pytest

from backend.domain.errors import DomainError
from backend.domain.ids import new_id
from backend.domain.vocabulary import ReferralStatus, WebhookAlgorithm
from backend.domain.webhooks import (
    PING,
    Arrival,
    check_event_types,
    cloud_event,
    delivery_rules,
    event_types,
    judge_status,
    secret_text,
    signed_headers,
    wants,
)

RULES = delivery_rules(date(2026, 11, 20))
AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def test_the_schedule_ends_in_a_dead_letter() -> None:
    delays = [RULES.delay_seconds(attempt) for attempt in range(1, 9)]
    assert delays == [60, 300, 1800, 7200, 21600, 86400, None, None]


def test_a_receiver_may_ask_for_more_time_but_not_for_less_nor_for_ever() -> None:
    assert RULES.delay_seconds(1, 5) == 60
    assert RULES.delay_seconds(1, 600) == 600
    assert RULES.delay_seconds(1, 10**8) == RULES.retry_after_cap_seconds
    assert RULES.delay_seconds(7, 600) is None


def test_a_receiver_that_keeps_failing_is_left_alone_longer() -> None:
    assert [RULES.pause_after(failures) for failures in (1, 2, 3, 4, 5, 500)] == [10, 60, 300, 900, 900, 900]


def test_a_day_before_the_first_row_takes_it() -> None:
    assert delivery_rules(date(1970, 1, 1)) == RULES


@pytest.mark.parametrize(
    ("status", "arrival"),
    [(200, "delivered"), (204, "delivered"), (299, "delivered"), (410, "gone"), (301, "failed"), (307, "failed"),
     (400, "failed"), (404, "failed"), (429, "failed"), (500, "failed"), (100, "failed"), (None, "failed")],
)  # fmt: skip
def test_what_a_status_means(status: int | None, arrival: str) -> None:
    assert judge_status(status) == Arrival(arrival)


def test_a_message_is_a_cloud_event() -> None:
    event_id = new_id()
    event = cloud_event(event_id, event_types()[0], district="310107", subject="referral/1", at=AT, data={"a": 1})
    assert event == {
        "specversion": "1.0",
        "id": str(event_id),
        "source": "urn:gridpatrol:310107",
        "type": "cn.gridpatrol.referral.pending_triage",
        "subject": "referral/1",
        "time": "2026-11-20T02:00:00+00:00",
        "datacontenttype": "application/json",
        "data": {"a": 1},
    }


def test_types_are_those_of_the_life_cycle() -> None:
    assert len(event_types()) == len(ReferralStatus) + 1  # and that a department lost a case
    check_event_types(event_types())
    for wrong in ("", PING, "cn.gridpatrol.referral.lost"):
        with pytest.raises(DomainError, match="unknown_event_type"):
            check_event_types([wrong])
    one, other = event_types()[:2]
    assert (wants([], one), wants([one], one), wants([one], other), wants([one], PING)) == (True, True, False, True)


def test_two_secrets_make_two_signatures_of_id_time_and_body() -> None:
    event_id, body = new_id(), "正文".encode()
    headers = signed_headers(WebhookAlgorithm.HMAC_SHA256, [b"new" * 10, b"old" * 10], event_id, AT, body)
    signed = f"{event_id}.{headers['webhook-timestamp']}.".encode() + body
    made = [hmac.new(secret, signed, hashlib.sha256).digest() for secret in (b"new" * 10, b"old" * 10)]
    assert headers["webhook-signature"] == " ".join(f"v1,{base64.b64encode(one).decode()}" for one in made)
    assert headers["webhook-id"] == str(event_id) and int(headers["webhook-timestamp"]) == int(AT.timestamp())


def test_a_secret_is_written_as_the_standard_says() -> None:
    assert secret_text(b"\x00" * 24) == "whsec_" + "A" * 32
