"""Use cases of penalties: recorded on a case, imported from before, revoked, counted. Not here: reads (queries/penalties)."""

from backend.services.penalties.counting import PenaltyKey, count_penalties
from backend.services.penalties.importing import PenaltyImport, import_penalties
from backend.services.penalties.recording import PenaltyDraft, record_penalty, revoke_penalty

__all__ = [
    "PenaltyDraft",
    "PenaltyImport",
    "PenaltyKey",
    "count_penalties",
    "import_penalties",
    "record_penalty",
    "revoke_penalty",
]
