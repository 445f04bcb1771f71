"""Seals over the history: making them in batches, and discrepancy what was rewritten behind the product's back."""

from backend.services.seals.checking import PartCheck, check_part
from backend.services.seals.sealing import BATCH, seal_batch, seal_restored
from backend.services.seals.verifying import Discrepancy, KnownSeal, Verification, verify_history, verify_seal

__all__ = [
    "BATCH",
    "Discrepancy",
    "KnownSeal",
    "PartCheck",
    "Verification",
    "check_part",
    "seal_batch",
    "seal_restored",
    "verify_history",
    "verify_seal",
]
