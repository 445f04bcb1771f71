"""Reading payloads: a whole one comes out whole, each kind of nonsense is refused at its path, nothing else escapes."""

import copy
import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.payloads import PARSERS, EmergencyCall, ReportAmendment, SiteProposal, TaskStep, parse_payload
from backend.domain.reports import PayloadError, ReportDraft
from backend.domain.shapes import MESSAGES
from backend.domain.vocabulary import Category, Datum, ItemKind, Outcome, PhotoRole, Severity

REPORT_ID = "01938b1e-0000-7000-8000-000000000001"
REPORT = {
    "report_id": REPORT_ID,
    "task_id": None,
    "category": "illegal_practice",
    "outcome": "problem",
    "captured_at": "2026-11-21T10:00:00.123+08:00",
    "position": {
        "lon": 121.4, "lat": 31.24, "accuracy_m": 8, "datum": "gcj02",
        "fixed_at": "2026-11-21T01:59:58Z", "source": "gps", "mocked": False,
    },
    "site": {"id": None, "name": "某诊所", "address": "曹杨路1号", "uscc": None,
             "uscc_missing_reason": "not_displayed"},
    "form": {"code": "A", "version": 1},
    "answers": {"A-01": True, "A-04": 2, "A-10": ["no_sign", "hidden"], "A-11": None},
    "findings": [{"code": "A-03", "note": "牙椅", "severity": "high"}],
    "attributes": {"has_licence": False, "harm": None},
    "description": "",
    "photos": [{
        "sha256": "ab" * 32, "bytes": 1234, "mime": "image/jpeg", "role": "panorama",
        "taken_at": "2026-11-21T10:00:00+08:00", "source": "camera",
    }],
    "monotonic": {"boot_id": "b", "elapsed_ms": 5},
}  # fmt: skip


def changed(path, value):
    """A copy of REPORT with the value at the dotted path replaced; DELETE removes it."""
    payload = copy.deepcopy(REPORT)
    place = payload
    *parents, last = path.split(".")
    for parent in parents:
        place = place[int(parent)] if isinstance(place, list) else place[parent]
    if value is DELETE:
        del place[last]
    elif isinstance(place, list):
        place[int(last)] = value
    else:
        place[last] = value
    return payload


DELETE = object()


def test_a_whole_report():
    draft = parse_payload("report.submit", REPORT)
    assert isinstance(draft, ReportDraft)
    assert draft.report_id == UUID(REPORT_ID)
    assert (draft.category, draft.outcome) == (Category.ILLEGAL_PRACTICE, Outcome.PROBLEM)
    assert draft.captured_at == datetime(2026, 11, 21, 2, 0, 0, 123000, tzinfo=UTC)
    assert draft.captured_at.utcoffset().total_seconds() == 0
    assert (draft.position.lon, draft.position.accuracy_m, draft.position.datum) == (121.4, 8.0, Datum.GCJ02)
    assert draft.position.fixed_at == datetime(2026, 11, 21, 1, 59, 58, tzinfo=UTC)
    assert draft.site.name == "某诊所"
    assert draft.site.uscc is None
    assert draft.answers == {"A-01": True, "A-04": 2, "A-10": ("no_sign", "hidden"), "A-11": None}
    assert draft.answers["A-01"] is True
    assert draft.findings[0].severity is Severity.HIGH
    assert draft.attributes == {"has_licence": False}, "null means unknown, as absence does"
    assert draft.photos[0].role is PhotoRole.PANORAMA
    assert draft.monotonic.elapsed_ms == 5


def test_the_least_report():
    least = {k: REPORT[k] for k in ("report_id", "category", "outcome", "captured_at", "form")}
    draft = parse_payload("report.submit", least)
    assert (draft.position, draft.site, draft.monotonic, draft.task_id) == (None, None, None, None)
    assert (draft.answers, draft.findings, draft.photos, draft.description) == ({}, (), (), "")
    parse_payload("report.submit", {**least, "from_a_newer_app": 1})


