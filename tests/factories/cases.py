"""Cases: a referral with what its report says, found by its words."""

from typing import Any

from sqlalchemy.orm import Session

from backend.domain.vocabulary import Outcome
from backend.persistence.models import CaseText, Grid, Referral, Site, User
from backend.services.referrals import case_text
from tests.factories.people import make_user
from tests.factories.work import make_referral, make_report


def make_case(
    session: Session,
    department: str | None = "putuo.health",
    *,
    name: str = "示例诊所",
    address: str = "示例路1号",
    uscc: str | None = None,
    description: str = "",
    author: User | None = None,
    grid: Grid | None = None,
    site: Site | None = None,
    report: dict[str, Any] | None = None,
    **referral: Any,
) -> Referral:
    """A case as a sync would have made it; ``report`` are columns of the report, ``referral`` those of the referral."""
    told = {"id": None, "name": name, "address": address, "uscc": uscc, "uscc_missing_reason": None}
    made = make_report(
        session, author or make_user(session), grid,
        **{"outcome": Outcome.PROBLEM, "site": told, "description": description, "site_id": site.id if site else None,
           **(report or {})},
    )  # fmt: skip
    session.add(CaseText(**case_text(made, site)))
    return make_referral(session, made, department, **referral)
