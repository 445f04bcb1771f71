"""The life of a transfer to the police: every (status, action) pair, its clocks, what an act needs."""

from datetime import UTC, date, datetime, timedelta

import pytest

from backend.domain import crime_transfers as rules
from backend.domain.crime import all_clocks, clocks_at, materials, may_become_transfer, officers_needed
from backend.domain.errors import DomainError
from backend.domain.legal import MARKS, all_bases
from backend.domain.vocabulary import CrimeTransferAction, CrimeTransferStatus
from backend.domain.workflow import workflow_document
from tests.factories import OFFICERS, PAPERS

S, A = CrimeTransferStatus, CrimeTransferAction
MOMENT = datetime(2026, 9, 30, 16, 0, tzinfo=UTC)  # midnight before the October holiday: the clocks run on
EXPECTED = """
proposed approve approved
proposed refuse refused
approved hand_over handed_over
handed_over record_filed filed
handed_over record_not_filed not_filed
not_filed request_reconsideration reconsidering
not_filed inform_procuratorate procuratorate_informed
not_filed end ended
reconsidering record_filed filed
reconsidering record_upheld upheld
upheld inform_procuratorate procuratorate_informed
upheld end ended
procuratorate_informed record_filed filed
procuratorate_informed end ended
filed deliver_goods completed
"""
TABLE = {(s, a): t for s, a, t in (line.split() for line in EXPECTED.split("\n") if line)}


def refused(code, act, *args, **kwargs):
    with pytest.raises(DomainError) as refusal:
        act(*args, **kwargs)
    assert refusal.value.code == code
    assert refusal.value.sentence("zh") and refusal.value.sentence("en")


@pytest.mark.parametrize("status", S)
@pytest.mark.parametrize("action", A)
def test_every_pair(status, action):
    target = TABLE.get((str(status), str(action)))
    assert (action in rules.allowed_actions(status)) is (target is not None)
    if target is None:
        refused("illegal_transition", rules.next_status, status, action)
    else:
        assert rules.next_status(status, action) == target


def test_every_status_can_reach_an_end():
    reached = set(rules.FINAL_STATUSES)
    for _ in S:
        reached |= {status for (status, _), target in rules.TRANSITIONS.items() if target in reached}
    assert reached == set(S)
    assert set(rules.OPEN_STATUSES) | rules.FINAL_STATUSES == set(S)


@pytest.mark.parametrize(
    ("status", "column", "hours"),
    [
        (S.PROPOSED, "decide_due_at", 72),
        (S.APPROVED, "hand_over_due_at", 24),
        (S.HANDED_OVER, "answer_due_at", 72),
        (S.NOT_FILED, "reconsideration_due_at", 72),
        (S.RECONSIDERING, "ruling_due_at", 72),
        (S.UPHELD, "procuratorate_due_at", 72),
        (S.FILED, "goods_due_at", 72),
    ],
)
def test_the_clocks_of_order_310(status, column, hours):
    assert rules.due_after(status, MOMENT) == (column, MOMENT + timedelta(hours=hours))


def test_no_clock_runs_at_the_end():
    for status in (*rules.FINAL_STATUSES, S.PROCURATORATE_INFORMED):
        assert rules.due_after(status, MOMENT) is None


def test_clocks_name_their_law_and_a_reading_is_no_law():
    for clocks in all_clocks():
        assert set(clocks.steps) == {name for name, _ in rules.CLOCK_OF_STATUS.values()}
        for step in clocks.steps.values():
            assert step.law in all_bases()
            assert step.mark in MARKS
    assert clocks_at(date(1999, 1, 1)) == all_clocks()[0]
    assert clocks_at(date(2026, 11, 20)).steps["hand_over"].mark == "确认"
    assert clocks_at(date(2026, 11, 20)).steps["decide"].mark == "建议"


def test_only_the_health_authoritys_referrals():
    rules.check_function("medical_practice_supervision")
    assert not may_become_transfer("police")
    refused("transfer_of_other_function", rules.check_function, "market_supervision")


def test_a_proposal_has_grounds_a_report_and_two_different_officers():
    rules.check_proposal(["casualties"], "报告", OFFICERS)
    same = [{"name": "张三", "certificate_no": "1"}, {"name": "张三", "certificate_no": "2"}]
    rules.check_proposal(["casualties"], "报告", same)
    refused("grounds_needed", rules.check_proposal, [], "报告", OFFICERS)
    refused("unknown_code", rules.check_proposal, ["mood"], "报告", OFFICERS)
    refused("reason_required", rules.check_proposal, ["casualties"], " \n", OFFICERS)
    for officers in ([], OFFICERS[:1], [OFFICERS[0], OFFICERS[0]], [{"name": "张三"}, {"name": " 张三 "}]):
        refused("officers_needed", rules.check_proposal, ["casualties"], "报告", officers)
    assert officers_needed() == 2


def test_nobody_decides_his_own_proposal():
    rules.check_decider("a", "b")
    refused("decider_is_proposer", rules.check_decider, "a", "a")


def test_reasons_are_asked_for():
    rules.check_reason(A.APPROVE, None)
    for action in rules.REASON_NEEDED:
        rules.check_reason(action, "because")
        refused("reason_required", rules.check_reason, action, " ")


def test_the_papers_of_article_6():
    assert [m.code for m in materials() if m.required] == [
        "transfer_letter", "investigation_report", "goods_list", "inspection_report",
    ]  # fmt: skip
    assert rules.missing_materials(PAPERS) == []
    rules.check_materials(PAPERS)
    rules.check_complete(PAPERS)
    for left_out in range(len(PAPERS)):
        rest = PAPERS[:left_out] + PAPERS[left_out + 1 :]
        assert [m.code for m in rules.missing_materials(rest)] == [PAPERS[left_out]["code"]]
        refused("material_needed", rules.check_complete, rest)


@pytest.mark.parametrize(
    ("paper", "code"),
    [
        ({"code": "poem", "document_no": "1"}, "unknown_code"),
        ({"code": "transfer_letter"}, "material_needed"),
        ({"code": "transfer_letter", "document_no": " "}, "material_needed"),
        ({"code": "transfer_letter", "none_because": "没有"}, "material_needed"),  # no case goes without its letter
        ({"code": "goods_list", "none_because": "  "}, "material_needed"),
    ],
)
def test_papers_that_are_none(paper, code):
    refused(code, rules.check_materials, [paper])


def test_a_paper_stands_once_but_other_material_as_often_as_there_is():
    refused("material_twice", rules.check_materials, [PAPERS[0], PAPERS[0]])
    other = {"code": "other", "document_no": "1"}
    rules.check_materials([other, other])


def test_the_workflow_document_tells_the_table():
    told = workflow_document()["crime_transfer"]
    assert {(t["from"], t["action"]): t["to"] for t in told["transitions"]} == TABLE
    assert {s["code"] for s in told["statuses"] if s["final"]} == {str(s) for s in rules.FINAL_STATUSES}
    assert all(action["roles"] == ["bureau_triager"] for action in told["actions"])
    assert told["materials"][0]["zh"] == "涉嫌犯罪案件移送书"
