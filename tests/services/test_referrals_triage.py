"""Triage and what departments hand on: confirm, merge and its undoing, dismiss, transfer, assign, materials."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.ids import new_id
from backend.domain.vocabulary import Category, ReferralAction, ReferralStatus, ReportStatus, Role
from backend.persistence.models import Event, Media, Referral, ReferralMaterial, Report, RoleAssignment, SyncObject
from backend.persistence.queries.media import find_media
from backend.services.referrals import ActionDetails, Material, act
from tests.conftest import NOW
from tests.factories import STREET, actor_of, department_named, make_officer, make_referral, make_report, make_user

A, S = ReferralAction, ReferralStatus


@pytest.fixture
def bureau(session: Session) -> Actor:
    return actor_of(make_user(session, Role.BUREAU_TRIAGER), Role.BUREAU_TRIAGER)


def officer(session: Session, code: str = "putuo.health") -> Actor:
    user = make_officer(session, code)
    return actor_of(user, Role.DEPARTMENT_OFFICER, department_ids=[department_named(session, code).id])


def fresh(session: Session, code: str | None = "putuo.health", **values: Any) -> Referral:
    return make_referral(session, make_report(session, make_user(session)), code, **values)


def go(session: Session, actor: Actor, referral: Referral, action: A, **details: Any) -> None:
    act(session, actor, referral.id, action, ActionDetails(**details), now=NOW)


def refusal(session: Session, actor: Actor, referral: Referral, action: A, **details: Any) -> str:
    with pytest.raises(DomainError) as error:
        go(session, actor, referral, action, **details)
    return error.value.code


def phone_s(session: Session, referral: Referral) -> Any:
    newest = select(SyncObject.data).where(SyncObject.object_id == str(referral.report_id))
    return session.scalars(newest.order_by(SyncObject.version.desc())).first()


def test_confirming_sends_it_to_whoever_holds_the_function(session: Session, bureau: Actor) -> None:
    waiting = fresh(session, None, function_code="street_office")
    go(session, bureau, waiting, A.CONFIRM)
    assert (waiting.status, waiting.routed_at) == ("routed", NOW)
    assert waiting.department_id == department_named(session, f"putuo.street.{STREET}").id
    other = fresh(session, None, function_code="street_office")
    # a change is no confirmation: it is called so, and needs its own act
    assert refusal(session, bureau, other, A.CONFIRM, department="putuo.market") == "illegal_transition"


def test_a_merged_report_follows_the_case_it_went_into(session: Session, bureau: Actor) -> None:
    case, double = fresh(session), fresh(session)
    go(session, bureau, double, A.MERGE, target=case.id, reason="同一门面，两人上报")
    assert (double.status, double.merged_into_id) == ("merged", case.id)
    report = session.get_one(Report, double.report_id)
    assert report.status == ReportStatus.REFERRED  # its case is still open
    doctor = officer(session)
    go(session, doctor, case, A.ACCEPT)
    assert phone_s(session, double)["referrals"][0]["status"] == "accepted"
    go(session, doctor, case, A.START_HANDLING)
    go(session, doctor, case, A.HANDLE, outcome_code="founded_persuaded", note="已劝导")
    go(session, bureau, case, A.START_VERIFYING)
    go(session, bureau, case, A.CLOSE)
    assert report.status == ReportStatus.CLOSED
    told = phone_s(session, double)
    assert (told["status"], told["referrals"][0]["outcome"]) == ("closed", "founded_persuaded")
    go(session, bureau, double, A.UNMERGE, reason="不是同一家")
    assert (double.status, double.merged_into_id, report.status) == ("pending_triage", None, "referred")
    go(session, bureau, double, A.CONFIRM)
    assert double.status == S.ROUTED


def test_what_was_merged_into_a_merged_case_follows(session: Session, bureau: Actor) -> None:
    first, second, third = fresh(session), fresh(session), fresh(session)
    go(session, bureau, first, A.MERGE, target=second.id, reason="同一处")
    go(session, bureau, second, A.MERGE, target=third.id, reason="同一处")
    session.expire_all()
    assert first.merged_into_id == second.merged_into_id == third.id


def test_merging_into_what_cannot_carry_it_is_refused(session: Session, bureau: Actor) -> None:
    case = fresh(session)
    closed = fresh(session, status=S.CLOSED)
    water = make_referral(
        session, make_report(session, make_user(session), category=Category.WATER_VENDING), "putuo.cdc"
    )
    gone = fresh(session)
    go(session, bureau, gone, A.MERGE, target=case.id, reason="同一处")
    for target in (case.id, closed.id, water.id, gone.id, new_id(), None):
        assert refusal(session, bureau, case, A.MERGE, target=target, reason="x") == "merge_target_unfit"
    assert refusal(session, bureau, case, A.MERGE, target=gone.id, reason=" ") == "reason_required"


def test_the_database_knows_what_merged_means(session: Session) -> None:
    referral = fresh(session)
    for broken in (
        "UPDATE referrals SET merged_into_id = id, status = 'merged'",
        "UPDATE referrals SET status = 'merged'",
    ):
        with pytest.raises(IntegrityError), session.begin_nested():
            session.connection().exec_driver_sql(f"{broken} WHERE id = '{referral.id}'")


def test_dismissing_says_why_and_closes(session: Session, bureau: Actor) -> None:
    waiting = fresh(session, None, function_code="street_office")
    assert refusal(session, bureau, waiting, A.DISMISS, outcome_code="founded_case_filed", reason="x") == "unknown_code"
    assert refusal(session, bureau, waiting, A.DISMISS, outcome_code="unfounded", reason="") == "reason_required"
    go(session, bureau, waiting, A.DISMISS, outcome_code="not_applicable", reason="便民劳务")
    assert (waiting.status, waiting.outcome_code, waiting.closed_at) == ("closed", "not_applicable", NOW)
    assert session.get_one(Report, waiting.report_id).status == ReportStatus.CLOSED
    # nobody had it, and still it can be taken up again
    go(session, bureau, waiting, A.REOPEN, reason="照片不足以认定")
    go(session, bureau, waiting, A.ROUTE, department="putuo.market")
    assert waiting.status == S.ROUTED


def test_a_department_hands_on_what_is_not_its_own(session: Session) -> None:
    case, doctor = fresh(session), officer(session)
    go(session, doctor, case, A.ACCEPT)
    go(session, doctor, case, A.START_HANDLING)
    assert refusal(session, doctor, case, A.TRANSFER, reason="占道") == "transfer_needs_other_department"
    same = {"department": "putuo.health", "reason": "占道"}
    assert refusal(session, doctor, case, A.TRANSFER, **same) == "transfer_needs_other_department"
    assert refusal(session, doctor, case, A.TRANSFER, department="putuo.chengguan") == "reason_required"
    go(session, doctor, case, A.TRANSFER, department="putuo.chengguan", function="city_enforcement", reason="占道经营")
    assert (case.status, case.handler_id, case.accepted_at, case.return_count) == ("routed", None, None, 0)
    assert case.function_code == "city_enforcement"
    event = session.scalars(select(Event).order_by(Event.seq.desc())).first()
    assert event is not None and event.data["transferred_by"] == str(department_named(session, "putuo.health").id)
    assert refusal(session, doctor, case, A.ACCEPT) == "not_found"
    go(session, officer(session, "putuo.chengguan"), case, A.ACCEPT)


def test_only_an_officer_of_the_department_can_be_named(session: Session) -> None:
    case, doctor = fresh(session, status=S.ACCEPTED), officer(session)
    colleague, stranger, gone = make_officer(session), make_officer(session, "putuo.market"), make_officer(session)
    session.scalars(select(RoleAssignment).where(RoleAssignment.user_id == gone.id)).one().valid_to = NOW.date()
    session.flush()
    for nobody in (stranger.id, gone.id, make_user(session).id, new_id(), None):
        assert refusal(session, doctor, case, A.ASSIGN, assignee=nobody) == "assignee_not_officer"
    go(session, doctor, case, A.ASSIGN, assignee=colleague.id)
    assert (case.status, case.handler_id) == ("accepted", colleague.id)


def test_materials_are_kept_with_the_act_and_never_changed(session: Session, bureau: Actor) -> None:
    case, doctor = fresh(session), officer(session)
    sha256 = "a" * 64
    named = Material("整改照片", sha256=sha256)
    assert (
        refusal(session, doctor, case, A.RETURN, return_code="other", reason="x", materials=(named,))
        == "material_missing"
    )
    photo = Media(sha256=sha256, byte_count=3, mime="image/jpeg", stored_at=NOW, uploaded_by=doctor.user_id)
    session.add(photo)
    session.flush()
    paper = Material("职责清单", document_no="普府办〔2026〕1号")
    go(session, doctor, case, A.RETURN, return_code="other", reason="不属本部门", materials=(named, paper))
    kept = session.scalars(select(ReferralMaterial).order_by(ReferralMaterial.title)).all()
    assert [(m.title, m.action, m.added_by) for m in kept] == [
        ("整改照片", "return", doctor.user_id), ("职责清单", "return", doctor.user_id),
    ]  # fmt: skip
    # who deals with the case sees the photo
    assert find_media(session, bureau, sha256) is not None
    assert find_media(session, officer(session), sha256) is not None
    assert find_media(session, officer(session, "putuo.market"), sha256) is None
    with pytest.raises(Exception, match="append-only"), session.begin_nested():
        session.connection().exec_driver_sql("UPDATE referral_materials SET title = 'x'")


def test_a_photo_of_somebody_else_cannot_be_handed_in(session: Session) -> None:
    case, doctor = fresh(session), officer(session)
    sha256 = "b" * 64
    session.add(Media(sha256=sha256, byte_count=3, mime="image/jpeg", stored_at=NOW, uploaded_by=make_user(session).id))
    session.flush()
    given = {"return_code": "other", "reason": "x", "materials": (Material("照片", sha256=sha256),)}
    assert refusal(session, doctor, case, A.RETURN, **given) == "material_missing"


def test_the_author_sees_none_of_the_departments_materials(session: Session) -> None:
    worker = make_user(session)
    case = make_referral(session, make_report(session, worker))
    doctor, sha256 = officer(session), "c" * 64
    session.add(Media(sha256=sha256, byte_count=3, mime="image/jpeg", stored_at=NOW, uploaded_by=doctor.user_id))
    session.flush()
    go(session, doctor, case, A.ACCEPT)
    go(session, doctor, case, A.START_HANDLING)
    photo = (Material("现场笔录", sha256=sha256),)
    go(session, doctor, case, A.HANDLE, outcome_code="founded_persuaded", materials=photo)
    assert find_media(session, actor_of(worker, Role.GRID_WORKER), sha256) is None


def test_taking_a_ruled_case_elsewhere_ends_the_ruling(session: Session, bureau: Actor) -> None:
    case = fresh(session, status=S.REOPENED, ruled_at=NOW - timedelta(days=9), handler_id=make_user(session).id)
    go(session, bureau, case, A.ROUTE, department="putuo.market", reason="机构改革后职能划转")
    assert (case.ruled_at, case.handler_id) == (None, None)
    go(session, officer(session, "putuo.market"), case, A.RETURN, return_code="other", reason="不属本部门")
