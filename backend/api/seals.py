"""/history/seals: the chain of seals over the history, for auditors; checked a part at a time, at the terminal at once."""

import time
from typing import Any

from flask import Response
from flask_smorest import Blueprint

from backend.api.endpoint import Call, endpoint
from backend.api.json import json_answer
from backend.api.schemas.audit import ChainCheckSchema, CheckedChainSchema
from backend.api.schemas.history import CheckedSealSchema, SealPageSchema
from backend.api.schemas.paging import PageQuerySchema
from backend.persistence.models import HistorySeal
from backend.persistence.queries import seals as reads
from backend.services.seals import KnownSeal, check_part, verify_seal

blueprint = Blueprint(
    "seals", __name__, url_prefix="/api/v1/history/seals", description="Seals over the history (存证封条)"
)

CHECK_SECONDS = 8  # of one request; longer ones are cut by proxies and watched by nobody
EXAMPLE = {
    "number": 2,
    "previous_hash": "7b1c0e3f8a52d94466d0c1b7a9e5f20318c4b6d7e8f90a1b2c3d4e5f60718293",
    "algorithm": "sha-256",
    "event_count": 12,
    "first_seq": 4700,
    "last_seq": 4711,
    "sealed_to": ["18211", "9223372036854775807"],
    "entries_hash": "c2d4e6f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4",
    "sealed_at": "2026-11-20T02:01:00+00:00",
    "hash": "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0",
    "signature": "eyJhbGciOiJFZERTQSJ9.eyJzZWFsIjoyfQ.c2lnbmF0dXJl",
}
CHANGED = {
    "kind": "changed",
    "seal": 2,
    "event_id": "0198c0de-0000-7000-8000-000000000021",
    "position": 3,
    "detail": "event 4702 of referral 0198c0de-0000-7000-8000-000000000011 is not what was sealed",
}


@endpoint(
    blueprint,
    "",
    permission="seal.read",
    summary="Seals over the history, newest first",
    query=PageQuerySchema,
    answer=SealPageSchema,
    problems=("bad_cursor",),
    example={"items": [EXAMPLE], "next_cursor": None},
)
def list_seals(call: Call) -> Response:
    """Each names the hash of the one before; what each covers is told in `api_docs/decisions/0007-sealed-history.md`."""
    page = reads.list_seals(call.session, call.query["limit"], call.query["cursor"])
    return json_answer({"items": [_shown(row.HistorySeal) for row in page.items], "next_cursor": page.next_cursor})


@endpoint(
    blueprint,
    "/<int:number>",
    permission="seal.read",
    summary="One seal, checked against the events it covers",
    answer=CheckedSealSchema,
    problems=("not_found",),
    example={"seal": EXAMPLE, "whole": False, "discrepancies": [CHANGED]},
)
def check_seal(call: Call, number: int) -> Response:
    """Computes all its hashes again. The whole chain, and what stands outside of it: `gridpatrol audit verify`."""
    seal = reads.seal_numbered(call.session, number)
    discrepancies = verify_seal(call.session, call.state.gateways.keys.jwks(), seal)
    return json_answer({"seal": _shown(seal), "whole": not discrepancies, "discrepancies": discrepancies})


@endpoint(
    blueprint,
    "/check",
    method="POST",
    permission="seal.read",
    summary="Check the chain, or a part of it, against the events it covers",
    body=ChainCheckSchema,
    answer=CheckedChainSchema,
    commits=False,
    example={
        "whole": False, "seals": 40, "events": 812, "first": 1, "last": 40, "last_hash": EXAMPLE["hash"], "next": 41,
        "end_checked": False, "waiting": 3, "first_break": CHANGED, "discrepancies": [CHANGED], "more": False,
    },
)  # fmt: skip
def check_chain(call: Call) -> Response:
    """All hashes and signatures are computed again, for some seconds; then `next` says where to go on. At the end of the chain
    it is looked for events outside of all seals as well."""
    body = call.body
    known = KnownSeal(**body["known"]) if body["known"] else None
    until = time.monotonic() + CHECK_SECONDS
    check = check_part(
        call.session,
        call.state.gateways.keys.jwks(),
        first=body["first"],
        last=body["last"],
        known=known,
        time_left=lambda: time.monotonic() < until,
    )
    result = check.result
    return json_answer(
        {
            "whole": result.is_whole,
            "seals": result.seals,
            "events": result.events,
            "first": check.first,
            "last": check.last,
            "last_hash": result.last.hash if result.last and check.last else None,
            "next": check.next,
            "end_checked": check.end_checked,
            "waiting": check.waiting,
            "first_break": result.discrepancies[0] if result.discrepancies else None,
            "discrepancies": result.discrepancies,
            "more": result.more,
        }
    )


def _shown(seal: HistorySeal) -> dict[str, Any]:
    return {
        "number": seal.number,
        "previous_hash": seal.previous_hash,
        "algorithm": seal.algorithm,
        "event_count": seal.event_count,
        "first_seq": seal.first_seq,
        "last_seq": seal.last_seq,
        "sealed_to": [str(seal.sealed_to_tx), str(seal.sealed_to_seq)],
        "entries_hash": seal.entries_hash,
        "sealed_at": seal.sealed_at,
        "hash": seal.hash,
        "signature": seal.signature,
    }
