"""What a planner asks: gaps, what-if, coverage, plans, needs."""
