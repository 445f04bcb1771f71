"""The page of one dispute is walked through as it stands, over HTTP, with a phone, committed for real."""

from datetime import datetime
from typing import Any

from backend.domain.vocabulary import Category, Role
from backend.persistence.models import User
from tests.documents import read
from tests.factories import make_officer, make_site, make_user, token_for
from tests.phone import item, report_payload
from tests.scenarios.conftest import Field
from tests.scenarios.walking import Walk, blocks

PAGE = "api_docs/dispute.md"


def test_the_dispute_goes_as_the_page_says(field: Field) -> None:
    session = field.session
    people: dict[str, User] = {
        "worker": field.worker,
        "market": make_officer(session, "putuo.market"),
        "health": make_officer(session, "putuo.health"),
        "bureau": make_user(session, Role.BUREAU_TRIAGER),
        "cityops": make_user(session, Role.CITY_OPERATIONS),
    }
    shop = make_site(
        session, field.grids[0], name="示例理发店", category=Category.UNLICENSED_BUSINESS, kind="other"
    )  # fmt: skip
    session.commit()
    clock = field.app.extensions["gridpatrol"].gateways.clock

    def ask(who: str, method: str, path: str, body: dict[str, Any] | None, status: int) -> Any:
        # a fresh sign-in: the story takes weeks
        headers = {"Authorization": f"Bearer {token_for(field.app, session, people[who])}"}
        session.commit()
        answer = field.client.open(f"/api/v1{path}", method=method, json=body, headers=headers)
        assert answer.status_code == status, f"{method} {path} as {who}: {answer.text}"
        return answer.json

    def report(moment: str, values: dict[str, Any]) -> str:
        field.phone.token, field.phone.now = token_for(field.app, session, field.worker), clock.now()
        session.commit()
        draft = report_payload(captured_at=moment, **values)
        [receipt] = field.phone.sync([item("report.submit", draft, recorded_at=moment)])
        assert receipt["result"] == "accepted", receipt
        return str(draft["report_id"])

    def move_clock(moment: str) -> None:
        clock.at = datetime.fromisoformat(moment)

    walk = Walk(ask, report, move_clock, {"shop": shop.id})
    walk.through(read(PAGE))
    assert walk.steps == len(list(blocks(read(PAGE)))) > 30
    field.phone.sync()
    assert field.phone.of("report")[walk.names["first"]]["referrals"][0]["status"] == "reopened"
    field.phone.verify()
