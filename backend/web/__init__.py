"""Floor 4: serves the built front. Not here: its sources (web/) and its data (api/)."""
