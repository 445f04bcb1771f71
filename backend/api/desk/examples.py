"""Examples of desks for the API document."""

from typing import Any

from backend.api.reports.examples import DETAIL_EXAMPLE
from backend.api.schemas.cases import CASE_EXAMPLE
from backend.api.schemas.casework import CASE_FILE_EXAMPLE
from backend.api.schemas.clocks import CLOCK_EXAMPLE
from backend.api.schemas.referrals import EXAMPLE as REFERRAL_EXAMPLE

HASH = "a" * 64
TRIAGE_EXAMPLE: dict[str, Any] = {
    "items": [{**CASE_EXAMPLE, "status": "pending_triage", "lon": 121.401, "lat": 31.244, "photo": HASH}],
    "total": 1,
    "counts": [{"status": "pending_triage", "count": 1, "overdue": 0}],
    "next_cursor": None,
}
REPORT: dict[str, Any] = {
    "report_id": REFERRAL_EXAMPLE["report_id"],
    "category": "illegal_practice",
    "outcome": "problem",
    "status": "referred",
    "stage": "analysis",
    "severity": "medium",
    "captured_at": "2026-11-20T01:12:00+00:00",
    "recorded_at": "2026-11-20T01:14:00+00:00",
    "received_at": "2026-11-20T01:20:00+00:00",
    "reporter": {"id": "0198c0de-0000-7000-8000-000000000042", "name": "张网格"},
    "task_id": None,
    "grid_code": "310107005601001",
    "street_code": "310107005",
    "street_name": "曹杨新村街道",
    "verdict": "borderline",
    "flags": ["borderline"],
    "findings": [
        {
            "code": "A-02",
            "note": "",
            "severity": "low",
            "zh": "无卫生监督信息公示牌",
            "en": "No health inspection notice board",
        }
    ],
    "description": "无证开展牙科诊疗，现场有牙椅两台。",
    "notes": [],
    "form": {"code": "A", "version": 1},
    "photos_expected": 1,
    "photos_here": 1,
    "photos_wanted_at": None,
    "withdrawn_at": None,
    "withdrawn_reason": None,
    "version": 1,
}
DESK_EXAMPLE: dict[str, Any] = {
    "referral": {**REFERRAL_EXAMPLE, "status": "pending_triage", "allowed_actions": ["confirm", "route"]},
    "report": REPORT,
    "site": {
        "id": None, "name": "祥和诊所", "address": "曹杨路1017弄23号", "uscc": None, "uscc_missing_reason": "unlicensed",
        "kind": None, "status": None,
    },
    "position": {
        "lon": 121.401, "lat": 31.244, "accuracy_m": 18.0, "datum": "gcj02", "source": "gps",
        "fixed_at": "2026-11-20T01:11:58+00:00", "mocked": False, "distance_m": 0.0, "basis": "position",
    },
    "candidates": [
        {
            "code": "310107005601001", "name": "曹杨一村第一网格", "street_code": "310107005", "street_name": "曹杨新村街道",
            "share": 0.81, "chosen": True, "geometry": {"type": "MultiPolygon", "coordinates": [
                [[[121.4, 31.24], [121.41, 31.24], [121.41, 31.25], [121.4, 31.24]]]
            ]},
        }
    ],
    "photos": [
        {
            "sha256": HASH, "role": "panorama", "here": True, "bytes": 412034, "mime": "image/jpeg", "source": "camera",
            "taken_at": "2026-11-20T01:12:00+00:00", "arrived_at": "2026-11-20T01:21:00+00:00", "waiting_since": None,
            "preview": f"/api/v1/media/{HASH}/preview", "original": f"/api/v1/media/{HASH}",
        }
    ],
    "answers": [
        {
            "code": "A-02", "zh": "无卫生监督信息公示牌", "en": "No health inspection notice board", "value": True,
            "text_zh": "是", "text_en": "yes", "is_finding": True, "severity": "low", "basis": ["青浦案例（未核原文）"],
        }
    ],
    "attributes": [
        {"code": "has_licence", "zh": "有相应许可证（备案凭证）", "en": "Holds the licence or filing it needs", "value": False}
    ],
    "emergency_calls": [],
    "routing": DETAIL_EXAMPLE["routing"],
    "others": [],
    "alike": [
        {
            "report_id": "0198c0de-0000-7000-8000-000000000002", "captured_at": "2026-11-12T02:00:00+00:00",
            "status": "referred", "site_id": None, "site_name": "祥和诊所", "description": "", "same_site": False,
            "distance_m": 12.4, "shared_findings": ["A-02"], "photo": None,
            "referral_id": "0198c0de-0000-7000-8000-000000000012", "referral_status": "handling", "referral_version": 3,
            "department_name": "普陀区卫生健康委员会", "can_merge": True,
        }
    ],
    "site_history": {
        "visits": 3, "problems": 1, "referrals": 1, "founded": 1, "last_visited_at": "2026-10-02T02:00:00+00:00",
        "recent": [
            {
                "report_id": "0198c0de-0000-7000-8000-000000000003", "captured_at": "2026-10-02T02:00:00+00:00",
                "outcome": "no_problem", "status": "recorded", "findings": [],
            }
        ],
    },
    "penalties": 1,
    "clocks": {"clocks": [CLOCK_EXAMPLE], "requests": []},
    "file": CASE_FILE_EXAMPLE,
    "actions": [
        {"action": "confirm", "undone_by": "recall", "needs": [{"field": "note", "need": "optional", "choices": None}]}
    ],
    "departments": [
        {
            "id": "0198c0de-0000-7000-8000-000000000061",
            "code": "putuo.health", "name": "普陀区卫生健康委员会", "name_en": "Putuo Health Commission",
            "street_code": None, "hint": "rules",
            "functions": [
                {"code": "medical_practice_supervision", "zh": "医疗执业监督", "en": "Medical practice supervision"}
            ],
        }
    ],
    "events": [],
}  # fmt: skip
