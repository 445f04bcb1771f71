"""What is sent wrong, by accident or on purpose: always a stable code and a sentence, nothing stored, never a 500.

Not here: wrong addresses, methods and tokens (test_bad_requests.py), what belongs to one slice alone (its own tests),
items of a sync (tests/scenarios), archives (tests/grids).
"""

import gzip
import json
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from backend.domain.vocabulary import Role
from backend.persistence.models import Site, Task
from tests.api.asking import Asker, told
from tests.factories import make_grids, make_site, make_user, token_for

PLACE = {
    "name": "示例诊所",
    "category": "illegal_practice",
    "position": {"lon": 121.402, "lat": 31.242, "datum": "wgs84"},
}


@pytest.fixture
def coordinator(app, session, client):
    make_grids(session, 2)
    token = token_for(app, session, make_user(session, Role.STREET_COORDINATOR))
    session.commit()
    return Asker(client, token)


@pytest.fixture
def worker(app, session, client):
    token = token_for(app, session, make_user(session))
    session.commit()
    return Asker(client, token)


def count(session, model):
    return session.scalar(select(func.count()).select_from(model))


def with_position(**values):
    return {**PLACE, "position": {**PLACE["position"], **values}}


@pytest.mark.parametrize(
    "body",
    [
        b" ", b"{", b"\xff\xfe{}", b"{'a': 1}", b'{"name": "a"', b"{} {}", b'{"name": NaN}', b'{"name": Infinity}',
        b'{"lon": 1e999}', b"\xef\xbb\xbf{}", b"[" * 100_000, b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
        b'{"name": "\\ud800"}', b'{"name": "\xed\xa0\x80"}', b'{"name": "\x00"}', b'{"n": 0123}', b'{"n": +1}',
    ],
    ids=lambda body: repr(body[:18]),
)  # fmt: skip
def test_what_is_no_json(session, coordinator, body):
    assert told(coordinator.post("/sites", body)) == (400, "bad_json")
    assert count(session, Site) == 0


@pytest.mark.parametrize("body", ["null", "[]", "1", '"a"', "true", "[{}]", "{}"])
def test_json_of_another_shape(coordinator, body):
    for path in ("/sites", "/tasks", "/tasks/bulk", "/media/missing"):
        assert told(coordinator.post(path, body)) == (422, "invalid_input"), path


@pytest.mark.parametrize("depth", [100, 400, 990, 1_020, 5_000, 100_000])
@pytest.mark.parametrize("shape", ["[", '{"a":'])
def test_nesting(session, worker, coordinator, depth, shape):
    deep = shape * depth + "1" + {"[": "]"}.get(shape, "}") * depth
    reply = coordinator.post("/sites", f'{{"name": "甲", "category": "water_vending", "licence": {deep}}}')
    assert told(reply) in ((422, "invalid_input"), (400, "bad_json"))
    one = (
        f'{{"id": "{uuid4()}", "kind": "report.submit", "recorded_at": "2026-11-20T10:00:00+08:00", "payload": {deep}}}'
    )
    envelope = f'{{"protocol": 1, "device_time": "2026-11-20T10:00:00+08:00", "items": [{one}]}}'
    reply = worker.post("/sync", envelope)
    if reply.status_code == 200:
        assert [receipt["result"] for receipt in reply.json["receipts"]] in (["quarantined"], ["rejected"])
    else:
        assert told(reply) == (400, "bad_json")


def test_of_a_key_given_twice_the_last_counts(coordinator):
    made = coordinator.post(
        "/sites", '{"name": "甲", "name": "乙", "category": "water_vending", "street_code": "310107005"}'
    )
    assert (made.status_code, made.json["name"]) == (201, "乙")


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/xml", "multipart/form-data", "application/x-www-form-urlencoded", "", "a/b;c=\xe4"],
)
def test_another_content_type(coordinator, kind):
    assert told(coordinator.post("/sites", json.dumps(PLACE), kind)) == (415, "unsupported_media_type")


def test_an_encoding_nobody_speaks(coordinator):
    assert told(coordinator.post("/sites", PLACE, Content_Encoding="br")) == (415, "unsupported_media_type")
    assert told(coordinator.post("/sites", b"no gzip", Content_Encoding="gzip")) == (400, "bad_json")
    half = gzip.compress(json.dumps(PLACE).encode())[:-12]
    assert told(coordinator.post("/sites", half, Content_Encoding="gzip")) == (400, "bad_json")


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("path", ["/sites", "/tasks/bulk", "/sync", "/media/missing"])
def test_ten_megabytes(session, coordinator, worker, path, packed):
    body = json.dumps({"name": "大" * 3_500_000}, ensure_ascii=False).encode()
    headers = {"Content_Encoding": "gzip"} if packed else {}
    who = worker if path == "/sync" else coordinator
    reply = who.post(path, gzip.compress(body) if packed else body, **headers)
    assert told(reply) == (413, "payload_too_large")
    assert str(4 * 1024 * 1024) in reply.json["detail"]


# values


@pytest.mark.parametrize(
    "position",
    [
        {"lon": 181}, {"lon": -180.0001}, {"lat": 91}, {"lat": -1e308}, {"lon": "NaN"}, {"lon": "Infinity"}, {"lat": "-inf"},
        {"lon": None}, {"lon": True}, {"lon": [121]}, {"lat": {}}, {"lat": 10**400}, {"accuracy_m": -1},
        {"accuracy_m": 1e300}, {"datum": "mars"}, {"datum": None}, {"source": "guess"}, {"more": 1},
    ],
    ids=str,
)  # fmt: skip
def test_positions_that_are_nowhere(session, coordinator, position):
    body = json.dumps(with_position(**position))
    status, code = told(coordinator.post("/sites", body))
    assert (status, code) in ((422, "invalid_input"), (400, "bad_json"))
    assert count(session, Site) == 0


