"""No route without a permission: the url map is walked, and every view must come from the endpoint decorator."""

from flask import Flask

from backend.api.endpoint import PUBLIC
from backend.domain.permissions import PERMISSIONS

# Open to anybody, each for a reason; a new one must be argued for here.
OPEN_ROUTES = {
    "/healthz": "load balancers have no account",
    "/readyz": "load balancers have no account",
    "/metrics": "no account: this machine alone, or a token of its own (METRICS_TOKEN); no personal data",
    "/version": "support asks for it on the phone",
    "/.well-known/jwks.json": "a receipt must be checkable by anybody",
    "/api/v1/session": "signing in",
    "/api/v1/session/web": "signing in with a browser",
    "/api/v1/session/options": "which buttons the sign-in page shows",
    "/api/v1/session/oidc/start": "signing in with a browser, at the provider",
    "/api/v1/session/oidc/callback": "coming back from there",
    "/api/v1/session/oidc/code": "the second factor after coming back",
    "/api/v1/session/refresh": "the access token may have ended",
    "/": "the console's empty page; it asks who is there",
    "/<page:name>": "the same page at its other addresses",
    "/assets/<path:name>": "its scripts and styles",
    "/docs": "the public contract",
    "/docs/<path:name>": "files of the page above",
    "/docs/problems": "the public contract",
    "/openapi.json": "the public contract",
    "/ogc": "GIS programs read the landing page before they ask for a password; no data",
    "/ogc/": "the same, as the standard spells it",
    "/ogc/api": "the public contract",
    "/ogc/conformance": "the public contract",
    "/ogc/connect": "tells how to get in; no data",
    "/ogc/qgis-project.qgs": "addresses and colours, fetched before anybody has a password; no data",
    "/ogc/style.css": "the style of the pages above",
    "/api/v1/uploads": "OPTIONS only: a tus client asks what the server can",
}


def test_every_route_names_its_permission(application: Flask) -> None:
    for rule in application.url_map.iter_rules():
        view = application.view_functions[rule.endpoint]
        permission = getattr(view, "permission", None)
        assert permission is not None, f"{rule.rule} was not made by the endpoint decorator"
        assert permission == PUBLIC or permission in PERMISSIONS, f"{rule.rule}: unknown permission {permission!r}"


def test_public_routes_are_few_and_argued_for(application: Flask) -> None:
    public = {
        rule.rule
        for rule in application.url_map.iter_rules()
        if getattr(application.view_functions[rule.endpoint], "permission", None) == PUBLIC
    }
    assert public <= OPEN_ROUTES.keys()


def test_every_table_entry_is_used(application: Flask) -> None:
    used = {getattr(view, "permission", None) for view in application.view_functions.values()}
    assert used & PERMISSIONS.keys()
