"""People and places for the scenarios of the sync contract, with real commits."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.domain.vocabulary import GridRole, Role
from backend.persistence.models import Grid, Task, User
from backend.services.scope import welcome_user
from tests.conftest import NOW
from tests.factories import make_grids, make_responsible, make_task, make_user, token_for
from tests.phone import Phone


class Field:
    """Two workers, four grids, and the phone of the first."""

    def __init__(self, app: Flask, session: Session, client: FlaskClient) -> None:
        self.app, self.session, self.client = app, session, client
        self.worker: User = make_user(session, Role.GRID_WORKER)
        self.other: User = make_user(session, Role.GRID_WORKER)
        self.grids: list[Grid] = make_grids(session, 4)
        make_responsible(session, self.worker, self.grids[:2], GridRole.LEAD)
        make_responsible(session, self.other, self.grids[2:], GridRole.LEAD)
        self.task: Task = make_task(session, self.grids[0], self.worker)
        for user in (self.worker, self.other):
            welcome_user(session, user.id, NOW)
        session.commit()
        self.phone = self.new_phone(self.worker)

    def new_phone(self, user: User) -> Phone:
        """A signed-in phone."""
        phone = Phone(self.client, token_for(self.app, self.session, user), NOW)
        self.session.commit()
        return phone

    def count(self, model: type) -> int:
        """Rows of a table, as committed."""
        self.session.rollback()
        return self.session.scalar(select(func.count()).select_from(model)) or 0


@pytest.fixture
def field(live_app: Flask, live_session: Session, live_client: FlaskClient) -> Field:
    """People and places with real commits."""
    return Field(live_app, live_session, live_client)
