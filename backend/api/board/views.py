"""The board: the numbers somebody begins the day with, in one request."""

from typing import Any

from flask import Response
from flask_smorest import Blueprint

from backend.api.board.counting import counted
from backend.api.endpoint import Call, endpoint
from backend.api.json import json_answer
from backend.api.schemas.board import EXAMPLE, BoardSchema
from backend.domain.board import Card, all_cards, cards_for
from backend.domain.calendar import local_day
from backend.domain.permissions import can
from backend.domain.referrals import OPEN_STATUSES
from backend.domain.reports.stages import stage_of
from backend.domain.vocabulary import BoardList, ReferralStatus, Role, Stage
from backend.persistence.queries.board import Number
from backend.persistence.queries.cases import CaseCounts, CaseFilter, count_cases

blueprint = Blueprint(
    "board", __name__, url_prefix="/api/v1", description="The board (工作台): what to begin the day with"
)
OPEN = tuple(status for status in ReferralStatus if status in OPEN_STATUSES)
# Whoever divides cases among others looks at how they divide; a coordinator and an administrator do not.
DIVIDERS = frozenset({Role.BUREAU_TRIAGER, Role.CITY_OPERATIONS, Role.DEPARTMENT_OFFICER, Role.AUDITOR})


@endpoint(
    blueprint,
    "/board",
    permission="board.read",
    summary="The numbers your roles begin the day with, each with the list behind it",
    answer=BoardSchema,
    example=EXAMPLE,
)
def show_board(call: Call) -> Response:
    """A fixed number of statements for each role. Asking a card's address with its query lists exactly what it counts, as long
    as nothing happens in between."""
    cards = cards_for(call.actor.roles, call.now)
    numbers = counted(call, cards)
    divides = bool(call.actor.roles & DIVIDERS) and can(call.actor.roles, "referral.file")
    counts = count_cases(call.session, call.actor, CaseFilter(status=OPEN)) if divides else None
    return json_answer(
        {
            "at": call.now,
            "day": local_day(call.now),
            "cards": [_shown(card, numbers[card.key]) for card in cards],
            "breakdowns": _breakdowns(counts) if counts else [],
        }
    )


def _shown(card: Card, number: Number) -> dict[str, Any]:
    return {
        "key": card.key,
        "label": {"zh": card.zh, "en": card.en},
        "count": number.count,
        "tone": card.tone_of(number.count),
        "at": number.at,
        "link": {"page": card.list, "address": card.address, "query": card.query},
    }


def _breakdowns(counts: CaseCounts) -> list[dict[str, Any]]:
    stages: dict[str | None, int] = dict.fromkeys(Stage, 0)
    for status, number in counts.by["status"].items():
        stages[stage_of([ReferralStatus(str(status))])] += number
    parts = {"stage": {stage: number for stage, number in stages.items() if number}} | {
        by: counts.by[by] for by in ("status", "category", "street")
    }
    return [{"by": by, "parts": [_part(by, code, number) for code, number in parts[by].items()]} for by in parts]


def _part(by: str, code: str | None, number: int) -> dict[str, Any]:
    """A part with the open cases behind it; nothing lists those without a street."""
    query = {"sort": "urgent", "status": ",".join(OPEN)}
    if by == "stage":
        query["status"] = ",".join(status for status in OPEN if stage_of([status]) == code)
    elif code is not None:
        query[by] = code
    link = {"page": BoardList.CASES, "address": all_cards()["to_triage"].address, "query": query}
    return {"code": code, "count": number, "link": link if code is not None else None}
