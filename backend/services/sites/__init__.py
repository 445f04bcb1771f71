"""Sites: premises and water machines of the register. Not here: reads (persistence/queries/sites), grids' redrawing (grids)."""

from backend.services.sites.changing import act_on_site, update_site
from backend.services.sites.creating import create_site
from backend.services.sites.drafts import SiteDraft, SitePosition
from backend.services.sites.importing import SiteDefaults, SiteImport, import_sites
from backend.services.sites.proposing import propose_site

__all__ = [
    "SiteDefaults",
    "SiteDraft",
    "SiteImport",
    "SitePosition",
    "act_on_site",
    "create_site",
    "import_sites",
    "propose_site",
    "update_site",
]
