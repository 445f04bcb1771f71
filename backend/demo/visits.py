"""One visit as the phone writes it down: the items of the sync contract, and the photos taken. Not here: who goes where when."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from backend.demo.cases import Case
from backend.demo.photos import draw_photo
from backend.demo.premises import Premise
from backend.demo.stage import Stage
from backend.domain.calendar import LOCAL_ZONE, local_day
from backend.domain.forms import Item, form_valid_at
from backend.domain.vocabulary import Category

ALL_COME, ONE_LACKS, NONE_COMES = "all", "one_lacks", "none"


@dataclass(frozen=True, slots=True)
class Visit:
    """What happened at ``at``: at a ``premise`` of the register, or at a place without one (then ``case`` is given).

    ``oddity``: what is strange about it (see ODDITIES); ``photos_come``: whether its photos have reached the server.
    """

    key: str
    at: datetime
    task_id: UUID | None
    spot: tuple[float, float]
    premise: Premise | None = None
    case: Case | None = None
    outcome: str = "no_problem"
    oddity: str | None = None
    photos_come: str = ALL_COME


@dataclass(slots=True)
class Written:
    """The items of a visit in the order they were recorded, and the bytes of those photos that reach the server."""

    report_id: UUID
    items: list[dict[str, Any]] = field(default_factory=list)
    photos: list[bytes] = field(default_factory=list)


# Strange things about a report that the server must notice and keep all the same.
ODDITIES = (
    "borderline",
    "outside",
    "mocked",
    "stale_fix",
    "no_position",
    "imported",
    "bad_code",
    "withdrawn",
    "amended",
)


def write_down(stage: Stage, visit: Visit) -> Written:
    """The visit as items and photos; the same visit is always written down the same."""
    report_id = stage.uuid(visit.at, "report", visit.key)
    written = Written(report_id)
    photos = _take_photos(stage, visit, written)
    payload = {
        "report_id": str(report_id),
        "task_id": str(visit.task_id) if visit.task_id else None,
        "category": str(_category(visit)),
        "outcome": "problem" if visit.case else visit.outcome,
        "captured_at": visit.at.isoformat(),
        "position": _position(stage, visit),
        "site": _site(stage, visit, written),
        "photos": photos,
        "monotonic": {
            "boot_id": f"boot-{local_day(visit.at)}",
            "elapsed_ms": visit.at.hour * 3_600_000 + visit.at.minute,
        },
        **_words(visit),
    }
    if visit.case and visit.case.call:
        _rang(stage, visit, written)
    written.items.append(make_item(stage, "report.submit", payload, visit.at + timedelta(seconds=40)))
    _afterthoughts(stage, visit, written)
    return written


def make_item(stage: Stage, kind: str, payload: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """An item of the outbox, recorded at ``at``."""
    subject = next(iter(payload.values()))
    return {
        "id": str(stage.uuid(at, "item", kind, subject)),
        "kind": kind,
        "recorded_at": at.isoformat(timespec="milliseconds"),
        "payload": payload,
    }


def _category(visit: Visit) -> Category:
    if visit.case:
        return visit.case.category
    assert visit.premise is not None  # a visit has a site or a case
    return visit.premise.trade.category


def _words(visit: Visit) -> dict[str, Any]:
    form = form_valid_at(_category(visit), local_day(visit.at))
    if form is None:
        raise RuntimeError(f"no checklist is in force on {local_day(visit.at)}: the demo cannot be dated there")
    words: dict[str, Any] = {"form": {"code": form.code, "version": form.version}}
    case = visit.case
    if case is None:
        return {**words, "answers": {}, "findings": [], "attributes": {}, "description": ""}
    items = {item.code: item for item in form.items}
    return {
        **words,
        "answers": {code: _answer(items[code], visit.at) for code, _, _ in case.findings},
        "findings": [{"code": code, "severity": severity, "note": note} for code, severity, note in case.findings],
        "attributes": dict(case.attributes),
        "description": case.description,
    }


def _answer(item: Item, at: datetime) -> Any:
    """An answer that counts as a finding."""
    found: Any = item.answer.get("finding_when")
    kind = item.answer["type"]
    if kind == "number":
        return found["above"] + 2 if "above" in found else found["below"] - 5
    if kind == "date":
        return (local_day(at) - timedelta(days=found["older_than_days"] + 35)).isoformat()
    if kind == "choice":
        return [found[0]] if item.answer.get("multiple") else found[0]
    return bool(found)


def _position(stage: Stage, visit: Visit) -> dict[str, Any] | None:
    if visit.oddity == "no_position":
        return None
    chance = stage.chance("fix", visit.key)
    lon, lat = visit.spot
    shake = 0.0 if visit.oddity == "borderline" else 0.00008  # some 8 m, as fixes between houses scatter
    late = timedelta(minutes=25) if visit.oddity == "stale_fix" else timedelta(seconds=chance.randint(2, 30))
    return {
        "lon": round(lon + chance.uniform(-shake, shake), 7),
        "lat": round(lat + chance.uniform(-shake, shake), 7),
        "accuracy_m": 60.0 if visit.oddity == "borderline" else round(chance.uniform(4, 18), 1),
        "datum": "wgs84",
        "fixed_at": (visit.at - late).isoformat(),
        "source": "network" if visit.oddity == "borderline" else "gps",
        "mocked": visit.oddity == "mocked",
    }


def _site(stage: Stage, visit: Visit, written: Written) -> dict[str, Any] | None:
    premise, case = visit.premise, visit.case
    if premise is not None:
        code = premise.uscc if visit.oddity != "bad_code" or premise.uscc is None else premise.uscc[:-1] + "#"
        reason = None if code else "not_displayed"
        return {"id": str(premise.site_id), "name": premise.name, "address": premise.address, "uscc": code,
                "uscc_missing_reason": reason}  # fmt: skip
    assert case is not None  # a visit has a site or a case
    unlicensed = case.attributes.get("has_business_licence") is False
    site = {"id": None, "name": case.name, "address": "", "uscc": None,
            "uscc_missing_reason": "no_business_licence" if unlicensed else "not_asked"}  # fmt: skip
    if "（" in case.name or case.name.startswith("无"):  # a lasting place the register should know
        site["id"] = str(stage.uuid(visit.at, "found", visit.key))
        proposal = {
            "site_id": site["id"], "name": case.name, "address": "现场发现（示例）", "category": str(case.category),
            "position": _position(stage, visit), "uscc": None, "uscc_missing_reason": site["uscc_missing_reason"],
            "note": case.description,
        }  # fmt: skip
        written.items.append(make_item(stage, "site.propose", proposal, visit.at + timedelta(seconds=20)))
    return site


def _rang(stage: Stage, visit: Visit, written: Written) -> None:
    assert visit.case is not None  # only cases are rung up for
    called_at = visit.at - timedelta(minutes=2)
    call = {"report_id": str(written.report_id), "number": visit.case.call, "called_at": called_at.isoformat(),
            "note": "先电话，后记录"}  # fmt: skip
    written.items.append(make_item(stage, "emergency.call", call, called_at))


def _afterthoughts(stage: Stage, visit: Visit, written: Written) -> None:
    report_id, at = str(written.report_id), visit.at + timedelta(minutes=9)
    if visit.oddity == "withdrawn":
        written.items.append(
            make_item(stage, "report.withdraw", {"report_id": report_id, "reason": "选错场所，已重新核对"}, at)
        )
    if visit.oddity == "amended":
        note = {"report_id": report_id, "note": "补充：店主电话联系上，称下午到场", "photos": []}
        written.items.append(make_item(stage, "report.amend", note, at))


def _take_photos(stage: Stage, visit: Visit, written: Written) -> list[dict[str, Any]]:
    announced = []
    scene = visit.premise.trade.scene if visit.premise else "shop"
    label = visit.premise.code if visit.premise else "NO SIGN"
    roles = list(_roles(visit))
    for number, role in enumerate(roles):
        content = draw_photo(stage.chance("photo", visit.key, number), scene, role, label[-12:])
        taken_at = visit.at + timedelta(seconds=8 * number - 60)
        announced.append(
            {
                "sha256": hashlib.sha256(content).hexdigest(),
                "bytes": len(content),
                "mime": "image/jpeg",
                "role": role,
                "taken_at": taken_at.astimezone(LOCAL_ZONE).isoformat(),
                "source": "import" if visit.oddity == "imported" else "camera",
            }
        )
        is_last = number == len(roles) - 1
        if visit.photos_come == ALL_COME or (visit.photos_come == ONE_LACKS and not is_last):
            written.photos.append(content)
    return announced


def _roles(visit: Visit) -> Iterable[str]:
    if visit.case:
        return visit.case.roles
    return () if visit.outcome == "refused_entry" else ("panorama",)
