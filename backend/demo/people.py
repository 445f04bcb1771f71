"""The demo's cast: accounts, phones, and who answers for which grid. Not here: names of the accounts (accounts.py)."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from backend.demo.accounts import ACCOUNTS, STREET_TEAM, Account
from backend.demo.district import SINCE_DAYS
from backend.demo.stage import Stage
from backend.demo.words import GIVEN_NAMES, SURNAMES
from backend.domain.accounts import Actor
from backend.domain.vocabulary import Category, GridRole, Role
from backend.persistence.models import Department, Device
from backend.services.accounts import NewUser, RoleGrant, create_user
from backend.services.grids.responsibilities import assign_responsibility
from backend.settings import Settings
from grids.model import GridFeature

GRIDS_PER_WORKER = 2
WITHOUT_LEAD = 2  # so that the list of grids without a lead shows something
PHONES = (("华为 Mate 60", "harmonyos"), ("小米 14", "android"), ("红米 Note 13", "android"), ("iPhone 13", "ios"))


def engage_people(stage: Stage, features: Sequence[GridFeature], password: str, settings: Settings) -> None:
    """Make everybody, with roles, skills and phones since the grids began, and fill ``stage``'s cast."""
    since = stage.base_day - timedelta(days=SINCE_DAYS)
    now = stage.moment(since, 10)
    casting = _Casting(stage, password, settings, now)
    streets = sorted({feature.street_code for feature in features})
    for account in ACCOUNTS:
        casting.add_account(account, streets)
    for number, street in enumerate(streets, 1):
        casting.add_coordinator(number, street)
    by_street = {street: [f.code for f in features if f.street_code == street] for street in streets}
    lonely = _without_lead(by_street)
    stage.unmanned = set(lonely[1:])
    for street, codes in by_street.items():
        team = [casting.add_worker(street) for _ in range(max(2, -(-len(codes) // GRIDS_PER_WORKER)))]
        stage.teams[street] = team
        _share_out(stage, codes, team, lonely, now)
    stage.session.expunge_all()


def _without_lead(by_street: dict[str, list[str]]) -> list[str]:
    largest = sorted(by_street, key=lambda street: (-len(by_street[street]), street))[:WITHOUT_LEAD]
    return [by_street[street][-1] for street in largest]


def _share_out(stage: Stage, codes: Sequence[str], team: Sequence[Actor], lonely: Sequence[str], now: datetime) -> None:
    """定格定员定责: each grid one lead, every other one a colleague as backup, some a helper; ``lonely`` ones no lead.

    The first lonely grid has a backup alone, the second nobody.
    """
    for number, code in enumerate(codes):
        roles: list[tuple[GridRole, Actor]] = []
        if code not in lonely:
            roles.append((GridRole.LEAD, team[number % len(team)]))
        if code == lonely[0] or (code not in lonely and number % 2 == 0):
            roles.append((GridRole.BACKUP, team[(number + 1) % len(team)]))
        if code not in lonely and number % 3 == 1 and len(team) > 2:
            roles.append((GridRole.HELPER, team[(number + 2) % len(team)]))
        for role, worker in roles:
            assign_responsibility(
                stage.session, stage.actors["admin"], user_id=worker.user_id, grid_code=code, role=role,
                valid_from=now.date(), valid_to=None, now=now,
            )  # fmt: skip


class _Casting:
    """Makes people one after another, all with the same password."""

    def __init__(self, stage: Stage, password: str, settings: Settings, now: datetime) -> None:
        self.stage, self.password, self.settings, self.now = stage, password, settings, now
        self.departments: dict[str, UUID] = {
            row.code: row.id for row in stage.session.execute(select(Department.code, Department.id))
        }

    def add_account(self, account: Account, streets: Iterable[str]) -> None:
        codes: list[str] = []
        for code in account.departments:
            codes += [code.format(street=street) for street in streets] if code == STREET_TEAM else [code]
        grants = [RoleGrant(Role.DEPARTMENT_OFFICER, department=code, valid_from=self.now.date()) for code in codes]
        if account.role is not Role.DEPARTMENT_OFFICER:
            grants.insert(0, RoleGrant(account.role, valid_from=self.now.date()))
        self._add(account.username, account.name, grants)

    def add_coordinator(self, number: int, street: str) -> None:
        """The coordinator also answers for what is referred to the street office itself (属地兜底)."""
        grants = [
            RoleGrant(Role.STREET_COORDINATOR, street, valid_from=self.now.date()),
            RoleGrant(Role.DEPARTMENT_OFFICER, department=f"putuo.street.{street}", valid_from=self.now.date()),
        ]
        username = f"street{number:02d}"
        self.stage.coordinators[street] = self._add(username, self._name(username), grants)

    def add_worker(self, street: str) -> Actor:
        number = len(self.stage.workers) + 1
        username = f"worker{number:02d}"
        # 一员多能: nearly all are trained for everything
        skills = [c for c in Category if number % 9 or c is not Category.ILLEGAL_PRACTICE]
        grants = [RoleGrant(Role.GRID_WORKER, street, valid_from=self.now.date())]
        actor = self._add(username, self._name(username), grants, skills, phone=number)
        self.stage.workers[actor.user_id] = actor
        return actor

    def _add(
        self, username: str, name: str, grants: Sequence[RoleGrant], skills: Sequence[Category] = (), phone: int = 0
    ) -> Actor:
        session = self.stage.session
        new = NewUser(username, name, self.password, tuple(grants), tuple(skills))
        user = create_user(session, None, new, now=self.now, settings=self.settings)
        departments = frozenset(self.departments[grant.department] for grant in grants if grant.department)
        actor = Actor(
            user_id=user.id,
            username=username,
            name=name,
            roles=frozenset(grant.role for grant in grants),
            street_codes=frozenset(
                grant.street_code for grant in grants if grant.street_code and grant.role is Role.STREET_COORDINATOR
            ),
            department_ids=departments,
            device_id=self._add_phone(user.id, username, phone) if phone else None,
        )
        self.stage.actors[username] = actor
        self.stage.officers.update(dict.fromkeys(departments, actor))
        return actor

    def _add_phone(self, user_id: UUID, username: str, number: int) -> UUID:
        name, platform = PHONES[number % len(PHONES)]
        device = Device(
            id=self.stage.uuid(self.now, "device", username),
            device_uid=self.stage.uuid(self.now, "phone", username),
            user_id=user_id,
            name=name,
            platform=platform,
            app_version="1.0.0",
            created_at=self.now,
            outbox_items=0,
            outbox_photos=0,
        )
        self.stage.session.add(device)
        self.stage.session.flush()
        return device.id

    def _name(self, username: str) -> str:
        chance = self.stage.chance("name", username)
        return chance.choice(SURNAMES) + chance.choice(GIVEN_NAMES)
