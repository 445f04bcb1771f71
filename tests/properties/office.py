"""What people at desks do, and operators: plans, orders, areas, roles, redrawn grids, a restore. Ledger and server in step.

Every act is the product's own use case, committed for real; ``slow`` is one that stays uncommitted while others commit.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from backend.domain.calendar import local_day
from backend.domain.vocabulary import Category, GridRole, GridVersionStatus, Role, SiteAction, TaskAction
from backend.persistence.database import db
from backend.persistence.models import GridResponsibility
from backend.persistence.unit_of_work import unit_of_work
from backend.services.accounts import RoleGrant, set_roles
from backend.services.epochs import start_new_epoch
from backend.services.grids.responsibilities import assign_responsibility, end_responsibility
from backend.services.grids.versions import publish_version
from backend.services.sites import act_on_site
from backend.services.tasks import Act, TaskDraft, act, create_task
from tests.factories import STREET
from tests.properties.model import ORDERS, WORKER, Ledger, TaskModel
from tests.properties.shelf import Shelf
from tests.properties.world import DRAWINGS, World, borders, draw_version

SITE_ACTS = {"proposed": ("confirm", "reject"), "active": ("close",)}
AFTER_ACT = {"confirm": "active", "reject": "closed", "close": "closed"}


class Slow:
    """A planner's new task whose transaction is still running; ``grid`` is locked by it."""

    def __init__(self, session: Session, task_id: str, task: TaskModel) -> None:
        self.session, self.task_id, self.task, self.grid = session, task_id, task, task.grid


