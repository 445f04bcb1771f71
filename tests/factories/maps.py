"""A district full of reports, cases, sites and tasks at places, for maps: all kinds, by chance but the same always."""

import random
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from backend.domain.vocabulary import (
    Category,
    Flag,
    Outcome,
    ReferralStatus,
    Role,
    Severity,
    SiteStatus,
    Verdict,
)
from backend.persistence.models import Grid, GridVersion, Referral, Report, User
from tests.conftest import NOW
from tests.factories.cases import make_case
from tests.factories.constants import OTHER_STREET
from tests.factories.people import make_officer, make_user
from tests.factories.places import make_grids, make_responsible, make_site
from tests.factories.work import make_referral, make_report, make_task

# Three crowds, so that some cells hold many and some tiles few.
SPOTS = ((121.4010, 31.2410, 0.00002), (121.4075, 31.2432, 0.0008), (121.4200, 31.2440, 0.0020))
MOST_PLACES = 12  # a test asks for the tiles of each


@dataclass(slots=True)
class MapWorld:
    """What stands on the map, and who looks at it, by role."""

    people: dict[Role, User]
    grids: list[Grid]
    reports: list[Report] = field(default_factory=list)
    referrals: list[Referral] = field(default_factory=list)
    places: list[tuple[float, float]] = field(default_factory=list)


def make_map_world(session: Session, number: int = 60, seed: int = 5) -> MapWorld:
    """``number`` reports, a third of them cases of several departments, some without a position; sites and tasks beside."""
    chance = random.Random(seed)
    grids = make_grids(session, 4)
    holding = session.get(GridVersion, grids[0].version_id)
    grids += make_grids(session, 2, street_code=OTHER_STREET, origin=(121.416, 31.24), version=holding)
    people = {role: make_user(session, role) for role in Role if role != Role.DEPARTMENT_OFFICER}
    people[Role.DEPARTMENT_OFFICER] = make_officer(session)
    make_responsible(session, people[Role.GRID_WORKER], grids[:2])
    world = MapWorld(people, grids)
    authors = [people[Role.GRID_WORKER], people[Role.STREET_COORDINATOR], make_user(session)]
    for _ in range(number):
        _add_report(session, world, chance, chance.choice(authors))
    for _ in range(number // 4):
        site = make_site(session, chance.choice(grids), position=_place(world, chance), category=chance.choice([*Category]),
                         status=chance.choice([SiteStatus.ACTIVE, SiteStatus.CLOSED]))  # fmt: skip
        make_task(session, chance.choice(grids), chance.choice([None, people[Role.GRID_WORKER]]),
                  site_id=chance.choice([None, site.id]), category=chance.choice([*Category]),
                  due_at=NOW + timedelta(days=chance.choice([-2, 2])))  # fmt: skip
    session.flush()
    return world


def _add_report(session: Session, world: MapWorld, chance: random.Random, author: User) -> None:
    grid = chance.choice([*world.grids, None])
    place = _place(world, chance) if chance.random() < 0.9 else None
    values: dict[str, Any] = {
        "position": place,
        "category": chance.choice([*Category]),
        "captured_at": NOW - timedelta(minutes=chance.randrange(200 * 1440)),
        "flags": chance.choice([[], [Flag.BORDERLINE.value]]),
        "verdict": chance.choice([Verdict.INSIDE, Verdict.BORDERLINE]),
        "street_code": grid.street_code if grid else chance.choice([None, OTHER_STREET]),
    }
    if chance.random() < 0.6:
        world.reports.append(make_report(session, author, grid, outcome=chance.choice([Outcome.NO_PROBLEM, Outcome.CLOSED_DOOR]),
                                         **values))  # fmt: skip
        return
    severity = chance.choice([*Severity])
    case = make_case(
        session, chance.choice(["putuo.health", "putuo.market"]), author=author, grid=grid, severity=severity,
        report=values | {"severity": severity},
        status=chance.choice([ReferralStatus.ROUTED, ReferralStatus.ACCEPTED, ReferralStatus.CLOSED]),
        is_emergency=severity == Severity.EMERGENCY, finding_codes=chance.choice([["A-01"], ["A-02", "A-01"]]),
    )  # fmt: skip
    report = session.get_one(Report, case.report_id)
    world.reports.append(report)
    world.referrals.append(case)
    if chance.random() < 0.4:
        world.referrals.append(
            make_referral(
                session, report, "putuo.chengguan", function_code="drinking_water_supervision", severity=severity
            )
        )


def _place(world: MapWorld, chance: random.Random) -> str:
    if len(world.places) >= MOST_PLACES:
        place = chance.choice(world.places)
        return f"SRID=4490;POINT({place[0]!r} {place[1]!r})"
    lon, lat, spread = chance.choice(SPOTS)
    place = (lon + chance.uniform(-spread, spread), lat + chance.uniform(-spread, spread))
    world.places.append(place)
    return f"SRID=4490;POINT({place[0]!r} {place[1]!r})"