@pytest.mark.parametrize("bad", ["nan", "NaN", "inf", "-Infinity", "1e999", "999", "١٢١", "1_2", "", "121,4", "0x79"])
def test_coordinates_of_a_query(coordinator, bad):
    for query in (
        f"lon={bad}&lat=31.2",
        f"lon=121.4&lat={bad}",
        f"lon=121.4&lat=31.2&accuracy_m={'-1' if bad == '999' else bad}",
    ):
        assert told(coordinator.get(f"/grids/locate?{query}")) == (422, "invalid_input"), query
    for path in ("/map/sites", "/map/tasks", "/map/reports", "/sites", "/grids"):
        assert told(coordinator.get(f"{path}?bbox={bad or 'x'},31,122,32")) == (422, "invalid_input"), path


@pytest.mark.parametrize(
    "moment",
    ["2026-02-30T10:00:00Z", "2026-13-01T00:00:00Z", "2026-11-22T25:00:00Z", "2026-11-22T10:00:00", "0000-01-01T00:00:00Z",
     "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+14:00", "2026-11-22T10:00:00+99:00", "yesterday", 1763800000, "",
     "2026-11-22", "20261122", "2026-W47-7T10:00:00Z", "20261122T100000Z", "٢٠٢٦-11-22T10:00:00Z"],
    ids=str,
)  # fmt: skip
def test_moments_that_never_are(session, coordinator, moment):
    body = {"category": "water_vending", "grid_code": "310107005001001", "due_at": moment}
    assert told(coordinator.post("/tasks", body)) == (422, "invalid_input")
    assert count(session, Task) == 0
    assert told(coordinator.get(f"/tasks?due_before={str(moment).replace('+', '%2B')}")) == (422, "invalid_input")
    assert told(coordinator.get(f"/reports?captured_from={str(moment).replace('+', '%2B')}")) == (422, "invalid_input")


@pytest.mark.parametrize(
    "day", ["2026-02-30", "2025-02-29", "0000-00-00", "2026-W47-7", "20261122", "tomorrow", "2026-11-22T00:00:00Z"]
)
def test_days_that_never_are(coordinator, day):
    for path in ("/divisions", "/departments", "/forms", "/grids/without-lead", "/grids/responsibilities"):
        assert told(coordinator.get(f"{path}?on={day}")) == (422, "invalid_input"), path


@pytest.mark.parametrize("version", [2**31, -(2**63), 10**30, 1.5, "1", True, 0, [1]], ids=str)
def test_numbers_that_fit_nowhere(session, coordinator, version):
    site = make_site(session, street_code="310107005")
    session.commit()
    reply = coordinator.post(f"/sites/{site.id}", {"name": "乙", "version": version})
    assert told(reply)[0] in (400, 422)
    assert coordinator.get(f"/sites/{site.id}").json["name"] == "示例诊所"


@pytest.mark.parametrize("limit", ["0", "-1", "501", "99999999999999999999", "1.0", "ten", "", "１０", "1e1", " 5"])
def test_sizes_of_a_page(coordinator, limit):
    for path in ("/tasks", "/sites", "/reports", "/referrals", "/users", "/devices"):
        assert told(coordinator.get(f"{path}?limit={limit}")) == (422, "invalid_input"), path


@pytest.mark.parametrize("text", ["a\x00b", "\u0007", "\ud83d", "a\udc00"], ids=ascii)
def test_text_the_database_cannot_hold(session, coordinator, text):
    status, code = told(coordinator.post("/sites", {**PLACE, "name": text}))
    assert (status, code) in ((400, "bad_json"), (422, "invalid_input"))
    assert count(session, Site) == 0


@pytest.mark.parametrize("text", ["%00", "a%00b", "%07", "%ED%A0%80", "%FF%FE", "%C0%80"])
def test_queries_the_database_cannot_hold(coordinator, text):
    for path in ("/tasks?q=", "/sites?q=", "/sites?kind=", "/users?text=", "/referrals?department=", "/tasks?cursor="):
        assert coordinator.get(path + text).status_code in (200, 422), path
    for path in ("/sites?q=%00", "/users?text=%00"):
        assert told(coordinator.get(path)) == (422, "invalid_input")


def test_wildcards_of_the_database_are_letters(session, coordinator):
    make_site(session, street_code="310107005")
    session.commit()
    for text in ("%25", "_", "\\", "'; DROP TABLE sites; --", "%25%25%25"):
        assert coordinator.get(f"/sites?q={text}").json["items"] == [], text


def test_markup_comes_back_as_it_went_in_and_as_json(coordinator):
    text = "<script>alert(1)</script><img src=x onerror=alert(1)>&amp;"
    made = coordinator.post("/sites", {**PLACE, "name": text})
    assert (made.status_code, made.json["name"], made.mimetype) == (201, text, "application/json")
    assert made.headers["X-Content-Type-Options"] == "nosniff"
    assert [one["name"] for one in coordinator.get("/sites").json["items"]] == [text]
    unknown = coordinator.get("/tasks?q=<script>&status=<script>")
    assert (told(unknown), unknown.mimetype) == ((422, "invalid_input"), "application/problem+json")
