"""/settings: what every screen needs to know of the district, and what an administrator sets."""

from typing import Any

from flask import Response
from flask_smorest import Blueprint

from backend.api.endpoint import Call, endpoint
from backend.api.json import json_answer
from backend.api.schemas.district_settings import (
    DistrictSettingsSchema,
    SettingChangeSchema,
    SettingListSchema,
    SettingSchema,
)
from backend.domain.calendar import LOCAL_ZONE, local_day
from backend.domain.case_rules import case_rules_at
from backend.domain.district_settings import Setting, catalogue, setting
from backend.domain.report_review import review_rules_at
from backend.domain.vocabulary import Datum
from backend.persistence.queries.district_settings import Place, is_invented, place_of_district, settings_rows
from backend.services.district_settings import change_setting

blueprint = Blueprint(
    "district_settings", __name__, url_prefix="/api/v1/settings", description="What an administrator sets (设置)"
)
LANGUAGES = ("zh", "en")
SETTING_EXAMPLE = {
    "name": "page_size", "type": "integer", "value": 50, "default": 50, "unit": "rows", "read_by": ["console"],
    "limits": {"max_length": None, "low": 20, "high": 200, "choices": None}, "zh": "列表每页行数",
    "en": "Rows per page of lists", "help_zh": "列表一次加载的行数。", "help_en": "How many rows a list loads at a time.",
    "changed_at": None, "changed_by": None, "version": 0,
}  # fmt: skip
EXAMPLE = {
    "district": {
        "code": "310107", "name": "普陀区", "name_en": "Putuo District", "centre": [121.4, 31.25],
        "bounds": [121.34, 31.21, 121.46, 31.29],
    },
    "zone": "Asia/Shanghai",
    "datum": "cgcs2000",
    "languages": ["zh", "en"],
    "invented": False,
    "values": {name: one.default for name, one in catalogue().items()},
    "thresholds": {
        "recall_seconds": 600, "low_accuracy_m": 50, "photos_missing_hours": 24, "review_window_days": 30, "alike_days": 90,
        "alike_distance_m": 100, "emergency_call_minutes": 15,
    },
}  # fmt: skip


@endpoint(
    blueprint,
    "",
    permission="settings.read",
    summary="The district, its map, zone and languages, and every setting's value",
    resumes=True,
    answer=DistrictSettingsSchema,
    example=EXAMPLE,
)
def show_settings(call: Call) -> Response:
    """What a screen asks for first. The key of a base map goes to every browser: limit it at the map service."""
    rows = settings_rows(call.session)
    today = local_day(call.now)
    cases, review = case_rules_at(today), review_rules_at(today)
    return json_answer(
        {
            "district": _district(place_of_district(call.session, call.now)),
            "zone": LOCAL_ZONE.key,
            "datum": Datum.CGCS2000,
            "languages": LANGUAGES,
            "invented": is_invented(call.session),
            "values": {name: _value(one, rows.get(name)) for name, one in catalogue().items()},
            "thresholds": {
                "recall_seconds": cases.recall_seconds,
                "alike_days": cases.alike_days,
                "alike_distance_m": cases.alike_distance_m,
                "emergency_call_minutes": cases.emergency_call_minutes,
                "low_accuracy_m": review.low_accuracy_m,
                "photos_missing_hours": review.photos_missing_hours,
                "review_window_days": review.window_days,
            },
        }
    )


@endpoint(
    blueprint,
    "/catalogue",
    permission="settings.manage",
    summary="What can be set, within which limits, as it stands and since when",
    answer=SettingListSchema,
    example={"items": [SETTING_EXAMPLE]},
)
def show_catalogue(call: Call) -> dict[str, Any]:
    rows = settings_rows(call.session)
    return {"items": [_shown(one, rows.get(name)) for name, one in catalogue().items()]}


@endpoint(
    blueprint,
    "/<name>",
    method="PUT",
    permission="settings.manage",
    summary="Set one of them, from now on for everybody",
    body=SettingChangeSchema,
    answer=SettingSchema,
    problems=("not_found", "setting_invalid", "stale_version"),
    example={**SETTING_EXAMPLE, "value": 100, "version": 1},
)
def change(call: Call, name: str) -> dict[str, Any]:
    """The history of the subject type ``setting`` holds every change."""
    change_setting(call.session, call.actor, name, call.body["value"], version=call.body["version"], now=call.now)
    return _shown(setting(name), settings_rows(call.session).get(name))


def _district(place: Place) -> dict[str, Any] | None:
    if place.division is None:
        return None
    box = place.box
    return {
        "code": place.division.code,
        "name": place.division.name,
        "name_en": place.division.name_en,
        "bounds": box,
        "centre": None if box is None else [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2],
    }


def _value(one: Setting, row: Any) -> Any:
    return one.default if row is None else row.DistrictSetting.value


def _shown(one: Setting, row: Any) -> dict[str, Any]:
    kept = row.DistrictSetting if row else None
    same = ("name", "type", "default", "unit", "read_by", "zh", "en", "help_zh", "help_en")
    return {
        **{name: getattr(one, name) for name in same},
        "limits": {name: one.limits.get(name) for name in ("max_length", "low", "high", "choices")},
        "value": _value(one, row),
        "changed_at": kept.changed_at if kept else None,
        "changed_by": {"id": kept.changed_by, "name": row.changer} if kept else None,
        "version": kept.version if kept else 0,
    }
