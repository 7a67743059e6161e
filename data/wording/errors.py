"""Errors whose sentences are in the words of the catalogue, so that a page shows its language."""

from __future__ import annotations

from geo.errors import DataError


class RefusedFileError(DataError):
    """A file from outside whose reader was stopped."""


class Stopped(Exception):  # noqa: N818  not an error: requested by the planner
    """The planner stopped the work; not an error."""
