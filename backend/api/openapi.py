"""Settings of the generated OpenAPI document. Not here: operations (documents.py), the file (cli/docs.py)."""

from typing import Any

OPENAPI_CONFIG: dict[str, Any] = {
    "API_TITLE": "GridPatrol",
    "API_VERSION": "v1",
    "OPENAPI_VERSION": "3.1.0",
    # served by our own pages, so that /docs works without the internet
    "OPENAPI_URL_PREFIX": None,
    "API_SPEC_OPTIONS": {
        "info": {
            "description": "Grid-by-grid health patrol: offline reports, grid placement, lawful referral. "
            "Times are RFC 3339 with offset, ids lower-case UUIDs, positions longitude/latitude; "
            "refusals are application/problem+json with a stable `code`.",
            "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
        },
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    },
}
