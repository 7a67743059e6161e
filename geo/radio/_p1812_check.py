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
from geo.sentence import Message, Several

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
    FEW: "few", ORIGIN: "origin", ORDER: "order", LENGTH: "length", TERRAIN: "terrain",
    CLUTTER: "clutter", ZONE: "zone",
}  # fmt: skip


class Faults:
    """Faults of one call, collected to be raised together."""

    def __init__(self) -> None:
        self._sentences: list[Message] = []

    def add(self, code: str, **given: object) -> None:
        """Add one fault."""
        self._sentences.append(Message(f"fault_p1812.{code}", given))

    def raise_all(self) -> None:
        """Raise a :class:`RangeError` with all of them, if there are any."""
        if self._sentences:
            raise RangeError("p1812.limits", faults=Several((*self._sentences,)))


def table(values: Mapping[str, ArrayLike], paths: int, faults: Faults) -> Floats:
    """Return the table of links: (1, columns) if all values are single, else (paths, columns)."""
    columns = []
    for name in COLUMNS:
        key = "polarization" if name == "vertical" else name
        column = _column(key, values[key], faults)
        if column.size not in {1, paths}:
            faults.add("values_paths", name=key, values=column.size, paths=paths)
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
            faults.add("polarization", words=", ".join(wrong), known=" / ".join(_WORDS))
        return np.asarray([word == "vertical" for word in words], dtype=float)
    low, high, unit = _LIMITS[name]
    try:
        numbers = np.atleast_1d(np.asarray(value, dtype=np.float64)).ravel()
    except (TypeError, ValueError):
        faults.add("number", name=name, value=value)
        return np.ones(1)
    bad = numbers[~((numbers >= low) & (numbers <= high))]
    if bad.size:
        code = "outside_more" if bad.size > 1 else "outside"
        given = {"first": bad[0], "more": bad.size - 1, "low": low, "high": high}
        faults.add(code, name=name, unit=unit, **given)
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
            faults.add("values_distances", name=name, values=array.size, points=points)
            return None
    zone = arrays["zone"]
    known = np.isin(zone, (SEA, COASTAL, INLAND))
    begins = np.array([0, points]) if start is None else np.asarray(start)
    fits = begins.ndim == 1 and begins.size >= 1 and np.issubdtype(begins.dtype, np.integer)
    if not fits or begins[0] != 0 or begins[-1] != points or (np.diff(begins) < 0).any():
        faults.add("start", points=points)
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
        faults.add("holds_no_number", name=name)
        return np.full(np.asarray(value, dtype=object).size, np.nan)
    if array.ndim != 1:
        faults.add("dimensions", name=name, dimensions=array.ndim)
    return array.ravel()


def profiles(fault: NDArray[np.uint8], faults: Faults) -> None:
    """Add the faults that the kernel found in the profiles."""
    wrong = np.flatnonzero(fault)
    for path in wrong[:3]:
        limits = {"points": MIN_POINTS, "least": LENGTH_KM[0], "most": LENGTH_KM[1]}
        kinds = [
            Message(f"fault_p1812.{code}", limits)
            for bit, code in _FAULTS.items()
            if fault[path] & bit
        ]
        faults.add("profile" if fault.size == 1 else "profile_of", path=path, kinds=kinds)
    if wrong.size > 3:
        faults.add("more_profiles", count=wrong.size - 3)
