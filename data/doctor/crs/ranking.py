"""Readings of one file ranked by likelihood, and the test of which of two is decisively better."""

from __future__ import annotations

import numpy as np

from data.doctor.base import Hypothesis
from data.doctor.crs.evidence import CrsEvidence
from data.doctor.crs.likelihood import CrsReading, log_likelihood, metres_between, spread_m
from geo.earth.projections import EQUAL_TO_WGS84

#: How many times more likely the best reading must be.
ODDS = 1_000.0
#: How well the rows must agree on it, in standard deviations.
AGREEMENT = 3.5
#: Readings nearer than this are the same; farther than that they differ grossly [m].
SAME_M, GROSS_M = 5.0, 20_000.0


def same_system(one: str, other: str) -> bool:
    """Test whether two names mean one system, WGS84 and CGCS2000 being the same here.

    Parameters
    ----------
    one, other
        Names of systems.

    Returns
    -------
    same
        True if positions in both are equal.
    """
    return one == other or (one in EQUAL_TO_WGS84 and other in EQUAL_TO_WGS84)


class CrsRanking:
    """Readings of one file, the likeliest first.

    Parameters
    ----------
    unranked
        Readings in any order.
    evidence
        Evidence for the same rows.
    """

    def __init__(self, unranked: list[CrsReading], evidence: CrsEvidence) -> None:
        self.evidence = evidence
        spread = spread_m(unranked)
        rows = [log_likelihood(reading, evidence, spread) for reading in unranked]
        order = sorted(range(len(rows)), key=lambda i: -float(rows[i].sum()))
        self.readings = [unranked[i] for i in order]
        self.rows = [rows[i] for i in order]

    def index(self, crs: str, *, swapped: bool) -> int:
        """Return the rank of a reading.

        Parameters
        ----------
        crs
            Name of the system.
        swapped
            True where the columns of longitude and latitude are exchanged.

        Returns
        -------
        index
            From 0, the likeliest.
        """
        return next(
            i
            for i, r in enumerate(self.readings)
            if same_system(r.crs, crs) and r.swapped == swapped
        )

    def order_of(self, crs: str) -> bool:
        """Test whether the likelier reading in a system has its columns exchanged.

        Parameters
        ----------
        crs
            Name of the system.

        Returns
        -------
        swapped
            The file's own order unless the other one is clearly better.
        """
        mine = [i for i, r in enumerate(self.readings) if same_system(r.crs, crs)]
        plain = [i for i in mine if not self.readings[i].swapped]
        if not plain or len(mine) == 1:
            return self.readings[mine[0]].swapped
        # The file's own order is kept unless the other one is clearly better.
        best = self.readings[mine[0]]
        return best.swapped and self.inside(mine[0]) >= 0.5 > self.inside(plain[0])

    def inside(self, i: int) -> float:
        """Return the share of points inside the province.

        Parameters
        ----------
        i
            Rank of a reading.

        Returns
        -------
        share
            0 to 1; NaN without points.
        """
        inside = self.readings[i].inside
        return float(inside.mean()) if len(inside) else float("nan")

    def rival(self, i: int) -> int | None:
        """Find the first reading that another one does not clearly beat.

        Parameters
        ----------
        i
            Rank of a reading.

        Returns
        -------
        rival
            Its rank; None if ``i`` beats all.
        """
        others = (j for j in range(len(self.readings)) if j != i)
        return next((j for j in others if not self.beats(i, j)), None)

    def beats(self, i: int, j: int) -> bool:
        """Test whether a reading is decisively better: conditions 2 to 4 of the rule.

        Parameters
        ----------
        i, j
            Ranks of two readings.

        Returns
        -------
        better
            True if ``i`` is decisively better than ``j``.
        """
        apart = self.apart_m(i, j)
        if apart <= SAME_M:
            return True
        difference = self.rows[i] - self.rows[j]
        if float(difference.sum()) < np.log(ODDS):
            return False
        if apart > GROSS_M:
            return int((difference > 0).sum()) >= 2
        root = float(np.sqrt((difference**2).sum()))
        return float(difference.sum()) >= AGREEMENT * root and self.unbiased(i, apart)

    def unbiased(self, i: int, apart_m: float) -> bool:
        """Test whether no common vector remains at the known places.

        Parameters
        ----------
        i
            Rank of a reading.
        apart_m
            Distance to the reading that it is compared with [m].

        Returns
        -------
        unbiased
            True if the median offset is below half of that distance.
        """
        offsets = self.readings[i].offsets
        if len(offsets) < 2:
            return True
        return float(np.hypot(*np.median(offsets, axis=0))) < apart_m / 2

    def apart_m(self, i: int, j: int) -> float:
        """Return the median distance between the points of two readings [m].

        Parameters
        ----------
        i, j
            Ranks of two readings.

        Returns
        -------
        metres
            Infinite if they have no point in common.
        """
        one, two = self.readings[i], self.readings[j]
        both = np.isfinite(one.lon) & np.isfinite(two.lon)
        if not both.any():
            return float("inf")
        vectors = metres_between(one.lon[both], one.lat[both], two.lon[both], two.lat[both])
        return float(np.median(np.hypot(*vectors.T)))

    def hypotheses(self) -> tuple[Hypothesis, ...]:
        """Return the ranked table that the planner sees.

        Returns
        -------
        hypotheses
            One per reading, the likeliest first.
        """
        best = float(self.rows[0].sum()) if self.rows else 0.0
        return tuple(
            _hypothesis(reading, self.evidence, float(rows.sum()) - best)
            for reading, rows in zip(self.readings, self.rows, strict=True)
        )


def _hypothesis(reading: CrsReading, evidence: CrsEvidence, score: float) -> Hypothesis:
    named = evidence.row_area >= 0
    metres = np.hypot(*reading.offsets.T) if len(reading.offsets) else reading.near_m
    return Hypothesis(
        crs=reading.crs,
        swapped=reading.swapped,
        inside=float(reading.inside.mean()) if len(reading.inside) else float("nan"),
        inside_named=float(reading.inside_area[named].mean()) if named.any() else float("nan"),
        residual_m=float(np.median(metres)) if len(metres) else float("nan"),
        matched=len(reading.offsets),
        score=score,
    )
