"""Examples of the API document: invented people and places."""

from typing import Any

from backend.api.schemas.referrals import EXAMPLE as REFERRAL_EXAMPLE

PHOTO = "8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4"
BASE: dict[str, Any] = {
    "report_id": "0198c0de-0000-7000-8000-000000000001",
    "category": "illegal_practice",
    "outcome": "problem",
    "status": "referred",
    "stage": "consultation",
    "severity": "high",
    "captured_at": "2026-11-20T01:12:00+00:00",
    "recorded_at": "2026-11-20T01:15:00+00:00",
    "received_at": "2026-11-20T02:00:00+00:00",
    "author": {"id": "0198c0de-0000-7000-8000-0000000000a1", "name": "李网格"},
    "task_id": "0198c0de-0000-7000-8000-0000000000b1",
    "site_id": None,
    "site_name": "示例口腔",
    "site_address": "示例路1号",
    "grid_code": "310107005001001",
    "street_code": "310107005",
    "verdict": "inside",
    "position": {"lon": 121.4012, "lat": 31.2412, "accuracy_m": 8.0},
    "flags": [],
    "findings": [{"code": "A-01", "note": "墙面未见许可证", "severity": "high"}],
    "description": "门口有牙椅可见",
    "photos_expected": 3,
    "photos_here": 2,
    "photos_waiting_since": "2026-11-20T02:00:00+00:00",
    "version": 1,
}
SUMMARY_EXAMPLE: dict[str, Any] = {
    **BASE,
    "photos": [{"sha256": PHOTO, "role": "signboard", "here": True}],
    "referrals": [
        {
            "id": REFERRAL_EXAMPLE["id"],
            "function": "medical_practice_supervision",
            "department": "putuo.health",
            "department_name": "普陀区卫生健康委员会",
            "role": "lead",
            "status": "routed",
            "outcome_code": None,
            "emergency": False,
        }
    ],
}
DETAIL_EXAMPLE: dict[str, Any] = {
    **BASE,
    "device_id": None,
    "clock_offset_ms": 1200,
    "raw_position": {
        "lon": 121.4012,
        "lat": 31.2412,
        "accuracy_m": 8.0,
        "datum": "wgs84",
        "fixed_at": "2026-11-20T01:11:58+00:00",
        "source": "gps",
        "mocked": False,
    },
    "placing": {"candidates": [{"code": "310107005001001", "share": 1.0}], "basis": "position"},
    "site": {
        "id": None,
        "name": "示例口腔",
        "address": "示例路1号",
        "uscc": None,
        "uscc_missing_reason": "not_displayed",
    },
    "form": {"code": "A", "version": 1},
    "answers": {"A-01": True},
    "attributes": {"has_licence": False},
    "withdrawn_at": None,
    "withdrawn_reason": None,
    "photos": [
        {
            "sha256": PHOTO,
            "role": "signboard",
            "here": True,
            "bytes": 204800,
            "mime": "image/jpeg",
            "source": "camera",
            "taken_at": "2026-11-20T01:11:59+00:00",
            "arrived_at": "2026-11-20T02:03:00+00:00",
            "waiting_since": None,
        }
    ],
    "photo_state": {
        "expected": 3,
        "here": 2,
        "waiting_since": "2026-11-20T02:00:00+00:00",
        "wanted_at": None,
        "text": "3 张照片已到 2 张，自 2026-11-20 10:00 起等待",
    },
    "amendments": [],
    "emergency_calls": [],
    "referrals": [REFERRAL_EXAMPLE],
    "routing": {
        "rule_set": "putuo-2026",
        "rule_set_version": 1,
        "valid_on": "2026-11-20",
        "decided_at": "2026-11-20T02:00:00+00:00",
        "outcome": "referred",
        "fallback_used": False,
        "referrals": [
            {
                "referral_id": REFERRAL_EXAMPLE["id"],
                "function": "medical_practice_supervision",
                "department": "putuo.health",
                "department_name": "普陀区卫生健康委员会",
                "role": "lead",
                "rules": [{"code": "A1", "zh": "未取得许可开展诊疗", "en": "Medical practice without a licence"}],
                "legal_basis": REFERRAL_EXAMPLE["legal_basis"],
                "findings": ["A-01"],
                "deadline_profile": "high",
                "emergency": False,
                "pending_triage": False,
                "text": "普陀区卫生健康委员会（主办）：规则 A1 未取得许可开展诊疗，发现 A-01。"
                "依据：基本医疗卫生与健康促进法 99条1款。",
            }
        ],
        "rejected": [
            {"code": "A8", "zh": "涉嫌犯罪", "en": "Suspected crime", "why": "no finding of this rule"},
        ],
        "informed": ["market_supervision"],
        "not_applicable": [],
    },
    "history": [
        {
            "seq": 4710,
            "at": "2026-11-20T02:00:00+00:00",
            "subject_type": "report",
            "subject_id": "0198c0de-0000-7000-8000-000000000001",
            "action": "refer",
            "from_status": "recorded",
            "to_status": "referred",
            "actor": None,
            "reason_code": None,
            "reason": None,
            "data": {"rule_set": "putuo-2026/1", "fallback": False},
        }
    ],
}
