"""Ids the server makes. Not here: ids made on phones (they come as they are), codes."""

from uuid import UUID

import uuid_utils


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562): unique everywhere, and growing with time, so that an index fills from one end."""
    return UUID(int=uuid_utils.uuid7().int)
