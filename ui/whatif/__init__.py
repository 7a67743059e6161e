"""Parts of the what-if page."""
