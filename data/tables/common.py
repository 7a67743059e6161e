"""Names and counts that every table shares."""

from __future__ import annotations

from dataclasses import dataclass

#: Columns that hold the position once it is known, WGS84 [°].
LON, LAT = "lon", "lat"


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows read = accepted + repaired + rejected, always.

    Attributes
    ----------
    read
        Rows of the file.
    accepted
        Rows taken as they are.
    repaired
        Rows taken with a repaired cell.
    rejected
        Rows left out.
    """

    read: int
    accepted: int
    repaired: int
    rejected: int

    def __post_init__(self) -> None:
        """Refuse counts that do not add up."""
        if self.read != self.accepted + self.repaired + self.rejected:
            message = f"{self.read} rows read, {self.accepted + self.repaired + self.rejected} kept"
            raise AssertionError(message)
