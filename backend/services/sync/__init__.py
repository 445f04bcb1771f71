"""The offline contract (sync.md): items in, changes out. Topmost of the services: it may call all the others."""

from backend.services.sync.answers import Answer, dump_answer
from backend.services.sync.apply import apply_items, apply_singly
from backend.services.sync.changes import Page, read_changes
from backend.services.sync.contact import is_news, note_contact
from backend.services.sync.context import Outbox, SyncContext
from backend.services.sync.cursor import place_of
from backend.services.sync.opening import Opening, open_sync
from backend.services.sync.quarantine import dismiss_entry
from backend.services.sync.repairing import Correction, item_under_usable_id, repair_entry

__all__ = [
    "Answer",
    "Correction",
    "Opening",
    "Outbox",
    "Page",
    "SyncContext",
    "apply_items",
    "apply_singly",
    "dismiss_entry",
    "dump_answer",
    "is_news",
    "item_under_usable_id",
    "note_contact",
    "open_sync",
    "place_of",
    "read_changes",
    "repair_entry",
]
