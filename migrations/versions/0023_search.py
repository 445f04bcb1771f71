"""Search everywhere: sites by any two neighbouring characters of name, address or code; tasks by the beginning of their number.

Revision ID: 0023
"""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

# As domain/search.py has it on the day of this migration: full width as half width, capitals as small letters, nothing unseen.
NORMAL = r"""
    CREATE FUNCTION search_normal(said text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
        SELECT regexp_replace(lower(normalize(said, NFKC)), '[\s\u200b-\u200f\u2060\ufeff]+', '', 'g')
    $$
"""
# Every character and every pair of neighbours.
GRAMS = """
    CREATE FUNCTION search_grams(said text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
        SELECT array_agg(DISTINCT gram) FROM (
            SELECT letter, lead(letter) OVER (ORDER BY place) AS follows
            FROM unnest(string_to_array(said, NULL)) WITH ORDINALITY AS letters (letter, place)
        ) pairs, LATERAL (VALUES (letter), (letter || follows)) AS grams (gram)
        WHERE gram IS NOT NULL
    $$
"""


def upgrade() -> None:
    """Make functions, the text of sites and the indexes."""
    op.execute(NORMAL)
    op.execute(GRAMS)
    op.execute("""
        ALTER TABLE sites ADD search_text TEXT NOT NULL GENERATED ALWAYS AS (
            search_normal(name) || chr(10) || search_normal(address) || chr(10)
            || coalesce(search_normal(uscc), '') || chr(10) || coalesce(search_normal(external_code), '')
        ) STORED
    """)
    op.execute("CREATE INDEX ix_sites_search_grams ON sites USING gin (search_grams(search_text))")
    op.execute("CREATE INDEX ix_tasks_code_prefix ON tasks (code text_pattern_ops)")


def downgrade() -> None:
    """Drop them again: all of it is made of what stands elsewhere."""
    op.execute("DROP INDEX ix_tasks_code_prefix")
    op.execute("ALTER TABLE sites DROP search_text")  # its index goes with it
    op.execute("DROP FUNCTION search_grams(text)")
    op.execute("DROP FUNCTION search_normal(text)")
