"""Coverage by distance, coverage rules, candidate sites and their reach."""
