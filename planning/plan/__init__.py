"""Site plans: candidates, selection, backhaul, schedule, costs."""
