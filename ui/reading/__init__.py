"""The page that reads a plan: the text at the left, what it states at the right."""
