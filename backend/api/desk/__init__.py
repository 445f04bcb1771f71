"""Desks over HTTP: the triage inbox, and one referral with everything around it."""

from backend.api.desk import views
from backend.api.desk.blueprint import blueprint

__all__ = ["blueprint", "views"]
