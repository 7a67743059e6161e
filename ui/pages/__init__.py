"""One ``show()`` per page."""
