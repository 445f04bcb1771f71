"""The offline contract (sync.md): items in, changes out. Topmost of the services: it may call all the others."""

from backend.services.sync.answers import Answer, dump_answer
from backend.services.sync.apply import apply_items
from backend.services.sync.changes import Page, place_of, read_changes
from backend.services.sync.contact import Outbox, is_news, note_contact
from backend.services.sync.context import SyncContext

__all__ = [
    "Answer",
    "Outbox",
    "Page",
    "SyncContext",
    "apply_items",
    "dump_answer",
    "is_news",
    "note_contact",
    "place_of",
    "read_changes",
]
