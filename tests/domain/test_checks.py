"""Each doubt about a report, alone, and a report beyond doubt."""

from dataclasses import replace
from datetime import timedelta

import pytest

from backend.domain.forms import find_form
from backend.domain.payloads import parse_payload
from backend.domain.reports import FormRef, check_draft
from backend.domain.thresholds import load_thresholds, thresholds_at
from backend.domain.vocabulary import Category, Flag, Outcome, PhotoRole, PhotoSource
from tests.domain.test_payloads import REPORT

DRAFT = parse_payload("report.submit", REPORT)
PHOTO = DRAFT.photos[0]
GOOD = replace(
    DRAFT,
    photos=tuple(
        replace(PHOTO, sha256=f"{n:064x}", role=role)
        for n, role in enumerate((PhotoRole.PANORAMA, PhotoRole.SIGNBOARD, PhotoRole.DETAIL))
    ),
)
RECEIVED = GOOD.captured_at + timedelta(hours=5)
THRESHOLDS = thresholds_at(GOOD.captured_at.date())


def flags_of(draft, **changes):
    settings = {"form": find_form("A", 1), "received_at": RECEIVED, "thresholds": THRESHOLDS, **changes}
    return check_draft(draft, **settings)


def test_a_good_report_has_no_flags():
    assert flags_of(GOOD, clock_offset_seconds=1.5) == []


def test_every_threshold_day_has_a_row():
    assert thresholds_at(GOOD.captured_at.date().replace(year=1970)) is load_thresholds()[0]


def moved(**changes):
    return replace(GOOD, position=replace(GOOD.position, **changes))


def photos(**changes):
    return replace(GOOD, photos=tuple(replace(photo, **changes) for photo in GOOD.photos))


FIX = GOOD.captured_at
STALE = timedelta(seconds=THRESHOLDS.stale_fix_seconds + 1)


@pytest.mark.parametrize(
    ("draft", "settings", "flag"),
    [
        (replace(GOOD, position=None), {}, Flag.NO_POSITION),
        (moved(fixed_at=FIX - STALE), {}, Flag.STALE_FIX),
        (moved(fixed_at=FIX + STALE), {}, Flag.STALE_FIX),
        (moved(mocked=True), {}, Flag.MOCK_LOCATION),
        (GOOD, {"clock_offset_seconds": 121.0}, Flag.CLOCK_SUSPECT),
        (GOOD, {"clock_offset_seconds": -121.0}, Flag.CLOCK_SUSPECT),
        (GOOD, {"received_at": GOOD.captured_at - timedelta(seconds=301)}, Flag.CLOCK_SUSPECT),
        (GOOD, {"received_at": GOOD.captured_at + timedelta(days=31)}, Flag.CLOCK_SUSPECT),
        (GOOD, {"form": None}, Flag.UNKNOWN_FORM),
        (replace(GOOD, category=Category.WATER_VENDING), {}, Flag.UNKNOWN_FORM),
        (replace(GOOD, findings=(replace(GOOD.findings[0], code="A-99"),)), {}, Flag.UNKNOWN_FINDING),
        (photos(source=PhotoSource.IMPORT), {}, Flag.IMPORTED_PHOTO),
        (replace(GOOD, photos=GOOD.photos[:2]), {}, Flag.MISSING_PHOTO_DEMAND),
        (replace(GOOD, photos=()), {}, Flag.MISSING_PHOTO_DEMAND),
        (replace(GOOD, outcome=Outcome.NO_PROBLEM), {}, Flag.OUTCOME_CONTRADICTS),
        (replace(GOOD, site=replace(GOOD.site, uscc="913100007109328221")), {}, Flag.BAD_USCC),
        (replace(GOOD, task_id=GOOD.report_id), {"task_known": False}, Flag.UNKNOWN_TASK),
    ],
)
def test_one_doubt_one_flag(draft, settings, flag):
    assert flags_of(draft, **settings) == [flag]


def test_borders_are_not_doubts():
    assert flags_of(moved(fixed_at=FIX - timedelta(seconds=THRESHOLDS.stale_fix_seconds))) == []
    assert flags_of(GOOD, clock_offset_seconds=120.0) == []
    assert flags_of(moved(fixed_at=None)) == []
    for uscc in ("913100007109328220", "310107000123456"):
        assert flags_of(replace(GOOD, site=replace(GOOD.site, uscc=uscc))) == []
    assert flags_of(replace(GOOD, site=None)) == []


def test_a_replaced_form_is_old_by_the_local_day():
    form = find_form("A", 1)
    assert GOOD.form == FormRef("A", 1)
    last_day = replace(form, valid_to=GOOD.captured_at.date())
    assert flags_of(GOOD, form=last_day) == [Flag.OLD_FORM]
    evening = replace(GOOD, position=None, captured_at=GOOD.captured_at.replace(hour=17))  # 01:00 of the next local day
    tomorrow, late = GOOD.captured_at.date() + timedelta(days=1), {"received_at": evening.captured_at}
    assert flags_of(evening, form=replace(form, valid_to=tomorrow), **late) == [Flag.NO_POSITION, Flag.OLD_FORM]
    assert flags_of(evening, form=replace(form, valid_from=tomorrow), **late) == [Flag.NO_POSITION]


def test_no_problem_takes_one_photo_and_nothing_else():
    quick = replace(GOOD, outcome=Outcome.NO_PROBLEM, findings=(), photos=GOOD.photos[2:])
    assert flags_of(quick) == []
    assert flags_of(replace(quick, photos=())) == [Flag.MISSING_PHOTO_DEMAND]


def test_many_doubts_keep_one_order():
    bad = replace(GOOD, position=None, photos=(), task_id=GOOD.report_id)
    found = flags_of(bad, task_known=False, clock_offset_seconds=999)
    assert found == [Flag.NO_POSITION, Flag.CLOCK_SUSPECT, Flag.MISSING_PHOTO_DEMAND, Flag.UNKNOWN_TASK]
