"""The board over HTTP."""

from backend.api.board.views import blueprint

__all__ = ["blueprint"]
