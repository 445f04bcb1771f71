"""Floor 2: rows, reads and the one place that commits."""
