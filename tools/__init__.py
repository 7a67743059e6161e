"""Build tools; not part of the application."""
