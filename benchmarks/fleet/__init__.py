"""Many phones at once, each the reference client with a plan, a line and a clock of its own. Only ever loopback."""
