"""Every (status, action) pair of both life cycles against a hand-written expectation, and what hangs on them."""

from datetime import UTC, datetime, timedelta

import pytest

from backend.domain import referrals, tasks
from backend.domain.errors import DomainError
from backend.domain.reports import STAGE_OF_STATUS, report_status_of, stage_of
from backend.domain.vocabulary import (
    ReferralAction,
    ReferralStatus,
    ReportStatus,
    Role,
    Stage,
    TaskAction,
    TaskStatus,
)
from backend.domain.workflow import workflow_document

TASK_EXPECTED = """
planned assign assigned
planned cancel cancelled
assigned reassign assigned
assigned accept accepted
assigned decline declined
assigned cancel cancelled
accepted reassign assigned
accepted decline declined
accepted start in_progress
accepted cancel cancelled
in_progress reassign assigned
in_progress submit submitted
in_progress cancel cancelled
submitted complete done
submitted send_back in_progress
declined assign assigned
declined cancel cancelled
"""
REFERRAL_EXPECTED = """
pending_triage route routed
routed accept accepted
routed return returned
returned route routed
accepted start_handling handling
handling handle handled
handled start_verifying verifying
verifying close closed
verifying reopen reopened
closed reopen reopened
reopened route routed
reopened start_handling handling
pending_triage redirect pending_triage
routed redirect routed
accepted redirect routed
handling redirect routed
returned redirect routed
reopened redirect routed
handled redirect handled
verifying redirect verifying
pending_triage await_triage pending_triage
routed await_triage pending_triage
accepted await_triage pending_triage
handling await_triage pending_triage
returned await_triage pending_triage
reopened await_triage pending_triage
"""


def table(text):
    return {(s, a): t for s, a, t in (line.split() for line in text.split("\n") if line)}


@pytest.mark.parametrize("status", TaskStatus)
@pytest.mark.parametrize("action", TaskAction)
def test_every_task_pair(status, action):
    _check_pair(tasks, table(TASK_EXPECTED), status, action)


@pytest.mark.parametrize("status", ReferralStatus)
@pytest.mark.parametrize("action", ReferralAction)
def test_every_referral_pair(status, action):
    _check_pair(referrals, table(REFERRAL_EXPECTED), status, action)


def _check_pair(module, expected, status, action):
    target = expected.get((str(status), str(action)))
    assert (action in module.allowed_actions(status)) is (target is not None)
    if target is not None:
        assert module.next_status(status, action) == target
        return
    with pytest.raises(DomainError) as refusal:
        module.next_status(status, action)
    assert refusal.value.code == "illegal_transition"
    assert str(status) in refusal.value.sentence("en")


@pytest.mark.parametrize("module", [tasks, referrals])
def test_every_status_can_reach_an_end(module):
    reached = set(module.FINAL_STATUSES)
    for _ in range(20):
        reached |= {status for (status, _), target in module.TRANSITIONS.items() if target in reached}
    assert reached == {status for pair in module.TRANSITIONS for status in pair[:1]} | set(module.FINAL_STATUSES)


def test_the_main_job_walks_through():
    status = ReferralStatus.ROUTED
    for action in (
        "return",
        "route",
        "accept",
        "start_handling",
        "handle",
        "start_verifying",
        "reopen",
        "start_handling",
    ):
        status = referrals.next_status(status, ReferralAction(action))
    assert status == ReferralStatus.HANDLING


def test_overdue_counts_only_open_tasks():
    now = datetime(2026, 11, 21, 10, tzinfo=UTC)
    late = now - timedelta(seconds=1)
    overdue = {status for status in TaskStatus if tasks.is_overdue(status, late, now)}
    assert overdue == set(TaskStatus) - {TaskStatus.SUBMITTED, TaskStatus.DONE, TaskStatus.CANCELLED}
    assert not tasks.is_overdue(TaskStatus.ASSIGNED, now, now)
    assert not tasks.is_overdue(TaskStatus.ASSIGNED, None, now)


def test_verifier_is_never_the_handler():
    referrals.check_verifier("a", "b")
    referrals.check_verifier(None, "b")
    with pytest.raises(DomainError, match="verifier_is_handler"):
        referrals.check_verifier("a", "a")


def test_a_return_needs_code_and_reason_and_the_second_asks_for_arbitration():
    referrals.check_return("not_our_function", "属市场监管")
    for code, reason, expected in (
        ("nonsense", "x", "unknown_code"),
        (None, "x", "unknown_code"),
        ("other", " ", "reason_required"),
        ("other", None, "reason_required"),
    ):
        with pytest.raises(DomainError) as refusal:
            referrals.check_return(code, reason)
        assert refusal.value.code == expected
        assert refusal.value.sentence("zh")
    assert [referrals.judge_return(n).arbitration_needed for n in range(3)] == [False, True, True]


def test_only_the_health_authority_hands_a_crime_to_the_police():
    referrals.check_handling("founded_transferred_police", "medical_practice_supervision")
    referrals.check_handling("founded_case_filed", "market_supervision")
    with pytest.raises(DomainError, match="forbidden"):
        referrals.check_handling("founded_transferred_police", "market_supervision")
    with pytest.raises(DomainError, match="unknown_code"):
        referrals.check_handling("sealed_up", "market_supervision")
    assert referrals.needs_recheck("founded_case_filed")
    assert not referrals.needs_recheck("unfounded")


def test_reasons_are_asked_for():
    tasks.check_reason(TaskAction.ACCEPT, None)
    for module, action in ((tasks, TaskAction.DECLINE), (referrals, ReferralAction.REOPEN)):
        module.check_reason(action, "because")
        with pytest.raises(DomainError, match="reason_required"):
            module.check_reason(action, "")


def test_stage_and_status_of_a_report():
    S = ReferralStatus
    assert set(STAGE_OF_STATUS) == set(S)
    assert stage_of([]) == Stage.COLLECTION
    assert stage_of([S.CLOSED, S.HANDLING]) == Stage.HANDLING
    assert stage_of([S.PENDING_TRIAGE, S.CLOSED]) == Stage.ANALYSIS
    assert stage_of([S.RETURNED]) == Stage.CONSULTATION
    assert stage_of(iter([S.CLOSED])) == Stage.EVALUATION
    assert report_status_of([]) == ReportStatus.RECORDED
    assert report_status_of([S.CLOSED, S.ROUTED]) == ReportStatus.REFERRED
    assert report_status_of([S.CLOSED, S.CLOSED]) == ReportStatus.CLOSED
    assert report_status_of([S.CLOSED], withdrawn=True) == ReportStatus.WITHDRAWN


def test_workflow_document_tells_the_tables():
    document = workflow_document()
    for part, module in (("task", tasks), ("referral", referrals)):
        told = {(t["from"], t["action"]): t["to"] for t in document[part]["transitions"]}
        assert told == {(str(s), str(a)): str(t) for (s, a), t in module.TRANSITIONS.items()}
        assert {s["code"] for s in document[part]["statuses"] if s["final"]} == {str(s) for s in module.FINAL_STATUSES}
    route = next(a for a in document["referral"]["actions"] if a["code"] == "route")
    assert route["roles"] == [Role.BUREAU_TRIAGER, Role.CITY_OPERATIONS]
    assert next(a for a in document["referral"]["actions"] if a["code"] == "return")["reason_needed"]
    assert [stage["zh"] for stage in document["report"]["stages"]] == [
        "问题收集",
        "分析研判",
        "联动会商",
        "协同处置",
        "成效评估",
    ]
