"""Transfers to the police: every (status, action, role), the way through with its clocks, and what is refused."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from backend.domain.crime_transfers import TRANSITIONS
from backend.domain.errors import DomainError
from backend.domain.ids import new_id
from backend.domain.vocabulary import CrimeTransferAction, CrimeTransferStatus, ReferralStatus, Role
from backend.persistence.models import Event
from backend.services import crime_transfers as services
from backend.services.crime_transfers import TransferDetails, TransferProposal, due_transfers
from tests.conftest import NOW
from tests.factories import (
    OFFICERS,
    PAPERS,
    STREET,
    actor_of,
    department_named,
    make_officer,
    make_referral,
    make_report,
    make_transfer,
    make_user,
)

S, A = CrimeTransferStatus, CrimeTransferAction
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
DETAILS = TransferDetails(reason="理由", receipt_no="回执1号", answer="普公立字〔2026〕1号")
# What a transfer in a status has behind it, as the database insists.
BEHIND = {
    status: {"decided_at": NOW, "handed_over_at": NOW, "receipt_no": "回执1号"}
    for status in S
    if status not in (S.PROPOSED, S.APPROVED, S.REFUSED)
} | {S.APPROVED: {"decided_at": NOW}, S.REFUSED: {"decided_at": NOW}}


def bureau_person(session):
    return actor_of(make_user(session, Role.BUREAU_TRIAGER), Role.BUREAU_TRIAGER)


@pytest.fixture
def proposer(session):
    return make_user(session, Role.BUREAU_TRIAGER)


@pytest.fixture
def bureau(session):
    return bureau_person(session)


@pytest.fixture
def referral(session):
    return make_referral(session, make_report(session, make_user(session)))


def proposal(**values):
    return TransferProposal(**{"grounds": ("two_penalties",), "report": "报告", "officers": OFFICERS, **values})


def refused(code, act, *args, **kwargs):
    with pytest.raises(DomainError) as refusal:
        act(*args, **kwargs)
    assert refusal.value.code == code, refusal.value.sentence("en")
    assert refusal.value.sentence("zh")


def transfer_in(session, referral, proposer, status):
    behind = dict(BEHIND.get(status, {}))
    if behind:
        behind["decided_by"] = make_user(session, Role.BUREAU_TRIAGER).id
    return make_transfer(session, referral, proposer, status=status, **behind)


def person_of(session, role):
    """Somebody of ``role`` who can see the referral, if his role can."""
    department = department_named(session, "putuo.health")
    user = make_officer(session) if role == Role.DEPARTMENT_OFFICER else make_user(session, role)
    return actor_of(user, role, street_codes=[STREET], department_ids=[department.id])


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("status", S)
def test_every_status_action_and_role(session, referral, proposer, status, role):
    """Allowed for the bureau where the table says so; to everybody else forbidden, and to a worker not even there."""
    actor = person_of(session, role)
    for action in A:
        with session.begin_nested() as nested:
            transfer = transfer_in(session, referral, proposer, status)
            told = services.actions_for(actor, transfer)
            act = (services.act_on_transfer, session, actor, transfer.id, action, DETAILS)
            if role == Role.GRID_WORKER:
                refused("not_found", *act, now=NOW)
            elif role != Role.BUREAU_TRIAGER:
                refused("forbidden", *act, now=NOW)
            elif (status, action) not in TRANSITIONS:
                refused("illegal_transition", *act, now=NOW)
            else:
                assert services.act_on_transfer(*act[1:], now=NOW).status == TRANSITIONS[status, action]
            allowed = role == Role.BUREAU_TRIAGER and (status, action) in TRANSITIONS
            assert (action in told) is allowed
            nested.rollback()


@pytest.mark.parametrize("role", Role)
def test_who_may_propose(session, referral, role):
    actor = person_of(session, role)
    if role == Role.BUREAU_TRIAGER:
        assert services.propose_transfer(session, actor, referral.id, proposal(), now=NOW).status == S.PROPOSED
    elif role == Role.GRID_WORKER:
        refused("not_found", services.propose_transfer, session, actor, referral.id, proposal(), now=NOW)
    else:
        refused("forbidden", services.propose_transfer, session, actor, referral.id, proposal(), now=NOW)


def test_the_whole_way_with_its_clocks(session, referral, bureau):
    """Proposed, approved, handed over, not filed, reconsidered, upheld, the procuratorate, filed, goods delivered."""
    first = services.propose_transfer(session, bureau_person(session), referral.id, proposal(materials=PAPERS), now=NOW)
    assert first.decide_due_at == NOW + 3 * DAY
    assert services.open_transfer_exists(session, referral.id)
    at = NOW
    for action, wait, column, length in (
        (A.APPROVE, 2 * DAY, "hand_over_due_at", DAY),
        (A.HAND_OVER, 5 * HOUR, "answer_due_at", 3 * DAY),
        (A.RECORD_NOT_FILED, DAY, "reconsideration_due_at", 3 * DAY),
        (A.REQUEST_RECONSIDERATION, DAY, "ruling_due_at", 3 * DAY),
        (A.RECORD_UPHELD, DAY, "procuratorate_due_at", 3 * DAY),
        (A.INFORM_PROCURATORATE, DAY, None, None),
        (A.RECORD_FILED, 9 * DAY, "goods_due_at", 3 * DAY),
        (A.DELIVER_GOODS, HOUR, None, None),
    ):
        at += wait
        assert services.handed_over(session, referral.id) is (first.handed_over_at is not None)
        services.act_on_transfer(session, bureau, first.id, action, DETAILS, version=first.version, now=at)
        if column:
            assert getattr(first, column) == at + length, action
    assert (first.status, first.version) == (S.COMPLETED, 9)
    assert (first.receipt_no, first.police_answer) == ("回执1号", "普公立字〔2026〕1号")
    assert not services.open_transfer_exists(session, referral.id)
    assert services.handed_over(session, referral.id)
    events = session.scalars(select(Event).where(Event.subject_id == str(first.id)).order_by(Event.seq)).all()
    assert [e.action for e in events][:3] == ["propose", "approve", "hand_over"]
    assert len(events) == 9
    assert (referral.status, referral.version) == (ReferralStatus.ROUTED, 1)  # a life of its own


def test_nobody_decides_what_he_proposed(session, referral, bureau):
    made = services.propose_transfer(session, bureau, referral.id, proposal(), now=NOW)
    for action in (A.APPROVE, A.REFUSE):
        refused("decider_is_proposer", services.act_on_transfer, session, bureau, made.id, action, DETAILS, now=NOW)
    assert services.actions_for(bureau, made) == []
    services.act_on_transfer(session, bureau_person(session), made.id, A.REFUSE, DETAILS, now=NOW)
    assert made.decision_reason == "理由"
    # refused is over: new facts make a new proposal
    services.propose_transfer(session, bureau, referral.id, proposal(), now=NOW)


def test_what_a_proposal_is_refused_for(session, referral, bureau):
    def propose(which=referral, **values):
        return (
            services.propose_transfer,
            session,
            bureau,
            which.id,
            proposal(**values),
        )  # many calls alike

    market = make_referral(
        session, make_report(session, make_user(session)), "putuo.market", function_code="market_supervision"
    )
    refused("transfer_of_other_function", *propose(market), now=NOW)
    refused("officers_needed", *propose(officers=OFFICERS[:1]), now=NOW)
    refused("grounds_needed", *propose(grounds=()), now=NOW)
    refused("unknown_code", *propose(materials=[{"code": "poem"}]), now=NOW)
    refused("unknown_photo", *propose(materials=[{**PAPERS[0], "photo": "0" * 64}]), now=NOW)
    refused("not_found", services.propose_transfer, session, bureau, new_id(), proposal(), now=NOW)
    services.propose_transfer(session, bureau, referral.id, proposal(), now=NOW)
    refused("transfer_exists", *propose(), now=NOW)


def test_the_papers_are_complete_before_hand_over(session, referral, proposer, bureau):
    made = make_transfer(session, referral, proposer, materials=[])
    services.act_on_transfer(session, bureau, made.id, A.APPROVE, now=NOW)
    hand_over = (services.act_on_transfer, session, bureau, made.id, A.HAND_OVER)
    refused("material_needed", *hand_over, DETAILS, now=NOW)
    services.set_materials(session, bureau, made.id, PAPERS[:3], version=2, now=NOW)
    refused("material_needed", *hand_over, DETAILS, now=NOW)
    refused("stale_version", services.set_materials, session, bureau, made.id, PAPERS, version=2, now=NOW)
    refused("unknown_code", services.set_materials, session, bureau, made.id, [{"code": "poem"}], now=NOW)
    services.set_materials(session, bureau, made.id, PAPERS, version=3, now=NOW)
    refused("receipt_needed", *hand_over, TransferDetails(receipt_no=" "), now=NOW)
    assert made.status == S.APPROVED
    services.act_on_transfer(session, bureau, made.id, A.HAND_OVER, DETAILS, now=NOW)
    refused("materials_closed", services.set_materials, session, bureau, made.id, [], now=NOW)
    officer = person_of(session, Role.DEPARTMENT_OFFICER)
    refused("forbidden", services.set_materials, session, officer, made.id, [], now=NOW)
    assert made.materials == PAPERS


def test_acts_say_why_and_what_was_answered(session, referral, proposer, bureau):
    made = make_transfer(session, referral, proposer)

    def act(action, **values):
        return (
            services.act_on_transfer,
            session,
            bureau,
            made.id,
            action,
            TransferDetails(**values),
        )  # many calls alike

    refused("reason_required", *act(A.REFUSE, reason=" "), now=NOW)
    refused("stale_version", *act(A.APPROVE), version=7, now=NOW)
    services.act_on_transfer(session, bureau, made.id, A.APPROVE, now=NOW)
    services.act_on_transfer(session, bureau, made.id, A.HAND_OVER, DETAILS, now=NOW)
    refused("answer_needed", *act(A.RECORD_NOT_FILED), now=NOW)
    services.act_on_transfer(session, bureau, made.id, A.RECORD_NOT_FILED, DETAILS, now=NOW)
    refused("reason_required", *act(A.REQUEST_RECONSIDERATION), now=NOW)
    refused("not_found", services.act_on_transfer, session, bureau, new_id(), A.END, DETAILS, now=NOW)


def test_a_clock_runs_from_the_fact_not_from_its_recording(session, referral, proposer, bureau):
    made = make_transfer(session, referral, proposer)
    services.act_on_transfer(session, bureau, made.id, A.APPROVE, now=NOW)
    later = NOW + 20 * HOUR
    for wrong in (NOW - HOUR, later + HOUR):
        details = TransferDetails(receipt_no="1", at=wrong)
        refused("bad_moment", services.act_on_transfer, session, bureau, made.id, A.HAND_OVER, details, now=later)
    details = TransferDetails(receipt_no="1", at=NOW + 2 * HOUR)
    services.act_on_transfer(session, bureau, made.id, A.HAND_OVER, details, now=later)
    assert (made.handed_over_at, made.answer_due_at) == (NOW + 2 * HOUR, NOW + 2 * HOUR + 3 * DAY)
    # a decision is made where it is recorded
    other = make_transfer(session, make_referral(session, make_report(session, make_user(session))), proposer)
    services.act_on_transfer(session, bureau, other.id, A.APPROVE, TransferDetails(at=NOW), now=later)
    assert other.decided_at == later


def test_what_is_due(session, proposer, count_queries):
    def one(status, **values):
        referral = make_referral(session, make_report(session, make_user(session)))
        made = transfer_in(session, referral, proposer, status)
        for name, value in values.items():
            setattr(made, name, value)
        session.flush()
        return made

    late = one(S.HANDED_OVER, answer_due_at=NOW - DAY)
    exact = one(S.APPROVED, hand_over_due_at=NOW)
    soon = one(S.PROPOSED, decide_due_at=NOW + HOUR)
    one(S.COMPLETED, goods_due_at=NOW - DAY)  # done, however late
    one(S.FILED, goods_due_at=NOW + DAY, answer_due_at=NOW - DAY)  # answered late; that clock stands still
    with count_queries() as seen:
        due = due_transfers(session, NOW)
    assert [(d.transfer_id, d.clock) for d in due] == [(late.id, "answer"), (exact.id, "hand_over")]
    assert len(seen) == 1
    assert [d.transfer_id for d in due_transfers(session, NOW, within=2 * HOUR)] == [late.id, exact.id, soon.id]


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"officers": OFFICERS[:1]}, "ck_crime_transfers_two_officers"),
        ({"grounds": []}, "ck_crime_transfers_has_grounds"),
        ({"report": " "}, "ck_crime_transfers_report_not_blank"),
        ({"decided_at": NOW}, "ck_crime_transfers_decided"),
        ({"handed_over_at": NOW}, "ck_crime_transfers_handed_over"),
        ({"itself": True}, "ck_crime_transfers_decider_not_proposer"),
    ],
)
def test_the_database_refuses_transfers_that_make_no_sense(session, referral, proposer, values, constraint):
    if values.get("itself"):
        values = {"decided_at": NOW, "decided_by": proposer.id}
    with pytest.raises(IntegrityError, match=constraint), session.begin_nested():
        make_transfer(session, referral, proposer, **values)


def test_the_database_lets_one_transfer_be_under_way(session, referral, proposer):
    make_transfer(session, referral, proposer)
    with pytest.raises(IntegrityError, match="ix_crime_transfers_open"), session.begin_nested():
        make_transfer(session, referral, proposer)
