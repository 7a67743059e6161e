"""Planning tasks: gaps, what-if, coverage, roll-out plans, needs."""
