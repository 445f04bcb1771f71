"""Kinds by content, EXIF times and places, pictures alike: pure rules."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backend.domain.images import (
    PhotoKind,
    choose_reused,
    distance_m,
    exif_moment,
    exif_position,
    hash_bands,
    hash_distance,
    is_exif_far,
    photo_rules,
    sniff,
)
from tests import photos

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("pillow", "kind"),
    [("JPEG", PhotoKind.JPEG), ("PNG", PhotoKind.PNG), ("WEBP", PhotoKind.WEBP), ("HEIF", PhotoKind.HEIC)],
)
def test_real_pictures_are_known_by_their_first_bytes(pillow: str, kind: PhotoKind) -> None:
    assert sniff(photos.encode(photos.draw(1), pillow)[:64]) is kind


@pytest.mark.parametrize(
    "head",
    [
        b"",
        photos.SVG,
        photos.HTML,
        b"GIF89a",
        b"RIFF\x00\x00\x00\x00WAVE",
        b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom",
        b"\x00\x00\x00\x1cftypmif1\x00\x00\x00\x00mif1avif",  # AVIF in the same box
        b" " + photos.jpeg(1)[:63],
    ],
)
def test_everything_else_is_no_photo(head: bytes) -> None:
    assert sniff(head) is None


@pytest.mark.parametrize(
    ("text", "offset", "wanted"),
    [
        ("2026:11:20 10:00:00", None, AT),  # no zone: Chinese time
        ("2026:11:20 10:00:00", "+08:00", AT),
        ("2026:11:19 21:00:00", "-05:00", AT),
        ("2026:11:20 02:00:00", "+00:00", AT),
        ("0000:00:00 00:00:00", None, None),
        ("    :  :     :  :  ", None, None),
        ("2026:02:30 10:00:00", None, None),
        ("1970:01:01 00:00:00", None, None),
        ("2026:11:20 10:00:00", "+99:99", None),
        ("9999:12:31 23:59:59", "-23:59", None),
        (None, None, None),
        (7, None, None),
    ],
)
def test_exif_time(text: Any, offset: Any, wanted: datetime | None) -> None:
    assert exif_moment(text, offset) == wanted


@pytest.mark.parametrize(
    ("gps", "wanted"),
    [
        ({"lat": [31.0, 14.0, 42.0], "lat_ref": "N", "lon": [121.0, 24.0, 36.0], "lon_ref": "E"}, (121.41, 31.245)),
        ({"lat": [31.0, 30.0, 0.0], "lat_ref": "S", "lon": [0.0, 30.0, 0.0], "lon_ref": "W"}, (-0.5, -31.5)),
        ({"lat": [0.0, 0.0, 0.0], "lat_ref": "N", "lon": [0.0, 0.0, 0.0], "lon_ref": "E"}, None),
        ({"lat": [91.0, 0.0, 0.0], "lat_ref": "N", "lon": [0.0, 0.0, 0.0], "lon_ref": "E"}, None),
        ({"lat": [float("nan"), 0.0, 0.0], "lat_ref": "N", "lon": [1.0, 0.0, 0.0], "lon_ref": "E"}, None),
        ({"lat": [31.0, 0.0, 0.0], "lat_ref": "", "lon": [1.0, 0.0, 0.0], "lon_ref": "E"}, None),
        ({"lat": [31.0], "lat_ref": "N", "lon": "121", "lon_ref": "E"}, None),
        ({}, None),
    ],
)
def test_exif_place(gps: dict[str, Any], wanted: tuple[float, float] | None) -> None:
    found = exif_position(gps)
    assert (found is None) is (wanted is None)
    if found and wanted:
        assert found == pytest.approx(wanted)


def test_distance_of_known_places() -> None:
    # one minute of latitude is a nautical mile, 1852 m
    assert distance_m((121.4, 31.0), (121.4, 31.0 + 1 / 60)) == pytest.approx(1852, rel=0.003)
    assert distance_m((121.4, 31.2), (121.4, 31.2)) == 0


def test_far_in_time_or_place() -> None:
    rules, here = photo_rules(), (121.41, 31.245)

    def far(minutes: float = 0, metres: float = 0, accuracy_m: float | None = None) -> bool:
        return is_exif_far(
            exif_at=AT + timedelta(minutes=minutes),
            exif_place=(here[0], here[1] + metres / 111_195),
            captured_at=AT,
            place=here,
            accuracy_m=accuracy_m,
            rules=rules,
        )

    assert not far()
    assert not far(minutes=59) and not far(minutes=-59)
    assert far(minutes=61) and far(minutes=-61)
    assert not far(metres=700)  # GCJ-02 taken for WGS-84 is no doubt
    assert far(metres=1100)
    assert not far(metres=1100, accuracy_m=200)


def test_nothing_known_is_nothing_far() -> None:
    nothing: dict[str, Any] = {"exif_at": None, "exif_place": None, "place": (1.0, 1.0), "accuracy_m": None}
    assert not is_exif_far(captured_at=AT, rules=photo_rules(), **nothing)


def test_hashes_a_few_bits_apart_share_a_band() -> None:
    rng = random.Random(7)
    for _ in range(500):
        one = rng.getrandbits(64)
        other = one
        for bit in rng.sample(range(64), photo_rules().reuse_distance_bits):
            other ^= 1 << bit
        a, b = f"{one:016x}", f"{other:016x}"
        assert hash_distance(a, b) == photo_rules().reuse_distance_bits
        assert set(hash_bands(a)) & set(hash_bands(b))
    assert len(set(hash_bands("0" * 16))) == 5  # bands of different places never meet


@pytest.mark.parametrize(
    ("uses", "wanted"),
    [
        ([("r1", 1, "x")], set()),
        ([("r1", 1, "x"), ("r2", 2, "x")], {"r2"}),
        ([("r1", 1, "like"), ("r2", 2, "x")], {"r2"}),
        ([("r1", 1, "x"), ("r2", 2, "like")], {"r2"}),  # the older report's photo came last
        ([("r1", 1, "x"), ("r1", 1, "like")], set()),  # two shots of one visit
        ([("r1", 1, "like"), ("r2", 2, "alike"), ("r3", 3, "x")], {"r3"}),  # like and alike need not be alike
        ([("r1", 1, "x"), ("r2", 2, "x"), ("r3", 3, "x")], {"r2", "r3"}),
    ],
)
def test_the_later_of_two_reports_with_one_picture_is_in_doubt(uses: list[Any], wanted: set[str]) -> None:
    assert choose_reused(uses, "x") == wanted