class Office:
    """Acts on the server and tells the ledger; every number chooses among what is possible at the moment."""

    def __init__(self, world: World, ledger: Ledger) -> None:
        self.world, self.ledger = world, ledger
        self.slow: Slow | None = None
        self.kept: tuple[datetime, Ledger, Shelf] = (self.now, ledger.copy(), world.start)

    @property
    def now(self) -> datetime:
        """The server's time."""
        now: datetime = self.world.app.extensions["gridpatrol"].gateways.clock.now()
        return now

    def commit(self, use_case: Callable[[Session], Any]) -> Any:
        """Run a use case and commit it."""
        with self.world.app.app_context(), unit_of_work() as session:
            return use_case(session)

    def workers(self) -> list[str]:
        """Who may be given work."""
        return [user for user, roles in self.ledger.roles.items() if WORKER in roles]

    def new_task(self, where: int, who: int, *, at_site: bool, with_helper: bool, slowly: bool = False) -> None:
        """A planner makes a task and gives it out, or leaves it planned when nobody is there."""
        places = [(code, None) for code in sorted(self.ledger.grids)]
        if at_site:
            sites = self.ledger.sites.items()
            places = [
                (s.grid, key) for key, s in sites if s.status != "closed" and s.grid in self.ledger.grids
            ] or places
        grid, site = places[where % len(places)]
        workers = self.workers()
        assignee = workers[who % len(workers)] if workers else None
        helpers = {user for user in workers if user != assignee} if with_helper else set()
        draft = TaskDraft(
            category=Category.ILLEGAL_PRACTICE,
            grid_code=grid,
            site_id=UUID(site) if site else None,
            assignee_id=UUID(assignee) if assignee else None,
            helper_ids=tuple(UUID(user) for user in sorted(helpers)) if assignee else (),
        )
        task = TaskModel(grid, site)
        if assignee:
            task.status = "assigned"
            self.ledger.give(task, assignee, helpers)
        if slowly:
            self._begin_slowly(draft, task)
            return
        made = self.commit(lambda session: create_task(session, self.world.boss, draft, now=self.now).tasks[0].id)
        self.ledger.tasks[str(made)] = task

    def _begin_slowly(self, draft: TaskDraft, task: TaskModel) -> None:
        session = Session(self.world.engine, expire_on_commit=False)
        made = create_task(session, self.world.boss, draft, now=self.now).tasks[0].id
        self.slow = Slow(session, str(made), task)

    def end_slow(self, *, keep: bool = True) -> None:
        """The slow transaction commits at last, or is rolled back."""
        if self.slow is None:
            return
        slow, self.slow = self.slow, None
        if keep:
            slow.session.commit()
            self.ledger.tasks[slow.task_id] = slow.task
        else:
            slow.session.rollback()
        slow.session.close()

    def order(self, which: int, what: int, who: int, *, with_helper: bool) -> None:
        """A planner gives, takes back, ends or returns a task."""
        choices = [
            (key, action)
            for key, task in self.ledger.tasks.items()
            for status, action in ORDERS
            if status == task.status
        ]
        if choices:
            key, action = choices[(which * 5 + what) % len(choices)]
            self.order_task(key, action, who, with_helper=with_helper)

    def order_task(self, key: str, action: str, who: int, *, with_helper: bool) -> None:
        """One such order, where it is possible now and nobody else holds the task's rows."""
        task = self.ledger.tasks[key]
        others = [user for user in self.workers() if user != task.assignee]
        gives = action in ("assign", "reassign")
        held_back = self.slow is not None and self.slow.grid == task.grid
        if held_back or (task.status, action) not in ORDERS or (gives and not others):
            return
        wanted, assignee = Act(reason="安排"), None
        helpers: set[str] | None = None
        if gives:
            assignee = others[who % len(others)]
            helpers = {user for user in self.workers() if user != assignee} if with_helper else None
            ids = None if helpers is None else tuple(UUID(user) for user in sorted(helpers))
            wanted = Act(assignee_id=UUID(assignee), helper_ids=ids, reason="安排")
        self.commit(lambda s: act(s, self.world.boss, UUID(key), TaskAction(action), wanted, now=self.now))
        task.status = ORDERS[task.status, action]
        if assignee:
            self.ledger.give(task, assignee, helpers)
        if task.status in ("done", "cancelled"):
            task.helpers = set()

    def change_area(self, where: int, who: int) -> None:
        """Somebody begins to answer for a grid, or no longer does."""
        workers = self.workers()
        if not workers:
            return
        grid, user = sorted(self.ledger.grids)[where % len(self.ledger.grids)], workers[who % len(workers)]
        day, boss = local_day(self.now), self.world.boss
        if (grid, user) in self.ledger.responsible:
            held = select(GridResponsibility.id).where(
                GridResponsibility.grid_code == grid,
                GridResponsibility.user_id == UUID(user),
                GridResponsibility.period.contains(day),
            )
            self.commit(lambda s: end_responsibility(s, boss, s.scalars(held).one(), valid_to=day, now=self.now))
            del self.ledger.responsible[grid, user]
            return
        led = any(code == grid and role == "lead" for (code, _), role in self.ledger.responsible.items())
        role = GridRole.BACKUP if led else GridRole.LEAD
        self.commit(
            lambda s: assign_responsibility(
                s, boss, user_id=UUID(user), grid_code=grid, role=role, valid_from=day, valid_to=None, now=self.now
            )
        )
        self.ledger.responsible[grid, user] = role.value

    def change_role(self, who: int) -> None:
        """Somebody stops being a worker, or is one again."""
        user, roles = list(self.ledger.roles.items())[who % len(self.ledger.roles)]
        grants = [] if WORKER in roles else [RoleGrant(Role.GRID_WORKER, STREET)]
        self.commit(lambda s: set_roles(s, None, UUID(user), grants, now=self.now))
        self.ledger.roles[user] = {WORKER} if grants else set()

    def redraw(self, drawing: int) -> None:
        """Another version of the grids is published and in force at once."""
        drawing %= len(DRAWINGS)

        def publish(session: Session) -> None:
            version = draw_version(session, drawing, GridVersionStatus.DRAFT)
            publish_version(session, None, version, self.now, now=self.now)

        self.commit(publish)
        self.ledger.redraw(self.now, borders(drawing))

    def judge_site(self, which: int, what: int) -> None:
        """A coordinator confirms or rejects a proposal, or closes a premise."""
        open_sites = [(key, site) for key, site in self.ledger.sites.items() if site.status in SITE_ACTS]
        if not open_sites:
            return
        key, site = open_sites[which % len(open_sites)]
        action = SITE_ACTS[site.status][what % len(SITE_ACTS[site.status])]
        boss = self.world.boss
        self.commit(lambda s: act_on_site(s, boss, UUID(key), SiteAction(action), "核实", now=self.now))
        site.status = AFTER_ACT[action]

    def back_up(self) -> None:
        """Copy everything that is committed."""
        self.world.backup.keep()
        self.kept = (self.now, self.ledger.copy(), self.world.backup)

    def restore(self, disk: set[str], *, disk_survives: bool) -> None:
        """Go back to the last backup, or to the beginning, and start a new epoch; ``disk``: photos that lie there."""
        self.end_slow(keep=False)
        taken_at, old, shelf = self.kept
        shelf.put_back()
        if not disk_survives:
            self.world.forget_photos(disk - old.photos)
            disk &= old.photos
        epoch = self.commit(lambda session: start_new_epoch(session, taken_at, self.now))
        self.ledger.__dict__.update(old.copy().__dict__)
        self.ledger.epochs.append((str(epoch), taken_at))

    def refuse_reports(self) -> None:
        """A database that refuses, for a reason no rule knows, any report that asks for it."""
        with self.world.engine.begin() as connection:
            connection.execute(text(REFUSING))

    def stop_refusing(self) -> None:
        """The database as it was."""
        with self.world.engine.begin() as connection:
            connection.execute(text("DROP TRIGGER refuse_it ON reports; DROP FUNCTION refuse_it"))

    def close(self) -> None:
        """Leave no transaction open."""
        self.end_slow(keep=False)
        with self.world.app.app_context():
            db.session.remove()


REFUSING = """
    CREATE FUNCTION refuse_it() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE check_violation USING MESSAGE = 'refused'; END $$;
    CREATE TRIGGER refuse_it BEFORE INSERT ON reports FOR EACH ROW WHEN (NEW.description = 'refuse me')
    EXECUTE FUNCTION refuse_it();
"""
