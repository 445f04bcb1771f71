"""The map key that the database makes is the one the domain makes."""

import random

from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.domain.tiles import map_key


def test_the_database_makes_the_same_key(session: Session) -> None:
    chance = random.Random(7)
    places = [(chance.uniform(-180, 180), chance.uniform(-90, 90)) for _ in range(300)]
    places += [(121.4, 31.24), (180.0, 90.0), (-180.0, -90.0), (0.0, 0.0)]
    made = session.execute(
        text(
            "SELECT map_key(ST_SetSRID(ST_MakePoint(lon, lat), 4490)) FROM unnest(CAST(:lons AS float8[]), CAST(:lats AS "
            "float8[])) WITH ORDINALITY AS p (lon, lat, n) ORDER BY n"
        ),
        {"lons": [lon for lon, _ in places], "lats": [lat for _, lat in places]},
    )
    # two libraries may round a last bit otherwise, which is a nanometre; a key away is 2 cm
    different = [place for place, key in zip(places, made.scalars(), strict=True) if key != map_key(*place)]
    assert len(different) <= 3
