"""What the recorded phone lives through: a day in the field with a lost reply, a photo in pieces, a task taken away."""

from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy.orm import Session

from backend.domain.calendar import LOCAL_ZONE
from backend.domain.vocabulary import GridRole, Role
from backend.persistence.models import User
from backend.services.accounts.hashing import hash_password
from backend.services.scope import welcome_user
from gridpatrol_client import DeviceInfo, Phone
from gridpatrol_client.drafts import (
    Draft,
    Finding,
    NamedPhoto,
    Position,
    ReportDraft,
    Site,
    amend_report,
    submit_report,
    task_step,
)
from gridpatrol_client.errors import UnreachableError
from gridpatrol_client.uploading import PhotoSender
from gridpatrol_client.web import Web
from tests import photos
from tests.conftest import NOW
from tests.factories import make_grids, make_responsible, make_task, make_user
from tests.recorded.tape import Tape

PASSWORD = "Recorded-phone-2026"
AT = NOW.astimezone(LOCAL_ZONE) - timedelta(minutes=30)
PIECE_BYTES = 512


def populate(app: Flask, session: Session) -> None:
    """Two workers with a grid each, a task of the first, their coordinator; with real commits."""
    people = {
        name: make_user(session, role, username=name)
        for name, role in (
            ("worker01", Role.GRID_WORKER), ("worker02", Role.GRID_WORKER), ("street01", Role.STREET_COORDINATOR),
        )
    }  # fmt: skip
    for user in people.values():
        user.password_hash = hash_password(PASSWORD, app.extensions["gridpatrol"].settings)
    workers: list[User] = [people["worker01"], people["worker02"]]
    grids = make_grids(session, 2)
    for worker, grid in zip(workers, grids, strict=True):
        make_responsible(session, worker, [grid], GridRole.LEAD)
    for number in (1, 2):
        make_task(session, grids[0], workers[0], code=f"T20261120-000{number}", title=f"日常巡查{number}")
    for worker in workers:
        welcome_user(session, worker.id, NOW)
    session.commit()


def live(tape: Tape, url: str, folder: Path) -> None:
    """The day, told in chapters; ``tape`` stands between the phone and the server."""
    with Phone(folder, url) as phone:
        tape.chapter = "Signing in, and a first sync that asks for the state"
        phone.sign_in("worker01", PASSWORD, DeviceInfo("Field phone 7", "android", "1.4.0"))
        phone.sync(verify=True)
        report_id = _work(tape, phone)
        _trouble(tape, phone, report_id)
        tape.chapter = "A coordinator gives the second task to somebody else; it leaves the phone in the same stream"
        _reassign(url, _task(phone, "T20261120-0002"))
        phone.sync()
        tape.chapter = "The access token has run out in the meantime: refreshed, and the call repeated"
        tape.clock.at += timedelta(minutes=20)
        phone.sync()
        tape.chapter = "Signing out"
        phone.account.sign_out()


def _work(tape: Tape, phone: Phone) -> str:
    tape.chapter = (
        "In the field without a network: a task, a report with a photo. Back in it the reply to the first call is lost"
    )
    first = _task(phone, "T20261120-0001")
    phone.record(task_step(first, "accept"), AT)
    phone.record(task_step(first, "start"), AT)
    report = _report(phone, first)
    phone.record(report, AT + timedelta(minutes=5))
    phone.record(task_step(first, "submit"), AT + timedelta(minutes=6))
    tape.loses_next = True
    try:
        phone.sync()
    except UnreachableError:
        tape.chapter = "Sent again: replayed, each with the result of the first time; the photo follows in pieces"
    phone.syncer.sender = PhotoSender(phone.album, phone.account, PIECE_BYTES)
    phone.sync()
    assert report.report_id is not None
    return report.report_id


def _trouble(tape: Tape, phone: Phone, report_id: str) -> None:
    tape.chapter = (
        "An item that is not understood, and one for a report that is not there: quarantined, the third goes through"
    )
    phone.record(Draft("report.telepathy", {}), AT)
    phone.record(amend_report("0199f1c2-5a00-7000-8000-0000000000b9", "nobody knows this report"), AT)
    phone.record(amend_report(report_id, "补充说明"), AT)
    phone.sync()


def _reassign(url: str, task_id: str) -> None:
    web = Web(url)
    device = {"id": "0197a5a0-0000-7000-8000-00000000000c", "name": "Desk", "platform": "web", "app_version": "1"}
    signed_in = web.post("/session", {"username": "street01", "password": PASSWORD, "device": device}).data()
    token = signed_in["access_token"]
    people = web.call("GET", "/users", token=token).data()["items"]
    [other] = [person["id"] for person in people if person["username"] == "worker02"]
    web.post(f"/tasks/{task_id}/actions/reassign", {"assignee_id": other}, token=token)
    web.close()


def _task(phone: Phone, code: str) -> str:
    return next(key for key, data in phone.objects.of("task").items() if data["code"] == code)


def _report(phone: Phone, task_id: str) -> Draft:
    photo = phone.album.take_in(photos.encode(photos.draw(7, (48, 36)), "JPEG", quality=40))
    return submit_report(
        ReportDraft(
            category="illegal_practice", outcome="problem", captured_at=AT + timedelta(minutes=4), form=("A", 1),
            task_id=task_id, position=Position(121.402, 31.242, 8.0, fixed_at=AT + timedelta(minutes=4)),
            site=Site(name="某诊所", address="示例路2号", uscc_missing_reason="not_displayed"),
            answers={"A-01": True}, findings=[Finding("A-01", "medium", "未见许可证")],
            attributes={"has_licence": False}, photos=[NamedPhoto(photo, "signboard", AT + timedelta(minutes=4))],
        )
    )  # fmt: skip
