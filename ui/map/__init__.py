"""Maps on a page."""
