"""Dated statements of plans and publications, and of villages."""
