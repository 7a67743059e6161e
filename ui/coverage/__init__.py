"""Parts of the pages on coverage, paths and coverage rules."""
