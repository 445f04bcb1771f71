"""The command gridpatrol-phone: a worker at a terminal."""
