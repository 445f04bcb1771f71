"""That tests cannot leak into each other, proven: what a view commits in one test is gone in the next."""

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.domain.vocabulary import Role
from backend.persistence.database import db
from backend.persistence.models import User
from backend.persistence.unit_of_work import unit_of_work
from tests.factories import make_user

LEAK = "leaks-if-found-twice"


def _commit_somebody() -> None:
    with unit_of_work() as session:
        make_user(session, Role.AUDITOR, username=LEAK)


def _count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(User).where(User.username == LEAK)) or 0


def test_a_commit_in_one_test(app: Flask) -> None:
    with app.app_context():
        assert _count(db.session()) == 0
        _commit_somebody()
    assert _count(db.session()) == 1


def test_is_gone_in_the_next(app: Flask) -> None:
    with app.app_context():
        assert _count(db.session()) == 0
        _commit_somebody()
    assert _count(db.session()) == 1


def test_a_real_commit_in_one_live_test(live_app: Flask) -> None:
    with live_app.app_context():
        assert _count(db.session()) == 0
        _commit_somebody()
        db.session.remove()
        assert _count(db.session()) == 1


def test_is_cleared_away_before_the_next_live_test(live_app: Flask) -> None:
    with live_app.app_context():
        assert _count(db.session()) == 0
        _commit_somebody()


def test_a_failed_unit_of_work_leaves_nothing(app: Flask) -> None:
    with app.app_context():
        try:
            with unit_of_work() as session:
                make_user(session, Role.AUDITOR, username=LEAK)
                raise RuntimeError("the use case fails")
        except RuntimeError:
            pass
        assert _count(db.session()) == 0
