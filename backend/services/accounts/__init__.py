"""People: signing in, sessions, devices, users and what they may do."""

from backend.services.accounts.identity import authenticate

__all__ = ["authenticate"]
