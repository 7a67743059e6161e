"""Content of exported files: gaps, coverage, plans."""
