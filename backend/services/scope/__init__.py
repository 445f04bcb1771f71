"""Who must hold what on the phone, and the objects as phones receive them. Called by every use case that changes one.

Each publish_x takes ids, reads them and their rightful holders in a constant number of statements, and hands both to the
feed, which finds out by itself what is news to whom. Not here: serving the feed (sync/), the rules of the slices.
"""

from backend.services.scope.grids import publish_grids
from backend.services.scope.items import publish_entries, publish_new_entries
from backend.services.scope.people import refresh_all, welcome_user
from backend.services.scope.reference import publish_departments, publish_reference
from backend.services.scope.reports import publish_new_reports, publish_reports
from backend.services.scope.sites import publish_sites
from backend.services.scope.tasks import publish_tasks

__all__ = [
    "publish_departments",
    "publish_entries",
    "publish_grids",
    "publish_new_entries",
    "publish_new_reports",
    "publish_reference",
    "publish_reports",
    "publish_sites",
    "publish_tasks",
    "refresh_all",
    "welcome_user",
]
