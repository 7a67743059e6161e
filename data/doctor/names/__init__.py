"""Names of regions, as people write them, to codes."""
