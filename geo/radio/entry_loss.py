"""Building entry loss: Recommendation ITU-R P.2109-2.

References
----------
Recommendation ITU-R P.2109-2 (2023), Annex 1, Eqs. (1)-(8) and Table 1.
"""

from __future__ import annotations

import math
from typing import Literal

from scipy.special import ndtri

from geo.errors import RangeError
from geo.sentence import Message, Several

Building = Literal["traditional", "thermally_efficient"]

#: Table 1: r, s, t, u, v, w, x, y, z.
_COEFFICIENTS: dict[str, tuple[float, ...]] = {
    "traditional": (12.64, 3.72, 0.96, 9.6, 2.0, 9.1, -3.0, 4.5, -2.0),
    "thermally_efficient": (28.19, -3.00, 8.48, 13.5, 3.8, 27.8, -2.9, 9.4, -2.1),
}
#: Floor of the loss, C of Eq. (1) [dB].
_FLOOR_dB = -3.0
#: Rise with the angle at the façade, Eq. (3) [dB/°].
_PER_DEGREE_dB = 0.212


def building_entry_loss_dB(
    frequency_GHz: float,
    probability: float = 0.5,
    building: Building = "traditional",
    *,
    elevation_deg: float = 0.0,
) -> float:
    """Return the building entry loss not exceeded with a probability over terminals inside.

    Parameters
    ----------
    frequency_GHz
        0.08–100 [GHz].
    probability
        Share of places inside where the loss is at most this; 0.5 is the median.
    building
        ``traditional``, or ``thermally_efficient`` (metallised glass, foil in the walls).
    elevation_deg
        Angle of the path above the horizontal at the façade [°].

    Returns
    -------
    loss_dB
        [dB]; may be below 0 at small probabilities.

    Raises
    ------
    RangeError
        If a value is outside the validity.

    Examples
    --------
    >>> round(building_entry_loss_dB(0.7), 1), round(building_entry_loss_dB(3.5), 1)
    (14.1, 15.7)
    """
    faults = []
    if building not in _COEFFICIENTS:
        known = ", ".join(_COEFFICIENTS)
        faults.append(Message("fault_radio.building", {"name": building, "known": known}))
    if not 0.08 <= frequency_GHz <= 100:
        faults.append(_outside("frequency_GHz", frequency_GHz, "0.08–100 GHz"))
    if not 0 < probability < 1:
        faults.append(Message("fault_radio.share", {"name": "probability", "value": probability}))
    if not abs(elevation_deg) < 90:
        faults.append(_outside("elevation_deg", elevation_deg, "±90°"))
    if faults:
        raise RangeError("entry_loss.range", faults=Several((*faults,)))
    r, s, t, u, v, w, x, y, z = _COEFFICIENTS[building]
    log_f = math.log10(frequency_GHz)
    quantile = float(ndtri(probability))
    mean_1 = r + s * log_f + t * log_f**2 + _PER_DEGREE_dB * abs(elevation_deg)
    upper = quantile * (u + v * log_f) + mean_1
    lower = quantile * (y + z * log_f) + w + x * log_f
    return 10 * math.log10(sum(10 ** (0.1 * term) for term in (upper, lower, _FLOOR_dB)))


def _outside(name: str, value: float, limits: str) -> Message:
    given = {"name": name, "value": value, "limits": limits}
    return Message("fault_radio.outside", given)
