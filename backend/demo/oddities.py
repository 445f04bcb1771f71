"""What the demo's server could not understand: it lies on the quarantine desk, one piece of it settled already."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from backend.demo.phones import sync_phone
from backend.demo.stage import Stage
from backend.demo.visits import make_item
from backend.domain.accounts import Actor
from backend.domain.vocabulary import ItemResult
from backend.persistence.models import QuarantineEntry
from backend.services.sync import dismiss_entry

KEPT = frozenset({ItemResult.QUARANTINED})


class Oddities:
    """Enters into the diary what an app that is too new, a slip of the hand and a twice-told story bring."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    def begin(self) -> None:
        """All of it within the last working days."""
        days, stage = self.stage.working_days, self.stage
        workers = sorted(stage.workers.values(), key=lambda worker: worker.username)[:3]
        makers = (self._voice_note, self._note_without_report, self._call_without_number)
        for number, (worker, make) in enumerate(zip(workers, makers, strict=True)):
            at = stage.moment(days[-2], 15, 20 + 7 * number)
            self._enter(at, worker, make(at - timedelta(minutes=9)))
        stage.diary.enter(stage.moment(days[-1], 9, 40), self._dismiss_oldest)

    def _enter(self, at: datetime, worker: Actor, item: dict[str, Any]) -> None:
        self.stage.diary.enter(at, lambda now: sync_phone(self.stage, worker, [item], [], now, expected=KEPT))

    def _voice_note(self, at: datetime) -> dict[str, Any]:
        return make_item(self.stage, "report.voice", {"note": "店主不在，录音 40 秒", "seconds": 40}, at)

    def _note_without_report(self, at: datetime) -> dict[str, Any]:
        missing = str(self.stage.uuid(at, "report", "of nobody"))
        return make_item(
            self.stage, "report.amend", {"report_id": missing, "note": "补充：门头招牌已拆除", "photos": []}, at
        )

    def _call_without_number(self, at: datetime) -> dict[str, Any]:
        call = {"note": "已拨打", "report_id": None, "number": "", "called_at": at.isoformat()}
        return make_item(self.stage, "emergency.call", call, at)

    def _dismiss_oldest(self, now: datetime) -> None:
        session = self.stage.session
        oldest = session.scalars(select(QuarantineEntry.id).order_by(QuarantineEntry.received_at).limit(1)).one()
        dismiss_entry(
            session, self.stage.actors["bureau"], oldest, "录音功能为测试版，内容已电话核实，无需处理", now=now
        )
