"""Shows that the property test would notice: each fault below, put into the running product, is found.

The faults are those seen in other products or feared in ours. They are searched for among the very same examples (seed
and number) as those of one part of test_sync_invariants.py, which the product as it is passes.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from backend.api import sync as api_sync
from backend.domain.images import PhotoKind
from backend.domain.vocabulary import ChangeOp, Flag
from backend.persistence.models import Upload
from backend.persistence.queries import feed as feed_queries
from backend.services import feed, media
from backend.services.grids import placing
from backend.services.sync import apply, batch, opening, quarantine
from tests.properties.handset import BrokenPromiseError
from tests.properties.running import run
from tests.properties.wire import Wire
from tests.properties.world import World

Patch = pytest.MonkeyPatch
MOMENT = "(extract(epoch FROM c.created_at) * 1000000)::bigint"
PART = 1  # of test_sync_invariants.py
THIS_MOMENT = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"


def no_horizon(patch: Patch) -> None:
    """The cursor runs ahead of transactions that are still open."""
    ahead = feed_queries.HORIZON.replace("xmin", "xmax")
    for module, name in ((feed_queries, "PAGE"), (opening, "OPENING")):
        patch.setattr(module, name, getattr(module, name).replace(feed_queries.HORIZON, ahead))


def timestamp_cursor(patch: Patch) -> None:
    """The cursor is a time, as in most products."""
    for module, name in ((feed_queries, "PAGE"), (opening, "OPENING")):
        text = getattr(module, name).replace(feed_queries.HORIZON, THIS_MOMENT)
        text = text.replace("SELECT c.tx,", f"SELECT {MOMENT} AS tx,").replace("AND tx < h", f"AND {MOMENT} < h")
        text = text.replace("FROM sync_changes, h", "FROM sync_changes c, h")
        patch.setattr(
            module, name, text.replace("n.tx < h", MOMENT.replace("c.", "n.") + " < h").replace("c.tx", MOMENT)
        )


def missing_revoke(patch: Patch) -> None:
    """What leaves a user's scope is taken from him in the database only."""
    compare = feed._compare

    def silent(lines: Any, *args: Any) -> None:
        compare(lines, *args)
        lines.changes[:] = [line for line in lines.changes if line[1] != ChangeOp.REVOKE.value]

    patch.setattr(feed, "_compare", silent)


def unknown_items(patch: Patch) -> None:
    """Nobody looks whether an item was here before."""
    look = apply.hold_and_look
    patch.setattr(apply, "hold_and_look", lambda *args: replace(look(*args), items={}))


def other_answer(patch: Patch) -> None:
    """An item that comes again is accepted, but what was said about it is forgotten."""
    replayed = apply._replayed
    patch.setattr(apply, "_replayed", lambda first: replace(replayed(first), flags=[]))


def lost_savepoint(patch: Patch) -> None:
    """An item that fails takes with it what came before it in the same call."""
    alone = apply._apply_alone

    def without_savepoint(session: Session, context: Any, arrival: Any) -> Any:
        try:
            return apply._apply(session, context, [arrival])[0]
        except OperationalError:
            raise
        except Exception:
            session.rollback()
            return alone(session, context, arrival)

    patch.setattr(apply, "_apply_alone", without_savepoint)


def early_photo(patch: Patch) -> None:
    """A photo counts as here before its last byte is."""
    advance = media.advance

    def early(session: Session, actor: Any, upload_id: UUID, offset: int, *, now: Any) -> Any:
        state = advance(session, actor, upload_id, offset, now=now)
        upload = session.scalars(select(Upload).where(Upload.id == upload_id)).one()
        media.record_arrival(session, upload.sha256, upload.byte_count, PhotoKind.JPEG, actor.user_id, now=now)
        return state

    patch.setattr(media, "advance", early)


def forgotten_conflict(patch: Patch) -> None:
    """Of a conflict only the first content is kept."""
    patch.setattr(apply, "_keep_conflicts", lambda *args: None)


def unseen_conflict(patch: Patch) -> None:
    """A report whose id was taken is kept, but where nobody looks."""
    needs = quarantine.needs_a_person
    patch.setattr(quarantine, "needs_a_person", lambda result, code: code != "report_exists" and needs(result, code))


def no_reoffer(patch: Patch) -> None:
    """A restored server never asks for what it lost."""
    judge = api_sync.judge_epoch
    patch.setattr(api_sync, "judge_epoch", lambda *args: (judge(*args)[0], None))


def unflagged(patch: Patch) -> None:
    """Late work is taken as if it were in time."""
    judge = batch.judge_draft
    patch.setattr(batch, "judge_draft", lambda *args: judge(*args) - {Flag.LATE_AFTER_REASSIGNMENT.value})


def newest_grids(patch: Patch) -> None:
    """Positions are placed in today's grids, not in those of the day."""
    patch.setattr(placing, "choose_span", lambda spans, at: (spans[-1], None))


FAULTS: dict[Callable[[Patch], None], str] = {
    no_horizon: "^4|^6",
    timestamp_cursor: "^4|^6",
    missing_revoke: "^5",
    unknown_items: "^2|^3",
    other_answer: "^2|^7",
    lost_savepoint: "^1|^2|^4",
    early_photo: "^8|^4",
    forgotten_conflict: "^2",
    unseen_conflict: "^3",
    no_reoffer: "^9",
    unflagged: "^7|^4",
    newest_grids: "^7|^4",
}


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_the_fault_is_found(world: World, wire: Wire, monkeypatch: Patch, fault: Callable[[Patch], None]) -> None:
    fault(monkeypatch)
    with pytest.raises(BrokenPromiseError, match=FAULTS[fault]):
        run(world, wire, PART)