@pytest.mark.parametrize(
    ("text", "microsecond"),
    [
        ("2026-11-21T02:00:00Z", 0),
        ("2026-11-21T10:00:00.1+08:00", 100_000),
        ("2026-11-20t21:00:00.123456789-05:00", 123_456),
    ],
)
def test_times_in_all_their_spellings(text, microsecond):
    moment = parse_payload("report.submit", changed("captured_at", text)).captured_at
    assert moment == datetime(2026, 11, 21, 2, 0, 0, microsecond, tzinfo=UTC)


def test_one_photo_named_twice_is_one_photo():
    payload = changed("photos", REPORT["photos"] * 3)
    assert len(parse_payload("report.submit", payload).photos) == 1


WRONG = [
    ("report_id", DELETE, "missing"),
    ("report_id", REPORT_ID.replace("b", "B"), "bad_uuid"),
    ("report_id", "../../etc/passwd", "bad_uuid"),
    ("report_id", 7, "wrong_type"),
    ("task_id", "", "bad_uuid"),
    ("category", "gambling", "unknown_value"),
    ("category", None, "missing"),
    ("outcome", ["problem"], "wrong_type"),
    ("captured_at", "2026-02-30T10:00:00Z", "bad_time"),
    ("captured_at", "2026-11-21T10:00:00", "bad_time"),
    ("captured_at", "2026-11-21T25:00:00Z", "bad_time"),
    ("captured_at", "2026-11-21T10:00:00+99:00", "bad_time"),
    ("captured_at", "0001-01-01T00:00:00+08:00", "bad_time"),
    ("captured_at", "9999-12-31T23:59:59-08:00", "bad_time"),
    ("captured_at", "20261121T100000Z", "bad_time"),
    ("captured_at", "2026-11-21T10:00:00Z\n", "bad_time"),
    ("captured_at", "２026-11-21T10:00:00Z", "bad_time"),
    ("captured_at", 1763690400, "wrong_type"),
    ("form", None, "missing"),
    ("form.version", 0, "out_of_range"),
    ("form.version", 1.0, "wrong_type"),
    ("form.version", True, "wrong_type"),
    ("position.lon", float("nan"), "not_finite"),
    ("position.lon", float("inf"), "not_finite"),
    ("position.lon", 180.5, "out_of_range"),
    ("position.lon", 10**400, "out_of_range"),
    ("position.lat", -90.01, "out_of_range"),
    ("position.lat", "31.2", "wrong_type"),
    ("position.lat", True, "wrong_type"),
    ("position.lat", DELETE, "missing"),
    ("position.accuracy_m", -1, "out_of_range"),
    ("position.datum", "wgs-84", "unknown_value"),
    ("position.source", DELETE, "missing"),
    ("position.mocked", "no", "wrong_type"),
    ("position", [121, 31], "wrong_type"),
    ("site", "某诊所", "wrong_type"),
    ("site.name", "a\x00b", "bad_text"),
    ("site.address", "\ud800", "bad_text"),
    ("site.name", "x" * 301, "too_long"),
    ("description", "x" * 10_001, "too_long"),
    ("description", {"a": 1}, "wrong_type"),
    ("findings", {}, "wrong_type"),
    ("findings", [None], "wrong_type"),
    ("findings", [REPORT["findings"][0]] * 51, "too_many"),
    ("findings.0.severity", "catastrophic", "unknown_value"),
    ("findings.0.code", DELETE, "missing"),
    ("photos", [REPORT["photos"][0]] * 51, "too_many"),
    ("photos.0.sha256", "AB" * 32, "bad_sha256"),
    ("photos.0.sha256", "ab" * 31, "bad_sha256"),
    ("photos.0.bytes", 0, "out_of_range"),
    ("photos.0.bytes", "12", "wrong_type"),
    ("photos.0.mime", "jpeg", "bad_mime"),
    ("photos.0.role", "selfie", "unknown_value"),
    ("answers", [], "wrong_type"),
    ("answers", {str(n): 1 for n in range(201)}, "too_many"),
    ("answers", {"A-01": {"deep": 1}}, "wrong_type"),
    ("answers", {"A-01": float("nan")}, "not_finite"),
    ("answers", {"A-01": 2**60}, "out_of_range"),
    ("answers", {"A\x00": 1}, "bad_text"),
    ("attributes", {"harm": "yes"}, "wrong_type"),
    ("attributes", {"\udfff": True}, "bad_text"),
    ("monotonic.elapsed_ms", -1, "out_of_range"),
]


