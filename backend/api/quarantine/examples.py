"""Examples of the API document: invented people and items."""

from typing import Any

SENT: dict[str, Any] = {
    "id": "0199f1c2-5a00-7000-8000-0000000000a1",
    "kind": "task.start",
    "recorded_at": "2026-11-20T09:02:00+08:00",
    "payload": {"task_id": "0198C0DE-0000-7000-8000-0000000000B1"},
}
MENDED: dict[str, Any] = {**SENT, "payload": {"task_id": "0198c0de-0000-7000-8000-0000000000b1"}}
ENTRY_EXAMPLE: dict[str, Any] = {
    "id": "0198c0de-0000-7000-8000-0000000000e1",
    "item_id": SENT["id"],
    "kind": "task.start",
    "result": "quarantined",
    "code": "bad_uuid",
    "path": "task_id",
    "why": "task_id：不是小写的 UUID",
    "state": "open",
    "worker": {"id": "0198c0de-0000-7000-8000-0000000000a1", "name": "李网格"},
    "device": {
        "id": "0198c0de-0000-7000-8000-0000000000d1",
        "name": "Redmi 12",
        "platform": "android",
        "app_version": "1.4.0",
    },
    "task_id": None,
    "report_id": None,
    "received_at": "2026-11-20T02:00:00+00:00",
    "settled_at": None,
    "settled_by": None,
    "note": None,
}
DETAIL_EXAMPLE: dict[str, Any] = {
    **ENTRY_EXAMPLE,
    "sent": {
        "text": '{"id":"0199f1c2-5a00-7000-8000-0000000000a1","kind":"task.start", …}',
        "item": SENT,
        "sha256": "9f47acaf6d49d04b51709367e0d3f6f693ea390ece6972a2b9bcdb33006bdbe0",
        "received_at": "2026-11-20T02:00:00+00:00",
    },
    "stands": None,
    "suggestion": {
        "kind": "task.start",
        "recorded_at": SENT["recorded_at"],
        "payload": MENDED["payload"],
        "complete": True,
        "changes": [
            {
                "path": "task_id",
                "code": "bad_uuid",
                "before": SENT["payload"]["task_id"],
                "after": MENDED["payload"]["task_id"],
            }
        ],
    },
    "correction": None,
    "allowed_actions": ["repair", "dismiss"],
    "history": [
        {
            "seq": 4712,
            "at": "2026-11-20T02:00:00+00:00",
            "subject_type": "sync_item",
            "subject_id": SENT["id"],
            "action": "quarantine",
            "from_status": None,
            "to_status": "open",
            "actor": {"id": "0198c0de-0000-7000-8000-0000000000a1", "name": "李网格"},
            "reason_code": "bad_uuid",
            "reason": None,
            "data": {"entry_id": ENTRY_EXAMPLE["id"], "kind": "task.start", "path": "task_id"},
        }
    ],
}
SETTLED_EXAMPLE: dict[str, Any] = {
    **DETAIL_EXAMPLE,
    "state": "repaired",
    "settled_at": "2026-11-20T03:00:00+00:00",
    "settled_by": {"id": "0198c0de-0000-7000-8000-0000000000c1", "name": "陈协调"},
    "note": "任务编号已更正",
    "suggestion": None,
    "correction": {
        "item": MENDED,
        "sha256": "1d6f0f7a5d3c4b7f8c9e6a2b4d1c3e5f7a9b8c6d4e2f1a3b5c7d9e8f6a4b2c1d",
        "flags": [],
    },
    "allowed_actions": [],
}
