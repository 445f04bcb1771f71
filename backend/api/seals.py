"""/history/seals: the chain of seals over the history, for auditors. The whole chain is verified at the terminal."""

from typing import Any

from flask import Response
from flask_smorest import Blueprint

from backend.api.endpoint import Call, endpoint
from backend.api.json import json_answer
from backend.api.schemas.history import CheckedSealSchema, SealPageSchema
from backend.api.schemas.paging import PageQuerySchema
from backend.persistence.models import HistorySeal
from backend.persistence.queries import seals as reads
from backend.services.seals import verify_seal

blueprint = Blueprint(
    "seals", __name__, url_prefix="/api/v1/history/seals", description="Seals over the history (存证封条)"
)

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
