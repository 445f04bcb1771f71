"""Which numbers each role begins its day with (data/board.yaml). Not here: counting (persistence), the lists themselves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache

from backend.domain.calendar import LOCAL_ZONE, local_day
from backend.domain.data_files import load_yaml
from backend.domain.vocabulary import BoardList, Role, Tone

SOON_DAYS = 30


@dataclass(frozen=True, slots=True)
class Card:
    """One number: ``query`` of the list it counts, as that list's address takes it; ``address`` None: there is no list."""

    key: str
    list: BoardList
    address: str | None
    query: Mapping[str, str]
    tone: Tone
    zh: str
    en: str

    def tone_of(self, count: int) -> Tone:
        """How a number is meant; 0 is always good."""
        return self.tone if count else Tone.OK


def cards_for(roles: Iterable[Role], now: datetime) -> list[Card]:
    """The cards of somebody with ``roles`` at ``now``, each once, in the order of his roles as the data lists them."""
    held, data, words = set(roles), load_yaml("board.yaml"), moments(now)
    keys = dict.fromkeys(key for role, keys in data["roles"].items() if Role(role) in held for key in keys)
    cards = all_cards()
    return [_filled(cards[key], words) for key in keys]


@cache
def all_cards() -> dict[str, Card]:
    """Every card by its key, its query with the placeholders still in it."""
    data = load_yaml("board.yaml")
    return {
        key: Card(
            key=key,
            list=BoardList(entry["list"]),
            address=data["pages"][entry["list"]],
            query=entry["query"],
            tone=Tone(entry["tone"]),
            zh=entry["zh"],
            en=entry["en"],
        )
        for key, entry in data["cards"].items()
    }


def moments(now: datetime) -> dict[str, str]:
    """What the placeholders of a query stand for at ``now``; moments are in the district's zone, with offset."""
    today = local_day(now)
    tonight = datetime.combine(today + timedelta(days=1), time(), LOCAL_ZONE)
    return {
        "now": now.astimezone(LOCAL_ZONE).isoformat(timespec="seconds"),
        "today": today.isoformat(),
        "tonight": tonight.isoformat(timespec="seconds"),
        "soon": (today + timedelta(days=SOON_DAYS)).isoformat(),
    }


def _filled(card: Card, words: Mapping[str, str]) -> Card:
    query = {name: value.format(**words) for name, value in card.query.items()}
    return Card(card.key, card.list, card.address, query, card.tone, card.zh, card.en)
