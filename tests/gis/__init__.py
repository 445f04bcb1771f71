"""Programs that others wrote, reading from a really running service."""
