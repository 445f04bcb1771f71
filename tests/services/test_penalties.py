"""Penalties: who records them where, imports with every wrong cell named, revoking, and the count of a batch."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from backend.domain.errors import DomainError
from backend.domain.ids import new_id
from backend.domain.vocabulary import PenaltySource, ReferralStatus, Role
from backend.persistence.models import Event, Penalty
from backend.services import penalties
from backend.services.penalties import PenaltyDraft, count_penalties
from tests.conftest import NOW
from tests.factories import (
    actor_of,
    department_named,
    make_officer,
    make_penalty,
    make_referral,
    make_report,
    make_site,
    make_user,
)

TODAY = date(2026, 11, 20)
USCC = "91310107MA1G00001N"


def officer_of(session, code):
    return actor_of(
        make_officer(session, code), Role.DEPARTMENT_OFFICER, department_ids=[department_named(session, code).id]
    )


@pytest.fixture
def bureau(session):
    return actor_of(make_user(session, Role.BUREAU_TRIAGER), Role.BUREAU_TRIAGER)


@pytest.fixture
def health(session):
    return officer_of(session, "putuo.health")


def case(session, code="putuo.health", outcome="founded_case_filed", site=None, **values):
    report = make_report(session, make_user(session), site_id=site.id if site else None)
    handled = {"status": ReferralStatus.HANDLED, "handled_at": NOW, "outcome_code": outcome}
    return make_referral(session, report, code, **{**handled, **values})


def draft(**values):
    given = {
        "kind": "non_physician_practice",
        "subject_name": "王某",
        "document_no": "普卫医罚〔2026〕17号",
        "decided_on": TODAY,
        "basis": ("physicians_59",),
    }
    return PenaltyDraft(**{**given, **values})


def refused(code, act, *args, **kwargs):
    with pytest.raises(DomainError) as refusal:
        act(*args, **kwargs)
    assert refusal.value.code == code, refusal.value.sentence("en")
    assert refusal.value.sentence("zh")
    return refusal.value


def test_the_department_records_a_penalty_on_its_case(session, health):
    site = make_site(session, uscc=USCC)
    referral = case(session, site=site)
    penalty = penalties.record_penalty(session, health, referral.id, draft(), now=NOW)
    assert (penalty.site_id, penalty.uscc, penalty.source) == (site.id, USCC, PenaltySource.CASE)
    assert (penalty.function_code, penalty.recorded_by) == ("medical_practice_supervision", health.user_id)
    assert penalty.basis == [{"code": "physicians_59", "law": "医师法", "article": "59条", "mark": "确认"}]
    event = session.scalars(select(Event).where(Event.subject_id == str(penalty.id))).one()
    assert (event.action, event.data["document_no"]) == ("record", "普卫医罚〔2026〕17号")
    assert "王某" not in str(event.data)


def test_who_may_record(session, bureau, health):
    referral = case(session)
    record = penalties.record_penalty
    record(session, bureau, referral.id, draft(document_no="1"), now=NOW)
    refused("not_found", record, session, officer_of(session, "putuo.market"), referral.id, draft(), now=NOW)
    refused("not_found", record, session, health, new_id(), draft(), now=NOW)
    for role in set(Role) - {Role.BUREAU_TRIAGER, Role.DEPARTMENT_OFFICER}:
        refused("forbidden", record, session, actor_of(make_user(session, role), role), referral.id, draft(), now=NOW)
    # a coordinator who is an officer elsewhere sees it by his street, and still is not of this department
    both = actor_of(
        make_user(session), Role.STREET_COORDINATOR, Role.DEPARTMENT_OFFICER, street_codes=[referral.street_code]
    )
    refused("forbidden", record, session, both, referral.id, draft(), now=NOW)


@pytest.mark.parametrize("outcome", [None, "unfounded", "founded_corrected_on_site", "founded_transferred_police"])
def test_only_a_filed_case_ends_in_a_penalty(session, health, outcome):
    refused(
        "no_case_filed", penalties.record_penalty, session, health, case(session, outcome=outcome).id, draft(), now=NOW
    )


def test_what_a_record_is_refused_for(session, health):
    referral = case(session)
    record = lambda **values: (penalties.record_penalty, session, health, referral.id, draft(**values))  # noqa: E731  # many calls alike
    refused("unknown_code", *record(kind="mood"), now=NOW)
    refused("unknown_code", *record(basis=("law_of_the_jungle",)), now=NOW)
    refused("penalty_of_other_function", *record(kind="drugs_devices"), now=NOW)
    refused("penalty_day", *record(decided_on=TODAY + timedelta(days=1)), now=NOW)
    refused("penalty_day", *record(decided_on=TODAY - timedelta(days=1)), now=NOW)


def test_a_department_records_what_any_of_its_functions_decides(session, health):
    referral = case(session)
    penalties.record_penalty(session, health, referral.id, draft(kind="public_place_hygiene"), now=NOW)
    penalties.record_penalty(session, health, referral.id, draft(kind="other", document_no="2"), now=NOW)
    market = case(session, "putuo.market", function_code="market_supervision")
    other = officer_of(session, "putuo.market")
    refused("penalty_of_other_function", penalties.record_penalty, session, other, market.id, draft(), now=NOW)
    # an administrator made nothing of it: no penalty that counts came from elsewhere
    assert session.scalar(select(func.count()).where(Penalty.kind == "non_physician_practice")) == 0


def test_a_decision_is_recorded_once(session, health):
    referral = case(session)
    penalties.record_penalty(session, health, referral.id, draft(), now=NOW)
    with session.begin_nested() as nested:
        error = refused("penalty_exists", penalties.record_penalty, session, health, referral.id, draft(), now=NOW)
        nested.rollback()
    assert "普卫医罚〔2026〕17号" in error.sentence("zh")


def test_revoking(session, bureau, health):
    referral = case(session)
    penalty = penalties.record_penalty(session, health, referral.id, draft(), now=NOW)
    revoke = penalties.revoke_penalty
    refused("reason_required", revoke, session, health, penalty.id, " ", now=NOW)
    refused("not_found", revoke, session, officer_of(session, "putuo.market"), penalty.id, "x", now=NOW)
    revoke(session, health, penalty.id, "复议撤销", now=NOW)
    refused("penalty_revoked", revoke, session, bureau, penalty.id, "x", now=NOW)
    penalties.record_penalty(session, health, referral.id, draft(), now=NOW)  # entered again, rightly this time
    imported = make_penalty(session, make_user(session))
    refused("forbidden", revoke, session, health, imported.id, "x", now=NOW)
    revoke(session, bureau, imported.id, "录入错误", now=NOW)
    assert imported.revoked_reason == "录入错误"


def test_the_count_of_a_batch_is_one_statement(session, count_queries):
    recorder = make_user(session)
    place, other, third = make_site(session, uscc=USCC), make_site(session), make_site(session)
    make_penalty(session, recorder, site_id=place.id)
    make_penalty(session, recorder, uscc=USCC)
    both = make_penalty(session, recorder, site_id=place.id, uscc=USCC)
    make_penalty(session, recorder, site_id=other.id, kind="no_institution_licence")
    make_penalty(session, recorder, site_id=other.id, decided_on=TODAY)
    odd = 'x"},{\\'
    make_penalty(session, recorder, uscc=odd)
    keys = [
        (place.id, None),
        (place.id, USCC),
        (None, USCC),
        (other.id, None),
        (None, odd),
        (None, None),
        (third.id, None),
    ]
    with count_queries() as seen:
        found = count_penalties(session, keys, TODAY)
    assert len(seen) == 1
    assert found == {
        (place.id, None): 2,
        (place.id, USCC): 3,
        (None, USCC): 2,
        (other.id, None): 0,
        (None, odd): 1,
        (third.id, None): 0,
    }
    both.revoked_at, both.revoked_by, both.revoked_reason = NOW, recorder.id, "x"
    session.flush()
    assert count_penalties(session, [(place.id, USCC)], TODAY) == {(place.id, USCC): 2}
    with count_queries() as seen:
        assert count_penalties(session, [(None, None)], TODAY) == {}
        assert count_penalties(session, [(place.id, None)], date(2010, 1, 1)) == {(place.id, None): 0}
    assert seen == []


HEADINGS = "当事人,处罚类别,处罚决定书文号,处罚决定日期,统一社会信用代码,场所编号,处罚依据\n"


def table(*lines):
    return (HEADINGS + "\n".join(lines)).encode()


def bring(session, actor, content, dry_run=False):
    return penalties.import_penalties(session, actor, content, dry_run=dry_run, now=NOW)


def test_an_import_enters_every_row_and_passes_over_what_is_known(session, bureau):
    site = make_site(session, external_code="PT-001", uscc=USCC)
    content = table(
        "王某,非医师行医,普卫医罚〔2024〕3号,2024-03-08,,PT-001,执业医师法39条",
        "李某,no_institution_licence,普卫医罚〔2024〕4号,2024/3/9,,,",
        "王某,公共场所卫生违法,普卫医罚〔2024〕3号,2024-03-08,,,",
    )
    dry = bring(session, bureau, content, dry_run=True)
    assert (dry.row_count, dry.created, dry.faults) == (3, 0, [])
    assert session.scalar(select(func.count()).select_from(Penalty)) == 0
    first = bring(session, bureau, content)
    assert (first.created, first.unchanged) == (3, 0)
    again = bring(session, bureau, content)
    assert (again.created, again.unchanged) == (0, 3)
    row = session.scalars(select(Penalty).where(Penalty.site_id == site.id)).one()
    assert (row.uscc, row.kind, row.source) == (USCC, "non_physician_practice", PenaltySource.IMPORTED)
    assert row.basis == [{"text": "执业医师法39条"}]
    assert count_penalties(session, [(site.id, USCC)], TODAY) == {(site.id, USCC): 1}


def test_an_import_names_every_fault_and_stores_nothing(session, bureau):
    make_penalty(session, make_user(session), document_no="旧1号", subject_name="赵某")
    content = table(
        ",非医师行医,1号,2024-03-08,,,",
        "王某,吵架,2号,昨天,,,",
        "王某,非医师行医,3号,2030-01-01,,,",
        "王某,非医师行医,4号,2024-03-08,91310107MA1G00001X,,",
        "王某,非医师行医,5号,2024-03-08,,PT-404,",
        "王某,非医师行医,6号,2024-03-08,,,",
        "王某,非医师行医,6号,2024-03-08,,,",
        "钱某,非医师行医,旧1号,2024-03-08,,,",
    )
    expected = {
        (2, "当事人", "required"),
        (3, "处罚类别", "not_a_choice"),
        (3, "处罚决定日期", "bad_date"),
        (4, "处罚决定日期", "day_in_future"),
        (5, "统一社会信用代码", "bad_uscc"),
        (6, "场所编号", "unknown_site"),
        (8, "处罚决定书文号", "duplicate_row"),
        (9, "处罚决定书文号", "penalty_differs"),
    }
    refusal = refused("rows_rejected", bring, session, bureau, content)
    assert {(e["row"], e["column"], e["code"]) for e in refusal.errors} == expected
    assert all(error["zh"] and error["en"] for error in refusal.errors)
    dry = bring(session, bureau, content, dry_run=True)
    assert {(fault.row, fault.column, fault.code) for fault in dry.faults} == expected
    assert session.scalar(select(func.count()).select_from(Penalty)) == 1


def test_files_that_are_no_table_of_penalties(session, bureau, health):
    refused("unreadable_table", bring, session, bureau, HEADINGS.encode())
    refused("rows_rejected", bring, session, bureau, "名,日\na,b\n".encode())
    refused("forbidden", bring, session, health, table("王某,其他,1号,2024-03-08,,,"))
    many = table(*(f"王某,其他,{n}号,2024-03-08,,," for n in range(5_001)))
    refused("too_many_rows", bring, session, bureau, many)


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"source": PenaltySource.CASE}, "ck_penalties_case_has_referral"),
        ({"revoked_at": NOW}, "ck_penalties_revoked"),
        ({"document_no": " "}, "ck_penalties_document_no_not_blank"),
        ({"subject_name": ""}, "ck_penalties_subject_name_not_blank"),
    ],
)
def test_the_database_refuses_penalties_that_make_no_sense(session, values, constraint):
    recorder = make_user(session)
    with pytest.raises(IntegrityError, match=constraint), session.begin_nested():
        make_penalty(session, recorder, **values)
