"""/docs and /openapi.json: the API document, browsable without the internet."""

from backend.api.docs.views import blueprint

__all__ = ["blueprint"]
