"""Every (status, action, role): what the design allows happens, everything else is refused and leaves nothing behind."""

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.vocabulary import ReferralAction, ReferralStatus, Role
from backend.persistence.models import Event, Referral
from backend.services.history import record
from backend.services.referrals import ActionDetails, act, actions_for
from tests import lifecycle
from tests.conftest import NOW
from tests.factories import STREET, actor_of, department_named, make_officer, make_referral, make_report, make_user

A, S = ReferralAction, ReferralStatus
DISTRICT = (Role.BUREAU_TRIAGER, Role.CITY_OPERATIONS, Role.ADMINISTRATOR, Role.AUDITOR)


class Stage:
    """People of every role who all see one referral, and details with which each act is well-formed."""

    def __init__(self, session: Session, status: ReferralStatus) -> None:
        self.session = session
        worker, officer = make_user(session), make_officer(session)
        colleague = make_officer(session)
        health = department_named(session, "putuo.health").id
        self.actors: dict[Role, Actor] = {
            Role.GRID_WORKER: actor_of(worker, Role.GRID_WORKER),
            Role.STREET_COORDINATOR: actor_of(
                make_user(session, Role.STREET_COORDINATOR), Role.STREET_COORDINATOR, street_codes=[STREET]
            ),
            Role.DEPARTMENT_OFFICER: actor_of(officer, Role.DEPARTMENT_OFFICER, department_ids=[health]),
            **{role: actor_of(make_user(session, role), role) for role in DISTRICT},
        }
        other = make_referral(session, make_report(session, make_user(session)), "putuo.market")
        merged = {"merged_into_id": other.id} if status == S.MERGED else {}
        self.referral = make_referral(
            session, make_report(session, worker), status=status, handler_id=colleague.id, **merged
        )
        self.details: dict[ReferralAction, ActionDetails] = {
            A.MERGE: ActionDetails(target=other.id, reason="同一场所"),
            A.UNMERGE: ActionDetails(reason="并错了"),
            A.DISMISS: ActionDetails(outcome_code="unfounded", reason="照片可见证照"),
            A.RETURN: ActionDetails(return_code="other", reason="不属本部门"),
            A.ESCALATE: ActionDetails(reason="职责不清"),
            A.ARBITRATE: ActionDetails(department="putuo.market", reason="指定"),
            A.TRANSFER: ActionDetails(department="putuo.market", reason="移送"),
            A.ASSIGN: ActionDetails(assignee=colleague.id),
            A.HANDLE: ActionDetails(outcome_code="founded_persuaded", note="已劝导"),
            A.REOPEN: ActionDetails(reason="仍违法"),
        }

    def attempt(self, action: ReferralAction, role: Role) -> str:
        """The status after the act, or the code it was refused with; the database is as before either way."""
        savepoint = self.session.begin_nested()
        if action == A.RECALL:
            self._sent_out_of_triage(self.actors[role])
        try:
            act(self.session, self.actors[role], self.referral.id, action, self.details.get(action), now=NOW)
            return str(self.referral.status)
        except DomainError as error:
            assert not self.session.dirty and not self.session.new, "a refused act left something behind"
            return error.code
        finally:
            savepoint.rollback()
            self.session.expire_all()

    def _sent_out_of_triage(self, actor: Actor) -> None:
        """``actor`` has just confirmed it: only then is there something to recall."""
        before = {"department_id": None, "function": self.referral.function_code}
        record(
            self.session, at=NOW, actor=actor, subject_type="referral", subject_id=self.referral.id, action="confirm",
            from_status="pending_triage", to_status="routed", data={"before": before, "after": before},
        )  # fmt: skip
        self.session.flush()


@pytest.mark.parametrize("status", ReferralStatus)
def test_every_triple(session: Session, status: ReferralStatus) -> None:
    stage = Stage(session, status)
    before = session.scalar(select(func.count()).select_from(Event))
    seen: dict[tuple[str, str], str] = {}
    expected: dict[tuple[str, str], str] = {}
    for action in ReferralAction:
        for role in Role:
            seen[action, role] = stage.attempt(action, role)
            may = role in lifecycle.ROLES[action]
            target = lifecycle.TARGETS.get((str(status), str(action)), "illegal_transition")
            expected[action, role] = target if may else "forbidden"
    assert seen == expected
    assert session.scalar(select(func.count()).select_from(Event)) == before
    _check_told(stage, status)


def _check_told(stage: Stage, status: ReferralStatus) -> None:
    """What a person is told he may do is what he may do."""
    referral = stage.session.get_one(Referral, stage.referral.id)
    for role, actor in stage.actors.items():
        # whether somebody may recall hangs on what he did before: the desk says it
        acts = [a for a in A if a != A.RECALL]
        allowed = [a for a in acts if role in lifecycle.ROLES[a] and (str(status), str(a)) in lifecycle.TARGETS]
        assert actions_for(actor, referral) == allowed, role


def test_the_tables_of_this_test_are_whole() -> None:
    statuses: Any = {status for status, _ in lifecycle.TARGETS}
    assert statuses == {str(status) for status in ReferralStatus}
    assert set(lifecycle.ROLES) == {str(action) for action in ReferralAction}
    assert {role for roles in lifecycle.ROLES.values() for role in roles} <= set(Role)
