"""/exports: lists as files, made in the background. Not here: the making (services/exports)."""

from backend.api.exports.views import blueprint

__all__ = ["blueprint"]
