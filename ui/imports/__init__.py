"""Parts of the import page."""
