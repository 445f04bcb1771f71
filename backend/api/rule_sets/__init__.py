"""/rule-sets: reading, drafting, checking and approving the rules of routing. Not here: what rules are (domain/routing)."""

from backend.api.rule_sets.views import blueprint

__all__ = ["blueprint"]
