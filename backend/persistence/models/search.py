"""Functions of the database that make texts comparable, as domain/search.py does. Not here: which texts are."""

from sqlalchemy import DDL, event

from backend.persistence.database import Base

# Only so that tables can be made from the models alone (tests); databases in use have them from their migration.
event.listen(
    Base.metadata,
    "before_create",
    DDL(  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
        "CREATE OR REPLACE FUNCTION search_normal(said text) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS 'SELECT said';"
        "CREATE OR REPLACE FUNCTION search_grams(said text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT"
        " AS 'SELECT ARRAY[said]'"
    ),
)
# A line for each, so that nothing is found across two of them, and a field's beginning can be told.
SITE_TEXT = (
    "(((((search_normal(name) || chr(10)) || search_normal(address)) || chr(10)) || COALESCE(search_normal(uscc), ''::text))"
    " || chr(10)) || COALESCE(search_normal(external_code), ''::text)"
)
