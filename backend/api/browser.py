"""What a browser brings along by itself, and how it is told from another site's doing: the session's cookie, Origin, the
CSRF token. Not here: what a session is (services/accounts/web.py).
"""

from urllib.parse import urlsplit

from flask import Response, request

from backend.domain.errors import DomainError
from backend.gateways.keys import Keys
from backend.services.accounts import WebSession, is_csrf_token
from backend.settings import Settings

COOKIE = "gridpatrol_session"
CSRF_HEADER = "X-CSRF-Token"
BACKGROUND_HEADER = "X-Background"  # a page asks by itself: nobody is at the desk, so the session goes on resting
READS = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_PAGES = frozenset({"same-origin", "none"})  # Fetch Metadata: none is somebody who typed the address
LONGEST_COOKIE = 256  # ours have 43 characters


def cookie_token() -> str | None:
    """The token in the cookie of the session; None without one, or with something else in it."""
    token = request.cookies.get(COOKIE)
    return token if token and len(token) <= LONGEST_COOKIE else None


def own_address(settings: Settings) -> str:
    """Scheme, host and port of this site as the browser writes them."""
    return settings.public_url or f"{request.scheme}://{request.host}"


def give_cookie(response: Response, token: str, settings: Settings) -> Response:
    """Let the browser keep ``token`` until it is closed; scripts cannot read it, other sites' forms do not bring it."""
    response.set_cookie(COOKIE, token, path="/", httponly=True, samesite="Lax", secure=is_https(settings))
    return response


def take_cookie(response: Response, settings: Settings) -> Response:
    """Let the browser forget the session."""
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="Lax", secure=is_https(settings))
    return response


def is_https(settings: Settings) -> bool:
    """Whether the browser speaks TLS, as far as we are told: by the connection, by a proxy gunicorn trusts
    (X-Forwarded-Proto, FORWARDED_ALLOW_IPS), or by PUBLIC_URL."""
    return request.is_secure or (settings.public_url or "").startswith("https:")


def check_own_site(settings: Settings) -> None:
    """Raise foreign_origin when another site made the browser send this. What tells nothing of where it comes from is no
    browser of today, and passes."""
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if (site is not None and site.lower() not in OWN_PAGES) or (origin is not None and not _is_own(origin, settings)):
        raise DomainError("foreign_origin")


def check_write(web: WebSession, keys: Keys, settings: Settings) -> None:
    """Raise foreign_origin or csrf_failed unless a page of ours sends this; reading needs no proof. The method is the one
    that is acted on, however it was spelled (X-HTTP-Method-Override)."""
    if request.method in READS:
        return
    check_own_site(settings)
    if not is_csrf_token(keys, web.id, request.headers.get(CSRF_HEADER, "")):
        raise DomainError("csrf_failed")


def _is_own(origin: str, settings: Settings) -> bool:
    if settings.public_url is not None and origin.lower() == settings.public_url:
        return True
    try:
        url = urlsplit(origin.lower())
    except ValueError:
        return False
    # a proxy that ends TLS may not say so: https where we see http is still this site; the other way round it is not
    return url.netloc == request.host.lower() and url.scheme in ("https", request.scheme)
