"""``make soak``: a fleet of phones works through a bad network while the product is killed, filled up and restored."""
