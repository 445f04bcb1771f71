"""Counts what each list of the board would show: its own query schema reads the card's query, its own filter narrows.

Not here: which cards there are (domain/board.py), the statements (persistence/queries/board.py).
"""

from collections.abc import Callable, Sequence
from typing import Any

from backend.api.devices import filter_of as device_filter
from backend.api.endpoint import Call
from backend.api.grids.responsibilities import filter_of as responsibility_filter
from backend.api.schemas.cases import CaseOrderSchema
from backend.api.schemas.clocks import ClockRequestQuerySchema
from backend.api.schemas.devices import DeviceQuerySchema
from backend.api.schemas.grids import ResponsibilityQuerySchema
from backend.api.schemas.quarantine import QuarantineQuerySchema
from backend.api.schemas.review import ReviewFilterSchema
from backend.api.schemas.tasks import TaskFilterSchema
from backend.api.schemas.users import UserQuerySchema
from backend.api.schemas.webhooks import WebhookQuerySchema
from backend.api.tasks import filter_of as task_filter
from backend.api.users import filter_of as user_filter
from backend.domain.board import SOON_DAYS, Card
from backend.domain.calendar import local_day
from backend.domain.vocabulary import BoardList
from backend.persistence.queries import board
from backend.persistence.queries.board import Number
from backend.persistence.queries.cases import CaseFilter
from backend.persistence.queries.review import ReviewFilter, count_reviews
from backend.services.clocks import waiting_clocks

L = BoardList
Counter = Callable[[Call, Sequence[Card]], list[Number]]


def counted(call: Call, cards: Sequence[Card]) -> dict[str, Number]:
    """The number of each card, by its key; one statement for a list however many cards it has, few for all."""
    numbers: dict[str, Number] = {}
    for which in dict.fromkeys(card.list for card in cards):
        own = [card for card in cards if card.list == which]
        found = COUNTERS[which](call, own)
        numbers |= {card.key: number for card, number in zip(own, found, strict=True)}
    return numbers


def _tasks(call: Call, cards: Sequence[Card]) -> list[Number]:
    wanted = [task_filter(TaskFilterSchema().load(card.query)) for card in cards]
    return board.count_tasks(call.session, call.actor, wanted, call.now)


def _cases(call: Call, cards: Sequence[Card]) -> list[Number]:
    loaded = [dict(CaseOrderSchema().load(card.query)) for card in cards]
    for query in loaded:
        query.pop("sort")
    return board.count_cases(call.session, call.actor, [CaseFilter(**query) for query in loaded])


def _reviews(call: Call, cards: Sequence[Card]) -> list[Number]:
    wanted = [ReviewFilter(**ReviewFilterSchema().load(card.query)) for card in cards]
    return [Number(count) for count in count_reviews(call.session, call.actor, wanted, call.now)]


def _quarantine(call: Call, query: Any) -> Number:
    state = QuarantineQuerySchema().load(query)["state"]
    return board.count_quarantine(call.session, call.actor, state, call.now)


def _devices(call: Call, query: Any) -> Number:
    wanted = device_filter(DeviceQuerySchema().load(query), call.now)
    return board.count_devices(call.session, call.actor, wanted, local_day(call.now))


def _responsibilities(call: Call, query: Any) -> Number:
    wanted = responsibility_filter(ResponsibilityQuerySchema().load(query))
    return board.count_responsibilities(call.session, call.actor, wanted, local_day(call.now))


def _users(call: Call, query: Any) -> Number:
    wanted = user_filter(UserQuerySchema().load(query))
    return board.count_users(call.session, call.actor, wanted, local_day(call.now))


def _requests(call: Call, query: Any) -> Number:
    told = ClockRequestQuerySchema().load(query)
    return board.count_requests(call.session, call.actor, told["state"], told["kind"], told["level"])


def _each(count: Callable[[Call, Any], Number]) -> Counter:
    return lambda call, cards: [count(call, card.query) for card in cards]


COUNTERS: dict[BoardList, Counter] = {
    L.TASKS: _tasks,
    L.CASES: _cases,
    L.REVIEW: _reviews,
    L.QUARANTINE: _each(_quarantine),
    L.DEVICES: _each(_devices),
    L.RESPONSIBILITIES: _each(_responsibilities),
    L.USERS: _each(_users),
    L.CLOCK_REQUESTS: _each(_requests),
    L.GRIDS_WITHOUT_LEAD: _each(lambda call, _: board.count_leaderless(call.session, call.actor, call.now)),
    L.WEBHOOKS: _each(lambda call, query: board.count_webhooks(call.session, WebhookQuerySchema().load(query)["dead"])),
    L.CALENDAR: _each(lambda call, _: Number(len(waiting_clocks(call.session)))),
    L.RULE_SETS: _each(lambda call, _: board.rules_ending(call.session, call.now, SOON_DAYS)),
    L.JOBS: _each(lambda call, _: board.count_failed_jobs(call.session)),
    L.SEALS: _each(lambda call, _: board.unsealed(call.session)),
}
