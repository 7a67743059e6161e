"""Why nothing fits, and what would."""

from __future__ import annotations

from dataclasses import dataclass

from geo.errors import RangeError


@dataclass(frozen=True)
class Conflict:
    """One limit that stands in the way.

    Attributes
    ----------
    limit
        "p", "budget", "least_share" or "reach".
    subject
        The group, for a least share; empty otherwise.
    asked, possible
        What the problem asks, and the nearest value with which the rest fits.
    """

    limit: str
    subject: str
    asked: float
    possible: float

    def __str__(self) -> str:
        """Return one clause."""
        name = f"{self.limit} of {self.subject}" if self.subject else self.limit
        return f"{name}: asked {self.asked:g}, possible {self.possible:g}"


class InfeasibleError(RangeError):
    """No choice of sites keeps all limits; ``conflicts`` names those that stand in the way."""

    def __init__(self, what: str, *, conflicts: tuple[Conflict, ...], repair: str) -> None:
        self.conflicts = conflicts
        super().__init__(what, where="limits", repair=repair)
