"""P.1812: limits of validity (§ 1 and Table 1), all faults in one message."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.errors import RangeError
from geo.radio._p1812_batch import (
    CLUTTER,
    COLUMNS,
    FEW,
    LENGTH,
    LENGTH_KM,
    NO_ZONE,
    ORDER,
    ORIGIN,
    TERRAIN,
    ZONE,
    FlatProfiles,
)
from geo.radio._p1812_path import MIN_POINTS
from geo.radio._p1812_profile import COASTAL, INLAND, SEA

Floats = NDArray[np.float64]

_WORDS = ("horizontal", "vertical")
#: Name of an argument → lowest and highest value, unit. Table 1; ΔN lies below the pole of Eq. (6).
_LIMITS = {
    "frequency_GHz": (0.03, 6.0, "GHz"),
    "time_percent": (1.0, 50.0, "%"),
    "location_percent": (1.0, 99.0, "%"),
    "location_sigma_dB": (0.0, 100.0, "dB"),
    "delta_N": (np.nextafter(0.0, 1.0), np.nextafter(157.0, 0.0), "N-units/km"),
    "N0": (np.nextafter(0.0, 1.0), 1000.0, "N-units"),
    "h_tx_m": (1.0, 3000.0, "m"),
    "h_rx_m": (1.0, 3000.0, "m"),
    "lat_tx": (-80.0, 80.0, "°"),
    "lat_rx": (-80.0, 80.0, "°"),
    "lon_tx": (-180.0, 180.0, "°"),
    "lon_rx": (-180.0, 180.0, "°"),
    "dist_coast_tx_km": (0.0, np.finfo(float).max, "km"),
    "dist_coast_rx_km": (0.0, np.finfo(float).max, "km"),
}
_FAULTS = {
    FEW: f"has fewer than {MIN_POINTS} points",
    ORIGIN: "does not begin at distance 0",
    ORDER: "has distances that do not rise",
    LENGTH: f"is not {LENGTH_KM[0]:g}–{LENGTH_KM[1]:g} km long",
    TERRAIN: "has a terrain height that is no number",
    CLUTTER: "has a clutter height that is negative or no number",
    ZONE: "has a zone other than 1 (sea), 3 (coastal land) or 4 (inland)",
}


class Faults:
    """Faults of one call, collected to be raised together."""

    def __init__(self) -> None:
        self._sentences: list[str] = []

    def add(self, sentence: str) -> None:
        """Add one fault."""
        self._sentences.append(sentence)

    def raise_all(self) -> None:
        """Raise a :class:`RangeError` with all of them, if there are any."""
        if self._sentences:
            raise RangeError(
                "; ".join(self._sentences),
                where="P.1812",
                repair="the method is not valid outside these limits: correct the values, or "
                "leave the path out",
            )


def table(values: Mapping[str, ArrayLike], paths: int, faults: Faults) -> Floats:
    """Return the table of links: (1, columns) if all values are single, else (paths, columns)."""
    columns = []
    for name in COLUMNS:
        key = "polarization" if name == "vertical" else name
        column = _column(key, values[key], faults)
        if column.size not in {1, paths}:
            faults.add(f"{key} has {column.size} values for {paths} paths")
            column = column[:1]
        columns.append(column)
    rows = max((column.size for column in columns), default=1)
    found = np.empty((rows, len(COLUMNS)))
    for place, column in enumerate(columns):
        found[:, place] = column
    return found


def _column(name: str, value: ArrayLike, faults: Faults) -> Floats:
    """Return the values of an argument; those out of its limits are added to the faults."""
    if name == "polarization":
        words = np.atleast_1d(np.asarray(value, dtype=object)).ravel()
        wrong = sorted({repr(word) for word in words.tolist() if word not in _WORDS})
        if wrong:
            faults.add(f"polarization {', '.join(wrong)} is neither {' nor '.join(_WORDS)}")
        return np.asarray([word == "vertical" for word in words], dtype=float)
    low, high, unit = _LIMITS[name]
    try:
        numbers = np.atleast_1d(np.asarray(value, dtype=np.float64)).ravel()
    except (TypeError, ValueError):
        faults.add(f"{name} {value!r} is no number")
        return np.ones(1)
    bad = numbers[~((numbers >= low) & (numbers <= high))]
    if bad.size:
        more = f" and {bad.size - 1} more" if bad.size > 1 else ""
        faults.add(f"{name} {bad[0]:g}{more} is outside {low:g}–{high:g} {unit}")
    return numbers


def ragged(
    flat: Mapping[str, ArrayLike | None], start: ArrayLike | None, faults: Faults
) -> FlatProfiles | None:
    """Return the profiles as the kernel takes them, or None if their shapes do not fit.

    Parameters
    ----------
    flat
        ``distance_km``, ``terrain_m``, ``clutter_m`` and ``zone``.
    start
        Where each path begins; None for one path.
    """
    arrays = {name: _flat(name, value, faults) for name, value in flat.items()}
    distance = arrays["distance_km"]
    points = distance.size
    for name, array in arrays.items():
        if array.size != points and flat[name] is not None:
            faults.add(f"{name} has {array.size} values for {points} distances")
            return None
    zone = arrays["zone"]
    known = np.isin(zone, (SEA, COASTAL, INLAND))
    begins = np.array([0, points]) if start is None else np.asarray(start)
    fits = begins.ndim == 1 and begins.size >= 1 and np.issubdtype(begins.dtype, np.integer)
    if not fits or begins[0] != 0 or begins[-1] != points or (np.diff(begins) < 0).any():
        faults.add(f"start must be whole numbers that rise from 0 to {points}")
        return None
    return FlatProfiles(
        distance,
        arrays["terrain_m"],
        np.ascontiguousarray(begins, dtype=np.int64),
        arrays["clutter_m"],
        np.where(known, zone, NO_ZONE).astype(np.int8),
    )


def _flat(name: str, value: ArrayLike | None, faults: Faults) -> Floats:
    """Return a flat array of floats; empty where there is none."""
    if value is None:
        return np.empty(0)
    try:
        array = np.ascontiguousarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        faults.add(f"{name} holds something that is no number")
        return np.full(np.asarray(value, dtype=object).size, np.nan)
    if array.ndim != 1:
        faults.add(f"{name} has {array.ndim} dimensions, not one")
    return array.ravel()


def profiles(fault: NDArray[np.uint8], faults: Faults) -> None:
    """Add the faults that the kernel found in the profiles."""
    wrong = np.flatnonzero(fault)
    for path in wrong[:3]:
        name = "the profile" if fault.size == 1 else f"profile {path}"
        kinds = [text for bit, text in _FAULTS.items() if fault[path] & bit]
        faults.add(f"{name} {', '.join(kinds)}")
    if wrong.size > 3:
        faults.add(f"{wrong.size - 3} more profiles are at fault")
