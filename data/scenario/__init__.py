"""What a planner changes against the pack: scenario, presets, plan settings, coverage rules."""
