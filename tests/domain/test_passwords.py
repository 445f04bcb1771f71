"""Password rules and lock-out."""

from datetime import UTC, date, datetime, timedelta

import pytest

from backend.domain.errors import DomainError
from backend.domain.passwords import (
    MESSAGES,
    Failures,
    after_failure,
    check_password,
    common_passwords,
    lockout_left_seconds,
    normalised,
    password_due_at,
    password_faults,
    policy_at,
)

POLICY = policy_at(date(2026, 11, 21))
NOW = datetime(2026, 11, 21, tzinfo=UTC)


def test_before_the_first_policy_the_first_one_holds():
    assert policy_at(date(2020, 1, 1)) == policy_at(date(2026, 1, 1))


@pytest.mark.parametrize("password", ["Patrol-2026", "网格巡查Abc123", "correct Horse 7"])
def test_good_passwords(password):
    check_password(password, "worker01", POLICY)


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("Short-1a", "too_short"),
        ("alllowercase", "too_simple"),
        ("lowercase1234", "too_simple"),
        ("Worker01-2026", "like_username"),
        ("10rekroW-2026", "like_username"),
        ("A" * 200 + "a1-", "too_long"),
        ("admin@123456", "too_common"),
        ("", "too_short"),
    ],
)
def test_weak_passwords(password, fault):
    assert fault in password_faults(password, "worker01", POLICY)
    with pytest.raises(DomainError) as refusal:
        check_password(password, "worker01", POLICY)
    assert refusal.value.code == "weak_password"
    assert "10" in refusal.value.sentence("zh")
    assert fault in {entry["code"] for entry in refusal.value.errors}


def test_a_very_short_user_name_is_no_reason():
    assert password_faults("Patrol-2026-ab", "ab", POLICY) == []


def test_every_common_password_would_pass_without_the_list():
    others = {fault for word in common_passwords() for fault in password_faults(word, "x", POLICY)}
    assert "too_common" in others
    assert set(MESSAGES) >= others
    assert "too_short" not in others


def test_composed_and_decomposed_are_one_password():
    assert normalised("Zu\u0308rich-2026") == normalised("Z\u00fcrich-2026")


def test_lockout_ends_by_itself():
    assert lockout_left_seconds(4, 0, POLICY) == 0
    assert lockout_left_seconds(5, 0, POLICY) == POLICY.lockout_seconds
    assert lockout_left_seconds(5, 0.5, POLICY) == POLICY.lockout_seconds
    assert lockout_left_seconds(9, POLICY.lockout_seconds, POLICY) == 0


def test_five_failures_within_the_window_lock():
    failures = Failures(0, None, None)
    for n in range(4):
        failures = after_failure(failures, NOW + timedelta(minutes=n), POLICY)
        assert failures == Failures(n + 1, NOW, None)
    at = NOW + timedelta(minutes=5)
    assert after_failure(failures, at, POLICY) == Failures(0, None, at + timedelta(seconds=POLICY.lockout_seconds))


def test_failures_long_ago_are_forgotten():
    late = NOW + timedelta(seconds=POLICY.lockout_window_seconds)
    assert after_failure(Failures(4, NOW, None), late, POLICY) == Failures(1, late, None)


def test_due_date():
    assert password_due_at(NOW, POLICY) - NOW == timedelta(days=POLICY.max_age_days)
