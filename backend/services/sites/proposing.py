"""A premise a worker found on the way and sent by phone: kept as proposed, whatever is doubtful about it."""

from datetime import datetime

from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.calendar import local_day
from backend.domain.errors import DomainError
from backend.domain.payloads import SiteProposal
from backend.domain.vocabulary import SiteStatus
from backend.persistence.models import Site
from backend.persistence.queries.people import workers_street
from backend.services.sites.creating import new_site
from backend.services.sites.drafts import SiteDraft, SitePosition
from backend.services.sites.settling import Settled, grid_of, place, point_of


def propose_site(session: Session, actor: Actor, proposal: SiteProposal, now: datetime) -> Site:
    """Enter ``proposal`` under the id the phone made, in the grid its position lies in today; a coordinator judges it.

    Never refuses for what it says: a wrong credit code or a place in no grid is for the coordinator to see. The street
    is the position's, else the worker's own: without one no coordinator could see what he is to judge. The caller
    flushes and publishes. Raises DomainError('site_exists').
    """
    if session.get(Site, proposal.site_id) is not None:
        raise DomainError("site_exists")
    position = None
    if proposal.position is not None:
        fix = proposal.position
        position = SitePosition(fix.lon, fix.lat, fix.datum, fix.accuracy_m, str(fix.source))
    (placed,) = place(session, [position], now)
    grid_code, street_code = grid_of(placed)
    if street_code is None:
        street_code = workers_street(session, actor.user_id, local_day(now))
    draft = SiteDraft(
        name=proposal.name.strip() or proposal.address.strip() or "未命名场所",
        category=proposal.category,
        address=proposal.address,
        kind=proposal.kind,
        uscc=proposal.uscc,
        uscc_missing_reason=proposal.uscc_missing_reason,
        position=position,
    )
    data = {"note": proposal.note} if proposal.note else None
    return new_site(
        session,
        actor,
        Settled(draft, point_of(placed), grid_code, street_code),
        now,
        site_id=proposal.site_id,
        status=SiteStatus.PROPOSED,
        data=data,
    )
