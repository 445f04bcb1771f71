"""The files of the documentation's pages: Swagger UI as it was installed, and our own few lines. Nothing else is served."""

import importlib.util
from pathlib import Path

OURS = Path(__file__).parent
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
SWAGGER_FILES = ("css/swagger-ui.css", "js/swagger-ui-bundle.js", "images/swagger.svg")
OUR_FILES = ("docs.css", "start.js")


def served_files() -> dict[str, Path]:
    """Name below /docs/ → file; the installed package is found without being run. Raises RuntimeError without it."""
    spec = importlib.util.find_spec("flask_openapi3_swagger")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("flask-openapi3-swagger is not installed")
    swagger = Path(spec.submodule_search_locations[0]) / "templates" / "swagger"
    return {Path(name).name: swagger / name for name in SWAGGER_FILES} | {name: OURS / name for name in OUR_FILES}
