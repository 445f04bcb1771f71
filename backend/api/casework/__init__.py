"""What hangs on referrals: the case file, calls, joint handling, tasks to verify, one more department."""

from backend.api.casework import joint, officers, views
from backend.api.casework.blueprint import blueprint

__all__ = ["blueprint", "joint", "officers", "views"]
