"""Checks a part of the chain within a time: for a screen, which asks again where it was not enough. Not here: the whole chain
at the terminal (verifying.py)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from backend.persistence.queries.seals import count_waiting, last_seal, seals_after
from backend.services.seals.verifying import (
    KnownSeal,
    Verification,
    check_end,
    compare,
    note_slipped_in,
    verify_block,
)

BLOCK = 20  # seals between two looks at the time


@dataclass(slots=True)
class PartCheck:
    """What was looked at. ``next``: the seal to go on with, None when the end of the range was reached; ``end_checked``:
    whether it was looked for what lies outside of all seals as well, which is done at the end of the chain."""

    result: Verification
    first: int
    last: int | None = None
    next: int | None = None
    waiting: int = 0
    end_checked: bool = field(default=False)


def check_part(
    session: Session,
    jwks: dict[str, Any],
    *,
    first: int,
    last: int | None,
    known: KnownSeal | None,
    time_left: Callable[[], bool],
) -> PartCheck:
    """Check the seals ``first`` to ``last`` (None: to the end of the chain), a block at a time while there is ``time_left``;
    at least one block. ``known``: a seal noted elsewhere, which must be in the chain. Reads only."""
    newest = last_seal(session)
    end = newest.number if newest else 0
    stop = min(last or end, end)
    check = PartCheck(Verification(), first, waiting=count_waiting(session))
    if first > 1:
        # the first names the one before it
        check.result.last = next(iter(seals_after(session, first - 2, 1)), None)
    number = first
    while number <= stop:
        seals = [seal for seal in seals_after(session, number - 1, BLOCK) if seal.number <= stop]
        if not seals:
            break
        verify_block(session, jwks, seals, check.result)
        if known:
            check.result.note(compare(known, [seal for seal in seals if seal.number == known.number]))
        check.result.last = seals[-1]
        check.last = seals[-1].number
        number = seals[-1].number + 1
        session.expunge_all()  # they are many and never changed
        if number <= stop and (check.result.more or not time_left()):
            check.next = number
            return check
    if stop == end:
        check.result.note(check_end(session, check.result.last, known))
        note_slipped_in(session, check.result)
        check.end_checked = True
    return check
