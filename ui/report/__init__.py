"""Parts of the page Report."""
