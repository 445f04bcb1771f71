"""Exports made in the background: asked for, made of one snapshot, kept for some days, taken away. One's own alone.

Not here: what is read (persistence/queries), file formats (gateways), when they run (jobs/exports).
"""

from backend.services.exports.keeping import expire_old, is_wanted, revive_lost, take_file
from backend.services.exports.life import ExportDraft, act_on_export, ask_for_export
from backend.services.exports.lines import Wanted
from backend.services.exports.making import Made, write_file
from backend.services.exports.running import Order, begin, fail, finish, put_back, stored_name, tell_progress

__all__ = [
    "ExportDraft",
    "Made",
    "Order",
    "Wanted",
    "act_on_export",
    "ask_for_export",
    "begin",
    "expire_old",
    "fail",
    "finish",
    "is_wanted",
    "put_back",
    "revive_lost",
    "stored_name",
    "take_file",
    "tell_progress",
    "write_file",
]
