"""To whom a referral can be given: colleagues of the department that has it, and nobody else hears of them."""

from flask import Flask
from sqlalchemy.orm import Session

from backend.domain.vocabulary import ReferralStatus, Role
from tests.api.asking import Person
from tests.factories import make_case, make_officer, make_user


def test_colleagues_stand_by_how_much_they_have(app: Flask, session: Session) -> None:
    busy, free, other = make_officer(session), make_officer(session), make_officer(session, "putuo.market")
    gone = make_officer(session)
    gone.is_active = False
    case = make_case(session, handler_id=busy.id, status=ReferralStatus.HANDLING)
    make_case(session, handler_id=free.id, status=ReferralStatus.CLOSED)
    path = f"/referrals/{case.id}/officers"
    found = Person(app, session, busy).get(path)["items"]
    assert [(one["id"], one["open"]) for one in found] == [(str(free.id), 0), (str(busy.id), 1)]
    Person(app, session, other).get(path, 404)
    for role in (Role.BUREAU_TRIAGER, Role.STREET_COORDINATOR):
        Person(app, session, make_user(session, role)).get(path, 403)
