"""The demo's sites: shops, clinics, hotels and water machines, each at a place inside a grid. Not here: what is found there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

from backend.demo.district import SINCE_DAYS
from backend.demo.places import spots_in
from backend.demo.stage import DISTRICT, Stage
from backend.demo.words import ROADS, SHOP_WORDS, TRADES, WATER_MODELS, WATER_OPERATORS, Trade
from backend.domain.uscc import check_character
from backend.domain.vocabulary import Datum
from backend.services.scope import publish_sites
from backend.services.sites import SiteDraft, SitePosition
from backend.services.sites.creating import new_site
from backend.services.sites.settling import settle
from grids.model import GridFeature

NOBODYS_AREA = "000000"  # no registration authority has this area code, so that no real business is hit (domain.md F.2)
UNPLACED_EVERY = 11  # every so many sites the credit code is not known yet


@dataclass(frozen=True, slots=True)
class Premise:
    """A site with what a visit needs to know of it."""

    site_id: UUID
    trade: Trade
    name: str
    address: str
    code: str
    uscc: str | None
    lon: float
    lat: float
    grid_code: str


def enter_premises(stage: Stage, features: Sequence[GridFeature]) -> list[Premise]:
    """Put all sites into the register, as the administrator did when the grids were new; in the order of TRADES."""
    now = stage.moment(stage.base_day - timedelta(days=SINCE_DAYS), 14)
    trades = [trade for trade in TRADES for _ in range(trade.count)]
    premises = [_invent(stage, number, trade, features) for number, trade in enumerate(trades)]
    drafts = [_draft(stage, number, premise) for number, premise in enumerate(premises)]
    admin = stage.actors["admin"]
    settling = settle(stage.session, admin, drafts, now)
    if settling.faults or len(settling.settled) != len(premises):
        raise RuntimeError(f"the demo's sites do not fit: {settling.faults[:3]}")
    for premise, settled in zip(premises, settling.settled, strict=True):
        new_site(stage.session, admin, settled, now, site_id=premise.site_id)
    stage.session.flush()
    publish_sites(stage.session, [premise.site_id for premise in premises], now)
    stage.session.expunge_all()
    return premises


def credit_code(chance: Random, kind: str) -> str:
    """A well-formed credit code (GB 32100-2015) of ``kind`` (91, 92, 52) that no business has."""
    first = kind + NOBODYS_AREA + "".join(chance.choice("0123456789ABCDEFGHJK") for _ in range(9))
    return first + check_character(first)


def _invent(stage: Stage, number: int, trade: Trade, features: Sequence[GridFeature]) -> Premise:
    chance = stage.chance("premise", number)
    # step by 7 through the 45 grids: each gets its two or three sites, of different trades
    feature = features[number * 7 % len(features)]
    lon, lat = next(spots_in(feature.geometry, chance))
    address = f"{chance.choice(ROADS)}{chance.randint(1, 899)}号"
    if trade.key == "water":
        name, code = f"{address}{trade.suffixes[0]}（示例）", f"SBBH-{DISTRICT}-{number + 1:04d}"
    else:
        name = f"{chance.choice(SHOP_WORDS)}{chance.choice(trade.suffixes)}（示例）"
        code = f"PT-{trade.key[:2].upper()}-{number + 1:04d}"
    kind = {"water": "91", "clinic": "52"}.get(trade.key, "92")
    uscc = None if number % UNPLACED_EVERY == UNPLACED_EVERY - 1 else credit_code(chance, kind)
    site_id = stage.uuid(stage.moment(stage.base_day - timedelta(days=SINCE_DAYS), 14), "site", number)
    return Premise(site_id, trade, name, address, code, uscc, lon, lat, feature.code)


def _draft(stage: Stage, number: int, premise: Premise) -> SiteDraft:
    return SiteDraft(
        name=premise.name,
        category=premise.trade.category,
        address=premise.address,
        kind=premise.trade.kind,
        uscc=premise.uscc,
        uscc_missing_reason=None if premise.uscc else "not_asked",
        external_code=premise.code,
        licence=_licence(stage, number, premise),
        position=SitePosition(premise.lon, premise.lat, Datum.CGCS2000, 5.0, "register"),
        columns={},
        row=number + 1,
    )


def _licence(stage: Stage, number: int, premise: Premise) -> dict[str, Any]:
    chance = stage.chance("licence", number)
    opened = stage.base_day - timedelta(days=chance.randint(200, 1500))
    if premise.trade.key == "water":
        return {
            "operator": chance.choice(WATER_OPERATORS),
            "approval_no": f"（示例）卫水字({opened.year})第{number + 1:04d}号",
            "model": chance.choice(WATER_MODELS),
            "in_service_on": opened.isoformat(),
        }
    licence: dict[str, Any] = {"operator": premise.name}
    if premise.trade.licence_no:
        licence["licence_no"] = premise.trade.licence_no.format(n=number + 1)
        licence["licence_until"] = (stage.base_day + timedelta(days=chance.randint(-20, 900))).isoformat()
    return licence
