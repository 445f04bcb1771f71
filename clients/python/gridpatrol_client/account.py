"""Who is signed in on this phone: signing in and out, tokens and their rotation. The outbox outlives all of it."""

from dataclasses import dataclass
from typing import Any

from gridpatrol_client.errors import NobodySignedInError, PhoneError, ServerError, SessionEndedError, UnreachableError
from gridpatrol_client.objects import Objects
from gridpatrol_client.stamps import new_id
from gridpatrol_client.store import Store
from gridpatrol_client.web import Response, Web


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """What a phone tells about itself when somebody signs in."""

    name: str
    platform: str
    app_version: str


class Account:
    """The person of one data folder. ``call`` is how everything else speaks to the server."""

    def __init__(self, store: Store, web: Web) -> None:
        self._store = store
        self._web = web

    @property
    def device_id(self) -> str:
        """Made once per installation."""
        with self._store.change():
            if self._store.get("device_id") is None:
                self._store.put(device_id=new_id())
            device_id: str = self._store.get("device_id")
            return device_id

    @property
    def user(self) -> dict[str, Any] | None:
        """Who records on this phone; stays known when the session has ended, so that collecting goes on."""
        user: dict[str, Any] | None = self._store.get("user")
        return user

    @property
    def owner(self) -> str:
        """The id of that person; NobodySignedInError where nobody is."""
        user = self.user
        if user is None:
            raise NobodySignedInError("nobody_signed_in")
        return str(user["id"])

    @property
    def ended(self) -> tuple[str, str] | None:
        """Code and sentence of why the session ended; None while it lives."""
        found = self._store.get("ended")
        return None if found is None else (found["code"], found["detail"])

    def sign_in(self, username: str, password: str, device: DeviceInfo) -> dict[str, Any]:
        """Open a session. A person other than the last one finds no objects of that one, but the outbox stays his."""
        about = {
            "id": self.device_id,
            "name": device.name,
            "platform": device.platform,
            "app_version": device.app_version,
        }
        with self._store.alone():
            content = {"username": username, "password": password, "device": about}
            return self._keep(self._web.post("/session", content).data())

    def sign_out(self) -> bool:
        """End the session here, and on the server if it can be reached (True). Objects go, the outbox stays."""
        with self._store.alone():
            told = True
            try:
                self.call("POST", "/session/end")
            except PhoneError:
                told = False
            self._forget()
            self._store.put(user=None, ended=None)
            return told

    def call(
        self, method: str, path: str, *, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Response:
        """One call with the access token; a token that has run out is refreshed once, any other 401 ends the session."""
        try:
            return self._web.call(method, path, token=self._token(), body=body, headers=headers)
        except ServerError as error:
            if error.status != 401:
                raise
            # the answer to a HEAD has no body and so no code: refreshing will tell
            if error.code not in ("token_expired", "http_401"):
                raise self._end(error) from error
        self._refresh()
        try:
            return self._web.call(method, path, token=self._token(), body=body, headers=headers)
        except ServerError as error:
            if error.status == 401 and error.code not in ("token_expired", "http_401"):
                raise self._end(error) from error
            raise

    def _token(self) -> str:
        token: str | None = self._store.get("access_token")
        if token is None:
            code, detail = self.ended or ("nobody_signed_in", "")
            raise SessionEndedError(code, detail)
        return token

    def _refresh(self) -> None:
        try:
            answer = self._web.post("/session/refresh", {"refresh_token": self._store.get("refresh_token")})
        except ServerError as error:
            if error.status == 401:
                raise self._end(error) from error
            raise
        self._keep(answer.data())

    def _keep(self, answer: dict[str, Any]) -> dict[str, Any]:
        """Store new tokens before anything uses them: each refresh token works once."""
        try:
            access, refresh, user = answer["access_token"], answer["refresh_token"], dict(answer["user"])
            owner = str(user["id"])
        except (KeyError, TypeError, ValueError) as error:
            raise UnreachableError("not_the_server", "the answer names no session") from error
        with self._store.change():
            known = self.user
            if known is None or str(known["id"]) != owner:
                self._forget()
            self._store.put(access_token=access, refresh_token=refresh, user=user, ended=None)
        return user

    def _forget(self) -> None:
        # the epoch stays: it is the server's, and everybody's delivered items depend on it
        with self._store.change():
            Objects(self._store).clear()
            self._store.put(access_token=None, refresh_token=None, cursor=None, verified_on=None)

    def _end(self, error: ServerError) -> SessionEndedError:
        ended = {"code": error.code, "detail": error.detail}
        self._store.put(access_token=None, refresh_token=None, ended=ended)
        return SessionEndedError(error.code, error.detail)
