"""OGC API – Features as rules: which collections there are, and what the parameters of a request mean."""
