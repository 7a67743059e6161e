"""A planner's own folder or a team's data base: scenarios, imported tables."""
