"""Use cases of transfers to the police: proposed, decided, handed over, answered. Not here: reads (queries/crime_transfers)."""

from backend.persistence.queries.crime_transfers import due_transfers, handed_over, open_transfer_exists
from backend.services.crime_transfers.acting import (
    TransferDetails,
    act_on_transfer,
    actions_for,
    set_materials,
)
from backend.services.crime_transfers.proposing import TransferProposal, propose_transfer

__all__ = [
    "TransferDetails",
    "TransferProposal",
    "act_on_transfer",
    "actions_for",
    "due_transfers",
    "handed_over",
    "open_transfer_exists",
    "propose_transfer",
    "set_materials",
]
