"""Rows for tests, valid by default: each factory adds, flushes and returns. Nothing here is a stand-in for our own code."""

from tests.factories.cases import make_case
from tests.factories.constants import DISTRICT, LONG_AGO, OTHER_STREET, STREET
from tests.factories.delivery import SECRET, make_notice, make_subscription, notices_of
from tests.factories.legal import OFFICERS, PAPERS, make_department, make_penalty, make_transfer
from tests.factories.maps import MapWorld, make_map_world
from tests.factories.people import (
    actor_of,
    department_named,
    make_device,
    make_login,
    make_officer,
    make_user,
    token_for,
)
from tests.factories.places import make_grids, make_responsible, make_site
from tests.factories.rules import make_rule_set, rule_data, the_rule
from tests.factories.work import make_photo, make_referral, make_report, make_task, refer

__all__ = [
    "DISTRICT",
    "LONG_AGO",
    "OFFICERS",
    "OTHER_STREET",
    "PAPERS",
    "SECRET",
    "STREET",
    "MapWorld",
    "actor_of",
    "department_named",
    "make_case",
    "make_department",
    "make_device",
    "make_grids",
    "make_login",
    "make_map_world",
    "make_notice",
    "make_officer",
    "make_penalty",
    "make_photo",
    "make_referral",
    "make_report",
    "make_responsible",
    "make_rule_set",
    "make_site",
    "make_subscription",
    "make_task",
    "make_transfer",
    "make_user",
    "notices_of",
    "refer",
    "rule_data",
    "the_rule",
    "token_for",
]