@pytest.mark.parametrize(("path", "value", "code"), WRONG)
def test_nonsense_is_refused_where_it_stands(path, value, code):
    with pytest.raises(PayloadError) as refusal:
        parse_payload("report.submit", changed(path, value))
    assert refusal.value.code == code
    assert refusal.value.path.startswith(path.split(".")[0])
    assert refusal.value.sentence("zh") != refusal.value.sentence("en")


@pytest.mark.parametrize("payload", [None, [], "x", 1])
@pytest.mark.parametrize("kind", ItemKind)
def test_a_payload_is_an_object(kind, payload):
    with pytest.raises(PayloadError):
        parse_payload(kind, payload)


@pytest.mark.parametrize("kind", ["report.delete", "", None, 3, ["report.submit"]])
def test_unknown_kinds(kind):
    with pytest.raises(PayloadError, match="kind") as refusal:
        parse_payload(kind, {})
    assert refusal.value.code == "unknown_kind"


def test_the_other_kinds():
    assert set(PARSERS) == set(ItemKind)
    task = {"task_id": REPORT_ID}
    for kind in ("task.accept", "task.start", "task.submit"):
        assert parse_payload(kind, task) == TaskStep(UUID(REPORT_ID), None)
    assert parse_payload("task.decline", {**task, "reason": "请假"}).reason == "请假"
    amendment = parse_payload("report.amend", {"report_id": REPORT_ID, "note": "补", "photos": REPORT["photos"]})
    assert isinstance(amendment, ReportAmendment)
    assert len(amendment.photos) == 1
    site = parse_payload(
        "site.propose",
        {"site_id": REPORT_ID, "name": "水机", "category": "water_vending", "position": REPORT["position"]},
    )
    assert isinstance(site, SiteProposal)
    assert site.position.lat == 31.24
    call = parse_payload("emergency.call", {"number": "120", "called_at": "2026-11-21T10:00:00+08:00"})
    assert isinstance(call, EmergencyCall)
    assert call.report_id is None


@pytest.mark.parametrize(
    ("kind", "payload", "code"),
    [
        ("task.decline", {"task_id": REPORT_ID}, "missing"),
        ("task.decline", {"task_id": REPORT_ID, "reason": "  "}, "missing"),
        ("report.withdraw", {"report_id": REPORT_ID, "reason": None}, "missing"),
        ("emergency.call", {"number": "javascript:1", "called_at": "2026-11-21T10:00:00Z"}, "bad_number"),
        ("site.propose", {"site_id": REPORT_ID, "category": "water_vending"}, "missing"),
    ],
)
def test_the_other_kinds_refuse(kind, payload, code):
    with pytest.raises(PayloadError) as refusal:
        parse_payload(kind, payload)
    assert refusal.value.code == code


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=6,
)  # fmt: skip


@given(kind=st.sampled_from(list(ItemKind)), field=st.sampled_from(sorted(REPORT)), value=JSON, extra=JSON)
def test_whatever_comes_is_read_or_refused(kind, field, value, extra):
    payload = {**REPORT, "task_id": REPORT_ID, "number": extra, field: value}
    try:
        parse_payload(kind, payload)
    except PayloadError as refusal:
        assert refusal.code in MESSAGES


def test_a_report_is_understood_after_json():
    assert parse_payload("report.submit", json.loads(json.dumps(REPORT))) == parse_payload("report.submit", REPORT)
