"""Who visits what in which round, and how each patrol ends, decided beforehand. Not here: doing it (fieldwork.py)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from backend.demo.cases import CASES, Case
from backend.demo.premises import Premise
from backend.demo.stage import Stage
from backend.demo.visits import ALL_COME, NONE_COMES, ODDITIES, ONE_LACKS
from backend.demo.words import OUTCOMES_PER_HUNDRED
from backend.domain.vocabulary import Category
from grids.model import GridFeature

ROUNDS = 2
DONE, SUBMITTED, IGNORED, ACCEPTED, STARTED = "done", "submitted", "ignored", "accepted", "started"
SENT_BACK, CANCELLED, DECLINED, LATE = "sent_back", "cancelled", "declined", "late"
# Index of the grid, remainder of 15 in both rounds: how the patrol ends where it does not end well.
FIRST_ROUND = {7: CANCELLED, 11: DECLINED, 13: SENT_BACK}
SECOND_ROUND = {1: SUBMITTED, 3: IGNORED, 5: ACCEPTED, 8: STARTED, 12: SUBMITTED}
LATE_GRID = 10  # one patrol of the second round is synced after its task has gone to somebody else
ODD_EVERY = 13
MISSING_EVERY = 9
TWICE = "路口流动摊"  # what two reports of one afternoon speak of


@dataclass(frozen=True, slots=True)
class Stop:
    """One visit of a patrol, still without its time."""

    key: str
    premise: Premise | None
    case: Case | None
    outcome: str
    oddity: str | None
    photos_come: str


@dataclass(slots=True)
class Patrol:
    """What a worker does for one task of one grid."""

    round: int
    index: int
    feature: GridFeature
    fate: str
    category: Category
    stops: list[Stop] = field(default_factory=list)


def plan_patrols(stage: Stage, features: Sequence[GridFeature], premises: Sequence[Premise]) -> list[Patrol]:
    """Two rounds over all grids; every case of CASES is met once in a patrol that is carried out."""
    patrols = [
        Patrol(number, index, feature, _fate(number, index), _category(number, index))
        for number in range(ROUNDS)
        for index, feature in enumerate(features)
    ]
    cases = _place_cases([p for p in patrols if p.feature.code not in stage.unmanned], premises)
    count = 0
    for patrol in patrols:
        own = [p for p in premises if p.grid_code == patrol.feature.code]
        places: list[tuple[Premise | None, Case | None]] = [
            (p, cases.get((patrol.round, p.code))) for p in own
        ]  # fmt: skip
        places += [(None, case) for case in cases.on_the_way.get((patrol.round, patrol.index), ())]
        for premise, case in places:
            patrol.stops.append(_stop(stage, patrol, count, premise, case))
            count += 1
    return patrols


class _CasePlaces(dict[tuple[int, str], Case]):
    """Cases by (round, code of the site), and those met on the way by (round, index of the grid)."""

    def __init__(self) -> None:
        super().__init__()
        self.on_the_way: dict[tuple[int, int], list[Case]] = {}


def _place_cases(patrols: Sequence[Patrol], premises: Sequence[Premise]) -> _CasePlaces:
    """Two thirds of the cases come in the first round, so that there is time to handle them."""
    open_patrols = {(p.round, p.feature.code): p for p in patrols if _is_sure(p)}
    sure = list(open_patrols.values())
    places, used = _CasePlaces(), set[str]()
    for number, case in enumerate(CASES):
        wanted = 1 if number % 3 == 2 else 0
        if case.trade is None:
            rounds = [p for p in sure if p.round == wanted]
            patrol = rounds[number * 5 % len(rounds)]
            copies = 2 if case.name == TWICE else 1
            places.on_the_way.setdefault((patrol.round, patrol.index), []).extend([case] * copies)
            continue
        options = [
            (abs(turn - wanted), premise.code, turn)
            for premise in premises
            for turn in range(ROUNDS)
            if premise.trade.key == case.trade
            and premise.code not in used
            and (turn, premise.grid_code) in open_patrols
        ]
        _, code, turn = min(options)
        used.add(code)
        places[turn, code] = case
    return places


def _is_sure(patrol: Patrol) -> bool:
    """Whether somebody trained will carry this patrol out, whoever is responsible."""
    return patrol.fate in (DONE, SUBMITTED) and patrol.category is not Category.ILLEGAL_PRACTICE


def _fate(number: int, index: int) -> str:
    if number == 0:
        return FIRST_ROUND.get(index % 15, DONE)
    return LATE if index == LATE_GRID else SECOND_ROUND.get(index % 15, DONE)


def _category(number: int, index: int) -> Category:
    return tuple(Category)[(index + number) % len(Category)]


def _stop(stage: Stage, patrol: Patrol, count: int, premise: Premise | None, case: Case | None) -> Stop:
    key = f"{patrol.round}/{patrol.index}/{len(patrol.stops)}"
    oddity = None if case else ODDITIES[count // ODD_EVERY % len(ODDITIES)] if count % ODD_EVERY == 0 else None
    come = ALL_COME
    if count % MISSING_EVERY == MISSING_EVERY - 1:
        come = ONE_LACKS if case else NONE_COMES
    outcome = "no_problem" if oddity else _outcome(stage, key)
    return Stop(key, premise, case, outcome, oddity, come)


def _outcome(stage: Stage, key: str) -> str:
    drawn = stage.chance("outcome", key).randint(1, sum(share for _, share in OUTCOMES_PER_HUNDRED))
    for outcome, share in OUTCOMES_PER_HUNDRED:
        drawn -= share
        if drawn <= 0:
            return outcome
    return OUTCOMES_PER_HUNDRED[0][0]
