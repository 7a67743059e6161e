"""Errors whose sentences are in the words of the catalogue, so that a page shows its language."""

from __future__ import annotations

from data.wording.catalogue import Message
from geo.errors import DataError


class RefusedFileError(DataError):
    """A file from outside whose reader was stopped.

    Parameters
    ----------
    what, repair
        What is wrong, and how to fix it.
    where
        Name of the file.
    """

    def __init__(self, what: Message, *, where: str, repair: Message) -> None:
        self.sentences = what, repair
        super().__init__(what.text("en"), where=where, repair=repair.text("en"))


class Stopped(Exception):  # noqa: N818  not an error: requested by the planner
    """The planner stopped the work; not an error."""
