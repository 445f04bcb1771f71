"""A small district with a bit of everything, so that generated requests find what they name. Not here: requests."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from backend.domain.vocabulary import Role
from backend.persistence.models import GridResponsibility, GridVersion
from tests import photos
from tests.factories import (
    STREET,
    make_device,
    make_grids,
    make_officer,
    make_referral,
    make_report,
    make_responsible,
    make_site,
    make_task,
    make_user,
    token_for,
)
from tests.tus import Sender, photo_row

OF_A_STREET = (Role.GRID_WORKER, Role.STREET_COORDINATOR)
OF_THE_DISTRICT = (Role.BUREAU_TRIAGER, Role.CITY_OPERATIONS, Role.ADMINISTRATOR, Role.AUDITOR)


@dataclass(frozen=True, slots=True)
class World:
    """``tokens`` by role; ``known``: what there is, by the name parameters and fields have for it."""

    tokens: Mapping[Role, str]
    known: Mapping[str, Any]

    def put_into(self, values: Any) -> Any:
        """``values`` with what they name replaced by what there is; everything else stays as it was made up."""
        if isinstance(values, dict):
            return {
                key: self.known[key] if key in self.known and value is not None else self.put_into(value)
                for key, value in values.items()
            }
        return [self.put_into(value) for value in values] if isinstance(values, list) else values


def make_world(app: Flask, session: Session) -> World:
    """People of every role, grids with a lead, tasks, reports with a photo, referrals, sites, phones, an upload."""
    people = {role: make_user(session, role) for role in (*OF_A_STREET, *OF_THE_DISTRICT)}
    people[Role.DEPARTMENT_OFFICER] = make_officer(session)
    worker = people[Role.GRID_WORKER]
    grids = make_grids(session, 3)
    make_responsible(session, worker, grids)
    site = make_site(session, grids[0])
    task = make_task(session, grids[0], worker, site_id=site.id)
    make_task(session, grids[1])
    report = make_report(session, worker, grids[0], task_id=task.id, site_id=site.id)
    referral = make_referral(session, report)
    make_report(session, worker, None)
    sender = Sender(app, app.test_client(), session)
    content = photos.jpeg()
    session.add(photo_row(report, content))
    session.commit()
    sender.send(content)
    begun = sender.create(photos.jpeg(seed=2)).headers["Location"].rsplit("/", 1)[1]
    known = {
        "task_id": str(task.id), "site_id": str(site.id), "report_id": str(report.id), "subject_id": str(report.id),
        "referral_id": str(referral.id), "user_id": str(worker.id), "assignee": str(worker.id),
        "assignee_id": str(worker.id), "device_id": str(make_device(session, worker).id), "upload_id": begun,
        "sha256": photos.sha256(content), "grid_code": grids[0].code, "street": STREET, "street_code": STREET,
        "version_id": str(session.query(GridVersion).one().id), "department": "putuo.health",
        "responsibility_id": str(session.query(GridResponsibility).first().id), "bbox": "121.3,31.2,121.5,31.3",
        "name": "swagger-ui.css",
    }  # fmt: skip
    tokens = {role: token_for(app, session, person) for role, person in people.items()}
    session.commit()
    return World(tokens, known)
