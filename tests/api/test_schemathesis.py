"""Requests made up from the API document itself: no 5xx, no answer that the document does not foresee.

Every request meets the same small district and is taken back after it, so that a finding can be repeated.
"""

import itertools
import os

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from backend.api.endpoint import PUBLIC
from backend.cli.docs import openapi_document
from backend.domain.permissions import PERMISSIONS
from backend.domain.vocabulary import Role
from backend.persistence.database import db

# Fixed, so that every run makes up the same requests: schemathesis seeds hypothesis with it, and no database of earlier
# findings is kept (below). Another number looks elsewhere: SCHEMATHESIS_SEED=1 pytest tests/api/test_schemathesis.py
SEED = int(os.environ.get("SCHEMATHESIS_SEED", "20261120"))
# More of them find more: SCHEMATHESIS_EXAMPLES=500 pytest tests/api/test_schemathesis.py
EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "8"))
# where everybody may read but few may act
WHO_ACTS = {
    "referrals_perform": [Role.DEPARTMENT_OFFICER, Role.BUREAU_TRIAGER],
    "crime_transfers_propose": [Role.BUREAU_TRIAGER],
    "crime_transfers_perform": [Role.BUREAU_TRIAGER],
    "crime_transfers_set_materials": [Role.BUREAU_TRIAGER],
    "cases_act_on_cases": [Role.DEPARTMENT_OFFICER, Role.BUREAU_TRIAGER],
    **{f"cases_{verb}_saved": [Role.BUREAU_TRIAGER] for verb in ("show", "replace", "delete")},
}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
FILES = (
    "application/zip",
    "application/geopackage+sqlite3",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/offset+octet-stream",
)


@schemathesis.serializer(*FILES)
def as_it_is(_context, value):
    """Bodies that are bytes; whatever else was made up for one is sent as its text."""
    return value if isinstance(value, bytes) else str(getattr(value, "data", value)).encode(errors="replace")


schema = schemathesis.openapi.from_dict(openapi_document(), config=SchemathesisConfig(seed=SEED))


@pytest.fixture
def turn():
    return itertools.count()


def caller_of(case, world, turn):
    """Mostly somebody who may; every fifth time anybody, or nobody."""
    permission = case.operation.definition.raw["x-permission"]
    everybody = [None, *Role]
    if permission == PUBLIC or turn % 5 == 4:
        return everybody[turn // 5 % len(everybody)]
    operation_id = case.operation.definition.raw["operationId"]
    able = WHO_ACTS.get(operation_id) or [role for role in Role if role in PERMISSIONS[permission]]
    return able[turn % len(able)]


@schema.parametrize()
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # its client leaves sent files open
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_no_answer_is_a_surprise(case, app, world, turn):
    number = next(turn)
    role = caller_of(case, world, number)
    if number % 4 != 3:
        here = (case.operation.definition.raw["operationId"], number)
        case.path_parameters = world.put_into(case.path_parameters, *here)
        case.query = world.put_into(case.query, *here)
        case.body = world.put_into(case.body, *here)
    headers = {"Accept-Encoding": "identity"} | ({"Authorization": f"Bearer {world.tokens[role]}"} if role else {})
    undo = db.engines[None].begin_nested()
    try:
        response = case.call(app=app, headers=headers)
    finally:
        db.session.remove()
        undo.rollback()
    case.validate_response(response, checks=CHECKS)
