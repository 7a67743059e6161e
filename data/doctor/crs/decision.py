"""Decide how a file's coordinates are to be read, by evidence, and place its rows.

Notes
-----
Every system that the magnitudes allow is a hypothesis, in both orders of the columns. Each is
scored by the log-likelihood of the rows (:mod:`data.doctor.crs.likelihood`). The best one is
applied only if it is decisive:

1. at least half of the points lie inside the province;
2. against every rival that moves the points by more than 5 m it is 1,000 times more likely;
3. against a rival within 20 km (another datum, a map shift, UTM for Gauss–Krüger) the rows agree:
   the paired sum of their differences over its own root sum of squares is at least
   3.5. Position errors are unbiased while a shift is one common vector, so rows that
   merely scatter cancel; fewer than 13 informative rows can never decide;
4. the common vector left at the known places is less than half the way to the nearest rival:
   otherwise neither reading is right.

If rows scatter symmetrically, condition 3 alone errs with probability below exp(−3.5²/2) = 0.2 %
per rival (a bound for self-normalised sums; Efron 1969). ``tests/data/doctor/
labelled.py`` makes the files on which the rule is measured.

It cannot distinguish CGCS2000 from WGS84 (the same for our purpose), and Gauss–Krüger zones of
Xian 80 or Beijing 54 from those of CGCS2000 (about 100 m, and no published transformation): an
undeclared zone is read as CGCS2000, the legal system since 2018, and the reason says so. Where a
file names the datum alone, its zones are the hypotheses.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from data.doctor.base import CrsDecision, ImportChoice
from data.doctor.crs import reasons
from data.doctor.crs.angles import parse_angle, read_angles, split_pairs
from data.doctor.crs.evidence import CrsEvidence, KnownPositions, gather
from data.doctor.crs.likelihood import readings
from data.doctor.crs.ranking import CrsRanking, same_system
from data.wording.catalogue import Message
from geo.earth import projections
from geo.earth.crs import Floats
from geo.errors import InputError

__all__ = [
    "CrsEvidence",
    "KnownPositions",
    "decide_crs",
    "gather",
    "parse_angle",
    "read_angles",
    "split_pairs",
    "to_wgs84",
]

System = tuple[str, bool]
Status = Literal["declared", "decided", "chosen", "undecided"]

#: Rows that are compared with the evidence.
SAMPLE = 20_000
#: System of degrees → datum of its zones, for files that name a datum and hold metres.
_DATUMS: dict[str, projections.Datum] = {
    "EPSG:4326": "CGCS2000", "EPSG:4490": "CGCS2000", "EPSG:4610": "Xian 80",
    "EPSG:4214": "Beijing 54",
}  # fmt: skip


def decide_crs(
    x: ArrayLike,
    y: ArrayLike,
    *,
    evidence: CrsEvidence,
    declared: str = "",
    choice: ImportChoice | None = None,
) -> CrsDecision:
    """Decide how the coordinates of a file are to be read.

    Parameters
    ----------
    x, y
        (n,) numbers of the columns that should hold easting or longitude, northing or latitude.
    evidence
        For the same n rows.
    declared
        System that the file states; may be empty.
    choice
        Settings of the planner, which override the file and the evidence.

    Returns
    -------
    decision
        With the ranked hypotheses. ``undecided`` degrees keep their numbers (``EPSG:4326``);
        undecided eastings have no system (an empty name) until the planner chooses one.

    Raises
    ------
    InputError
        If the system that the planner chose is unknown.
    """
    choice = choice or ImportChoice()
    a, b, evidence = _sample(np.asarray(x, dtype=float), np.asarray(y, dtype=float), evidence)
    stated = projections.canonical(choice.crs) if choice.crs else _known_system(declared)
    datum = stated if stated in _DATUMS else ""
    systems = _systems(a, b, evidence, choice, _DATUMS.get(datum, "CGCS2000"))
    if datum and not _are_degrees(a, b):
        return _by_evidence(CrsRanking(readings(a, b, systems, evidence), evidence), datum)
    if stated:
        orders = (False, True) if choice.swapped is None else (choice.swapped,)
        extra = [(stated, swapped) for swapped in orders]
        systems = [*extra, *(s for s in systems if not same_system(s[0], stated))]
    ranked = CrsRanking(readings(a, b, systems, evidence), evidence)
    if choice.crs:
        swapped = ranked.order_of(stated)
        return _decision(
            ranked, (stated, swapped), "chosen", Message("crs_reason.chosen", {"crs": stated})
        )
    return _declared(ranked, stated) if stated else _by_evidence(ranked)


def to_wgs84(x: ArrayLike, y: ArrayLike, decision: CrsDecision) -> tuple[Floats, Floats]:
    """Transform the positions of a file to WGS84 as decided.

    Parameters
    ----------
    x, y
        (n,) numbers of the columns that should hold easting or longitude, northing or latitude.
    decision
        System and order of the columns.

    Returns
    -------
    lon, lat
        (n,) degrees, NaN where there is no such place.

    Raises
    ------
    InputError
        If the decision names no system.
    """
    if not decision.crs:
        raise InputError("crs.undecided_numbers")
    lon, lat = projections.to_wgs84(x, y, decision.crs, swapped=decision.swapped)
    # A latitude beyond 90° is kept: the rule on swapped rows knows what to do with it.
    possible = (np.abs(lon) <= 180) & (np.abs(lat) <= 180)
    return np.where(possible, lon, np.nan), np.where(possible, lat, np.nan)


def _are_degrees(x: Floats, y: Floats) -> bool:
    """Test whether most of the numbers can be degrees."""
    possible = (np.abs(x) <= 180) & (np.abs(y) <= 180)
    return bool(possible.mean() >= 0.5) if len(possible) else True


def _known_system(declared: str) -> str:
    """Return the declared system, or empty if it is unknown: then evidence decides."""
    if not declared.strip():
        return ""
    try:
        return projections.canonical(declared)
    except InputError:
        return ""


def _sample(x: Floats, y: Floats, evidence: CrsEvidence) -> tuple[Floats, Floats, CrsEvidence]:
    """Keep finite rows at distinct places, every k-th of them, and all rows of known places."""
    finite = np.isfinite(x) & np.isfinite(y)
    keep = finite & ~pd.DataFrame({"x": x, "y": y}).duplicated().to_numpy()
    rows = np.flatnonzero(keep)
    chosen = rows[:: max(1, -(-len(rows) // SAMPLE))]
    anchored = evidence.anchor_row[keep[evidence.anchor_row]][:SAMPLE]
    rows = np.union1d(chosen, anchored)
    place = np.full(len(x), -1, dtype=np.intp)
    place[rows] = np.arange(len(rows))
    moved = place[evidence.anchor_row]
    kept = moved >= 0
    return (
        x[rows],
        y[rows],
        CrsEvidence(
            province=evidence.province,
            areas=evidence.areas,
            row_area=evidence.row_area[rows],
            anchor_row=moved[kept],
            anchor_lon=evidence.anchor_lon[kept],
            anchor_lat=evidence.anchor_lat[kept],
            site_lon=evidence.site_lon,
            site_lat=evidence.site_lat,
            roads=evidence.roads,
        ),
    )


def _systems(
    x: Floats, y: Floats, evidence: CrsEvidence, choice: ImportChoice, datum: projections.Datum
) -> list[System]:
    west, east = evidence.limits

    def possible(a: Floats, b: Floats) -> tuple[str, ...]:
        return projections.candidates(a, b, west=west, east=east, datum=datum)

    found: list[System] = []
    if choice.swapped is not True:
        found += [(crs, False) for crs in possible(x, y)]
    if choice.swapped is not False:
        found += [(crs, True) for crs in possible(y, x)]
    return found


def _decision(ranked: CrsRanking, system: System, status: Status, why: Message) -> CrsDecision:
    return CrsDecision(*system, status, why, ranked.hypotheses())


def _declared(ranked: CrsRanking, stated: str) -> CrsDecision:
    """Follow the file's declaration unless it puts no point into the province."""
    mine = (stated, ranked.order_of(stated))
    place = ranked.index(stated, swapped=mine[1])
    if place == 0 or not ranked.beats(0, place):
        return _decision(ranked, mine, "declared", Message("crs_reason.declared", {"crs": stated}))
    best = ranked.readings[0]
    impossible = ranked.inside(place) < 0.05 and ranked.inside(0) >= 0.5
    if impossible and ranked.rival(0) is None:
        why = Message("crs_reason.impossible", {"crs": stated, "better": best.crs})
        return _decision(ranked, (best.crs, best.swapped), "decided", why)
    why = Message("crs_reason.doubted", {"crs": stated, "better": best.crs})
    return _decision(ranked, mine, "declared", why)


def _by_evidence(ranked: CrsRanking, datum: str = "") -> CrsDecision:
    """Decide by evidence; ``datum`` is the system of degrees that the file names, if it does."""
    if not ranked.readings:
        return _decision(ranked, ("", False), "undecided", Message("crs_reason.no_reading"))
    best = ranked.readings[0]
    degrees = [r for r in ranked.readings if r.crs == projections.WGS84]
    unshifted = (degrees[0].crs, degrees[0].swapped) if degrees else ("", False)
    if ranked.inside(0) < 0.5:
        why = Message("crs_reason.elsewhere", {"inside": ranked.inside(0)})
        return _decision(ranked, unshifted, "undecided", why)
    rival = ranked.rival(0)
    table = ranked.hypotheses()
    if rival is None:
        why = reasons.decided(table[0], table[1:2], datum)
        return _decision(ranked, (best.crs, best.swapped), "decided", why)
    why = reasons.undecided(table[0], table[rival], ranked.apart_m(0, rival))
    return _decision(ranked, unshifted, "undecided", why)
