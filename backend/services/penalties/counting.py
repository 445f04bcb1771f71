"""How many earlier penalties count towards a suspected crime, for many places at once. Not here: the rule (domain/penalties)."""

from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from backend.domain.crime import counting_rule
from backend.domain.penalties import CountedPenalty, counted
from backend.persistence.statements import array, rows

PenaltyKey = tuple[UUID | None, str | None]  # a site and a credit code: what either of them was penalised for counts

# Only the kinds of the rule are read; the rest of it is domain/penalties.counted. Codes travel as JSON: what somebody typed
# for a credit code may need quoting.
PENALTIES = """
    SELECT site_id, uscc, kind, decided_on, document_no FROM penalties
    WHERE revoked_at IS NULL AND kind = ANY(ARRAY(SELECT jsonb_array_elements_text(%(kinds)s::jsonb)))
      AND (site_id = ANY(%(sites)s::uuid[]) OR uscc = ANY(ARRAY(SELECT jsonb_array_elements_text(%(usccs)s::jsonb))))
"""


def count_penalties(session: Session, keys: Collection[PenaltyKey], day: date) -> Mapping[PenaltyKey, int]:
    """For each key that names something, how many penalties count on ``day``; one statement however many keys there are.

    A key of two Nones is left out: of an unknown place nothing is known, which is not the same as none.
    """
    known = [key for key in dict.fromkeys(keys) if key != (None, None)]
    rule = counting_rule(day)
    if not known or rule is None:
        return dict.fromkeys(known, 0)
    sites = {site for site, _ in known if site is not None}
    usccs = sorted({uscc for _, uscc in known if uscc is not None})
    values = {
        "kinds": orjson.dumps(sorted(rule.kinds)).decode(),
        "sites": array(sites),
        "usccs": orjson.dumps(usccs).decode(),
    }
    found: dict[object, list[CountedPenalty]] = {}  # by site and by credit code: an id and a text are never equal
    for site, uscc, kind, decided_on, document_no in rows(session, PENALTIES, values):
        penalty = CountedPenalty(kind, decided_on, document_no)
        for key in (site, uscc):
            if key is not None:
                found.setdefault(key, []).append(penalty)
    return {(site, uscc): counted([*found.get(site, ()), *found.get(uscc, ())], day) for site, uscc in known}
