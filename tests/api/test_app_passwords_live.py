"""Application passwords made and tried side by side: the limit holds, every wrong one counts."""

from concurrent.futures import ThreadPoolExecutor

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.vocabulary import Role
from backend.persistence.models import AppPassword, AppPasswordFailure
from tests.api.test_app_passwords import BASE, ITEMS, basic
from tests.factories import make_user, token_for


def test_no_more_than_the_most_however_many_ask_at_once(live_app: Flask, live_session: Session) -> None:
    owner = make_user(live_session, Role.AUDITOR)
    headers = {"Authorization": f"Bearer {token_for(live_app, live_session, owner)}"}
    live_session.commit()
    with ThreadPoolExecutor(4) as pool:
        make = lambda n: live_app.test_client().post(BASE, json={"name": f"{n}"}, headers=headers).status_code  # noqa: E731  # sent in threads
        assert sorted(pool.map(make, range(14))) == [201] * 10 + [409] * 4
        try_one = lambda _: live_app.test_client().get(ITEMS, headers=basic("nobody", "wrong")).status_code  # noqa: E731  # sent in threads
        assert sorted(pool.map(try_one, range(24))) == [401] * 20 + [429] * 4
    assert len(live_session.scalars(select(AppPassword)).all()) == 10
    assert live_session.scalars(select(AppPasswordFailure)).one().paused_until is not None
