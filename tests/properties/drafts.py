"""What phones record in the property test: reports at known places, proposals, and items that are spoilt on purpose."""

import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.phone import report_payload
from tests.properties.handset import Handset
from tests.properties.judge import REFUSED_BY_DATABASE
from tests.properties.model import Ledger
from tests.properties.pictures import PICTURES
from tests.properties.world import HEIGHT, SOUTH, WEST

# (degrees east of WEST, accuracy in metres): every drawing of the grids has each of them clearly inside one grid, with its
# circle clearly over a border, or far away, so that no rounding decides. Never a whole number: 8.0 and 8 are one content.
INSIDE = [(east, 8.25) for east in (0.002, 0.0035, 0.0065, 0.0085, 0.0105, 0.013, 0.0152)]
NEAR_A_BORDER = [(east, 30.5) for east in (0.00405, 0.00805, 0.01195)]
FAR_AWAY = [(0.0205, 8.25), (0.05, 8.25)]
MOVING = [INSIDE[1], INSIDE[3], *NEAR_A_BORDER]  # another drawing, another answer
PLACES = st.sampled_from(INSIDE + NEAR_A_BORDER + FAR_AWAY)
FAULTS = ("unknown_value", "unknown_kind", "wrong_type", "bad_time", "bad_text", "bad_item_id", "database_refused",
          "database_refused")  # fmt: skip
SHAS = list(PICTURES)


@dataclass(frozen=True)
class Made:
    """How a report is made; ``task``: None or the number of one, ``earlier``: minutes since it was captured."""

    place: tuple[float, float] | None = INSIDE[0]
    earlier: int = 0
    task: int | None = None
    site: int | None = None
    problem: bool = False
    mocked: bool = False
    photos: tuple[int, ...] = ()
    imported: bool = False
    stale: bool = False


REPORTS = st.builds(
    Made,
    place=st.one_of(st.none(), PLACES, PLACES, PLACES),
    earlier=st.sampled_from([0, 0, 10, 60]),
    task=st.one_of(st.none(), st.integers(0, 7)),
    site=st.one_of(st.none(), st.integers(0, 3)),
    problem=st.booleans(),
    mocked=st.booleans(),
    photos=st.lists(st.integers(0, 3), max_size=3).map(tuple),
    imported=st.booleans(),
    stale=st.booleans(),
)


def report(report_id: str, made: Made, at: datetime, ledger: Ledger, phone: Handset) -> dict[str, Any]:
    """The payload of a report; tasks and premises are those his phone shows, or others where it shows none."""
    captured = at - timedelta(minutes=made.earlier)
    tasks = _shown(phone, "task") or [*ledger.tasks, report_id]
    sites = _shown(phone, "site")
    site = {"id": None, "name": "某诊所", "address": "示例路2号", "uscc": None, "uscc_missing_reason": "no_licence"}
    if made.site is not None and sites:
        site["id"] = sites[made.site % len(sites)]
    return report_payload(
        report_id=report_id,
        task_id=None if made.task is None else tasks[made.task % len(tasks)],
        outcome="problem" if made.problem else "no_problem",
        captured_at=captured.isoformat(),
        position=_position(made, captured) if made.place else None,
        site=site,
        findings=[{"code": "A-01", "note": "", "severity": "medium"}] if made.problem else [],
        photos=[photo(number, imported=made.imported) for number in made.photos],
    )


def proposal(site_id: str, place: tuple[float, float], at: datetime) -> dict[str, Any]:
    """The payload of a premise found on the way."""
    position = _position(Made(place=place), at)
    return {
        "site_id": site_id, "name": f"售水机{site_id[-3:]}", "address": "示例路9弄", "category": "water_vending",
        "position": position, "kind": None, "uscc": None, "uscc_missing_reason": "not_displayed", "note": "",
    }  # fmt: skip


def photo(number: int, *, imported: bool = False) -> dict[str, Any]:
    """A picture as a report names it."""
    sha256 = SHAS[number % len(SHAS)]
    source = "import" if imported else "camera"
    return {"sha256": sha256, "bytes": len(PICTURES[sha256]), "mime": "image/jpeg", "role": "detail",
            "taken_at": None, "source": source}  # fmt: skip


def spoilt(item: dict[str, Any], how: str) -> dict[str, Any]:
    """The item with one thing wrong; ``how`` is the code that the server must give it."""
    item = copy.deepcopy(item)
    match how:
        case "unknown_value":
            item["payload"]["category"] = "witchcraft"
        case "unknown_kind":
            item["kind"] = "report.vanish"
        case "wrong_type":
            item["payload"] = "no object"
        case "bad_time":
            item["payload"]["captured_at"] = "2026-02-30T10:00:00+08:00"
        case "bad_text":
            item["payload"]["description"] = "bad \x00 text"
        case "bad_item_id":
            item["id"] = None
        case "database_refused":
            item["payload"]["description"] = REFUSED_BY_DATABASE
    return item


def is_whole_report(item: dict[str, Any]) -> bool:
    """A report that the machine did not spoil."""
    payload = item["payload"]
    return (
        item["kind"] == "report.submit"
        and isinstance(item["id"], str)
        and isinstance(payload, dict)
        and not payload["description"]
        and payload["category"] == "illegal_practice"
        and not payload["captured_at"].startswith("2026-02-30")
    )


def _shown(phone: Handset, kind: str) -> list[str]:
    return [key for what, key in phone.store.objects if what == kind]


def _position(made: Made, captured: datetime) -> dict[str, Any]:
    assert made.place is not None  # the caller looked
    east, accuracy_m = made.place
    fixed = captured - timedelta(minutes=20 if made.stale else 0)
    return {
        "lon": WEST + east, "lat": SOUTH + HEIGHT / 2, "accuracy_m": accuracy_m, "datum": "wgs84",
        "fixed_at": fixed.isoformat(), "source": "gps", "mocked": made.mocked,
    }  # fmt: skip
