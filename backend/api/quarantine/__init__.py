"""/quarantine: what phones sent and nobody could apply, for coordinators to repair or dismiss (待修复条目)."""

from backend.api.quarantine.views import blueprint

__all__ = ["blueprint"]
