"""A site as asked for or sent, before its place is known. Not here: placing (settling.py)."""

from dataclasses import dataclass, field
from typing import Any

from backend.domain.vocabulary import Category, Datum


@dataclass(frozen=True, slots=True)
class SitePosition:
    """Degrees in ``datum``; ``accuracy_m`` is a radius or None; ``source``: manual, gps, network or register."""

    lon: float
    lat: float
    datum: Datum
    accuracy_m: float | None = None
    source: str = "manual"

    def raw(self) -> dict[str, Any]:
        """The position as given, to be kept beside the stored one."""
        return {
            "lon": self.lon,
            "lat": self.lat,
            "datum": str(self.datum),
            "accuracy_m": self.accuracy_m,
            "source": self.source,
        }


@dataclass(frozen=True, slots=True)
class SiteDraft:
    """What is known of a site. Its position decides its grid and street; without one ``grid_code`` or ``street_code`` do.

    ``row`` and ``columns`` say where it stood in a file, for naming faults.
    """

    name: str
    category: Category
    address: str = ""
    kind: str | None = None
    uscc: str | None = None
    uscc_missing_reason: str | None = None
    external_code: str | None = None
    licence: dict[str, Any] = field(default_factory=dict)
    position: SitePosition | None = None
    grid_code: str | None = None
    street_code: str | None = None
    row: int = 1
    columns: dict[str, str] = field(default_factory=dict)

    def column(self, name: str) -> str:
        """The heading that ``name`` stood under, or the name itself."""
        return self.columns.get(name, name)
