"""HTTP: one call, its answer, and how refusals are told apart. Not here: tokens (account.py), what is said (syncing.py)."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests

from gridpatrol_client.errors import ServerError, TryLaterError, UnreachableError

BASE_PATH = "/api/v1"
CONNECT_SECONDS, READ_SECONDS = 10, 60


@dataclass(frozen=True, slots=True)
class Response:
    """A good answer."""

    status: int
    headers: Any
    body: bytes

    def data(self) -> dict[str, Any]:
        """The JSON object it carries. A 200 that is something else is the sign-in page of a Wi-Fi, not the server."""
        try:
            data = json.loads(self.body)
        except ValueError as error:
            raise UnreachableError("not_the_server", "the answer is no JSON") from error
        if not isinstance(data, dict):
            raise UnreachableError("not_the_server", "the answer is no JSON object")
        return data


class Web:
    """Calls to one server. ``post_only``: for firewalls that pass GET and POST alone."""

    def __init__(self, server: str, language: str = "zh", *, post_only: bool = False) -> None:
        self.server = server.rstrip("/")
        self._post_only = post_only
        self._session = requests.Session()
        # proxies and certificates come from the environment; a password of its .netrc must not take the token's place
        self._session.auth = _as_it_is
        self._session.headers.update({"Accept-Language": {"zh": "zh-CN"}.get(language, language)})

    def close(self) -> None:
        """Let go of the connections."""
        self._session.close()

    def call(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Response:
        """One call. UnreachableError, TryLaterError or ServerError where it did not go well."""
        sent = dict(headers or {})
        if token:
            sent["Authorization"] = f"Bearer {token}"
        if self._post_only and method not in ("GET", "POST"):
            method, sent["X-HTTP-Method-Override"] = "POST", method
        try:
            answer = self._session.request(
                method,
                self.address(path),
                data=body,
                headers=sent,
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,  # a redirect is a captive portal, and a token must not follow it
            )
        except requests.RequestException as error:
            raise UnreachableError("unreachable", type(error).__name__) from error
        if 200 <= answer.status_code < 300:
            return Response(answer.status_code, answer.headers, answer.content)
        raise _refusal(answer)

    def post(self, path: str, content: Any, *, token: str | None = None) -> Response:
        """POST of JSON."""
        body = json.dumps(content, ensure_ascii=False).encode()
        return self.call("POST", path, token=token, body=body, headers={"Content-Type": "application/json"})

    def address(self, path: str) -> str:
        """The address of a path of the contract; ``path`` may also be one the server gave, of the same server."""
        if path.startswith(BASE_PATH) or path.startswith("/.well-known/"):
            return self.server + path
        address = urljoin(self.server + "/", path) if "://" in path else f"{self.server}{BASE_PATH}{path}"
        if urlsplit(address)[:2] != urlsplit(self.server)[:2]:
            raise UnreachableError("not_the_server", "an address of another server")
        return address


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _refusal(answer: requests.Response) -> UnreachableError | ServerError:
    status = answer.status_code
    problem = _problem(answer)
    code, detail = str(problem.get("code") or ""), str(problem.get("detail") or "")
    retry_after = _seconds(answer.headers.get("Retry-After"))
    if status == 429 or status >= 500:
        return TryLaterError(status, code, detail, retry_after)
    # A HEAD has no body; the tus header shows that our server spoke. 413 also comes from a proxy before it.
    is_ours = bool(code) or "Tus-Resumable" in answer.headers or status == 413
    if not is_ours:
        # a firewall's 401 or 404 must neither end the session nor forget an upload
        return UnreachableError("not_the_server", f"HTTP {status} without a problem document")
    return ServerError(status, code, detail, retry_after)


def _problem(answer: requests.Response) -> dict[str, Any]:
    if not answer.headers.get("Content-Type", "").startswith("application/problem+json"):
        return {}
    try:
        problem = json.loads(answer.content)
    except ValueError:
        return {}
    return problem if isinstance(problem, dict) else {}


def _seconds(text: str | None) -> float | None:
    """Retry-After: seconds or an HTTP date."""
    if text is None:
        return None
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
