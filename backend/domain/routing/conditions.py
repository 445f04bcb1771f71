"""When a clause asks for a time: days and hours of the capture as the district's clocks show them. Not here: other conditions."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from backend.domain.calendar import LOCAL_ZONE
from backend.domain.routing.faults import Fault

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TIME_KEYS = {"from", "to", "days", "after", "before"}
HOUR = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00")
_DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """Hours as minutes since midnight, ``starts`` included and ``ends`` not; ``starts`` after ``ends`` runs over midnight.

    ``days`` are weekdays (0 = Monday) of the moment itself: what is captured on Saturday at 01:00 is of Saturday.
    ``after`` is the first day, ``before`` the first day that is out again.
    """

    starts: int
    ends: int
    days: frozenset[int]
    after: date | None
    before: date | None
    text: str

    def holds(self, moment: datetime) -> bool:
        """Whether an aware ``moment`` lies within it, on the clocks of the district."""
        local = moment.astimezone(LOCAL_ZONE)
        minute, day = local.hour * 60 + local.minute, local.date()
        over_midnight = self.starts > self.ends
        in_hours = minute >= self.starts or minute < self.ends if over_midnight else self.starts <= minute < self.ends
        return (
            in_hours
            and (not self.days or local.weekday() in self.days)
            and (self.after is None or day >= self.after)
            and (self.before is None or day < self.before)
        )

    def __str__(self) -> str:
        return self.text


def time_span(data: Mapping[str, Any]) -> TimeSpan:
    """The span out of checked data (see ``time_faults``)."""
    words = [f"{data.get('from', '00:00')}-{data.get('to', '24:00')}"] if {"from", "to"} & data.keys() else []
    words += [",".join(data["days"])] if "days" in data else []
    words += [f"{key} {data[key]}" for key in ("after", "before") if key in data]
    return TimeSpan(
        starts=_minutes(data.get("from", "00:00")),
        ends=_minutes(data.get("to", "24:00")),
        days=frozenset(WEEKDAYS.index(day) for day in data.get("days", ())),
        after=_day(data.get("after")),
        before=_day(data.get("before")),
        text=" ".join(words),
    )


def time_faults(data: Any, rule: str, clause: int) -> Iterator[Fault]:
    """Everything wrong with a clause's ``time``; nothing is guessed."""

    def fault(code: str, **params: Any) -> Fault:
        return Fault(code, params, rule, clause, "time")

    if not isinstance(data, Mapping) or not data:
        yield fault("wrong_shape", key="time", what="a mapping", what_zh="键值结构")
        return
    for key in data:
        if key not in TIME_KEYS:
            yield fault("unknown_key", key=str(key))
    hours = [data[key] for key in ("from", "to") if key in data]
    for hour in hours:
        if isinstance(hour, int) and not isinstance(hour, bool):
            yield fault("unquoted_hour", value=hour)
        elif not isinstance(hour, str) or not HOUR.fullmatch(hour) or hour == data.get("from") == "24:00":
            yield fault("bad_hour", value=hour)
    if len(hours) == 2 and hours[0] == hours[1]:
        yield fault("no_hours")
    days = data.get("days", ["mon"])
    if not isinstance(days, list) or not days:
        yield fault("empty_list", key="days")
    else:
        for day in days:
            if day not in WEEKDAYS:
                yield fault("unknown_value", what="weekday", what_zh="星期", value=day)
    borders = [(key, data[key]) for key in ("after", "before") if key in data]
    bad = [value for _, value in borders if _day(value) is None]
    for value in bad:
        yield fault("bad_day", value=value)
    if len(borders) == 2 and not bad and str(borders[0][1]) >= str(borders[1][1]):
        yield fault("no_days")


def _minutes(hour: str) -> int:
    return int(hour[:2]) * 60 + int(hour[3:])


def _day(value: Any) -> date | None:
    if isinstance(value, datetime) or value is None:
        return None
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        return None


def sample_moments(spans: Collection[TimeSpan], since: date, until: date | None) -> list[datetime]:
    """Moments from ``since`` to the day before ``until``, one for each way the spans can hold or not hold together."""
    minutes = {12 * 60}
    days = {since + timedelta(offset) for offset in range(7)}
    for span in spans:
        for edge in (span.starts, span.ends):
            minutes |= {edge % _DAY_MINUTES, (edge - 1) % _DAY_MINUTES}
        for border in (span.after, span.before):
            # a week on either side sees every weekday there
            days |= {border + timedelta(offset) for offset in range(-7, 7)} if border else set()
    found: dict[tuple[bool, ...], datetime] = {}
    for day in sorted(day for day in days if since <= day and (until is None or day < until)):
        for minute in sorted(minutes):
            moment = datetime.combine(day, time(minute // 60, minute % 60), LOCAL_ZONE)
            found.setdefault(tuple(span.holds(moment) for span in spans), moment)
    return list(found.values())
