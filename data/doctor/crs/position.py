"""A place as people type it: coordinates in any order, decimal or degrees, minutes, seconds."""

from __future__ import annotations

import math
import re

import pandas as pd

from data.doctor.crs.angles import parse_angle, split_pairs
from data.wording.catalogue import Message
from geo.errors import InputError, RangeError

#: In China every longitude is larger than every latitude: the order says nothing.
_LATITUDES, _LONGITUDES = (3.0, 54.0), (73.0, 136.0)
#: Two halves by a comma, or decimals by a space.
_SPACED = re.compile(r"^\s*([+-]?\d+(?:\.\d+)?)\s+([+-]?\d+(?:\.\d+)?)\s*$")


def read_position(text: str) -> tuple[float, float]:
    """Read a pair of coordinates.

    Parameters
    ----------
    text
        Such as ``98.95, 26.21``, ``26.21 98.95`` or ``26°12′30″N 98°57′E``.

    Returns
    -------
    position
        Latitude and longitude [° WGS84].

    Raises
    ------
    InputError
        If the text is no pair of coordinates.
    RangeError
        If no order of the two is a place in China.

    Examples
    --------
    >>> read_position("98.95，26.21"), read_position("26°12′30″N 98°57′E")
    ((26.21, 98.95), (26.208333, 98.95))
    """
    written = text.replace("，", ",").replace("；", ",").replace(";", ",")
    written = _SPACED.sub(r"\1,\2", written)
    halves = [parse_angle(half) for half in split_pairs(pd.Series([written]))]
    first, second = (round(float(half.iloc[0]), 6) for half in halves)
    if math.isnan(first) or math.isnan(second):
        raise InputError(
            Message("position.unreadable", {"text": text.strip()}),
            repair=Message("position.form"),
        )
    lat, lon = sorted((first, second))
    if not (_LATITUDES[0] <= lat <= _LATITUDES[1] and _LONGITUDES[0] <= lon <= _LONGITUDES[1]):
        raise RangeError(
            Message("position.abroad", {"text": text.strip()}), repair=Message("position.form")
        )
    return lat, lon
