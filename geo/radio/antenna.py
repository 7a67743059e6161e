"""Antenna patterns: 3GPP sectors and omni, with azimuth, mechanical and electrical downtilt.

A pattern is the gain relative to the main beam [dB], never above 0; the peak gain is a line of the
link budget. One compiled function serves arrays and, path by path, the coverage engine::

    rsrp_dBm = eirp_per_re_dBm + pattern_gain_dB(bearing_deg, elevation_deg, row)
               − path_loss_dB − other_losses_dB

References
----------
3GPP TR 36.814 V9.2.0, Table A.2.1.1-2: sector antenna of a macro cell.
3GPP TR 38.901 V17.0.0, Table 7.3-1: element pattern; Eqs. 7.1-7, 7.1-8: mechanical downtilt.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.compiled import compiled
from geo.errors import RangeError, UnknownNameError

#: Columns of :meth:`Antenna.row`, in order.
ROW = (
    "azimuth_deg", "mechanical_tilt_deg", "electrical_tilt_deg",
    "beamwidth_h_deg", "beamwidth_v_deg", "front_back_dB", "side_lobe_dB",
)  # fmt: skip
#: Steepest downtilt or uptilt that a mount is taken to allow [°].
MAX_TILT_DEG = 45.0


@dataclass(frozen=True, slots=True)
class Pattern:
    """Shape of a beam.

    Attributes
    ----------
    beamwidth_h_deg, beamwidth_v_deg
        Width at half power, horizontal and vertical [°]; infinite: the same in all directions.
    front_back_dB
        Most that the whole pattern may fall below the peak, A_m [dB].
    side_lobe_dB
        Most that the vertical cut may fall below the peak, SLA_v [dB].

    Raises
    ------
    RangeError
        If a width or limit is not above zero.
    """

    beamwidth_h_deg: float
    beamwidth_v_deg: float
    front_back_dB: float
    side_lobe_dB: float

    def __post_init__(self) -> None:
        """Refuse widths and limits that are not above 0."""
        for name in ROW[3:]:
            if not getattr(self, name) > 0:
                raise RangeError("antenna.pattern_value", name=name, value=getattr(self, name))


#: Patterns by key.
PATTERNS: dict[str, Pattern] = {
    # TR 36.814, Table A.2.1.1-2: φ_3dB 70°, A_m 25 dB; θ_3dB 10°, SLA_v 20 dB.
    "sector_36814": Pattern(70.0, 10.0, 25.0, 20.0),
    # TR 38.901, Table 7.3-1: φ_3dB = θ_3dB = 65°, A_max = SLA_v = 30 dB; a single element.
    "sector_38901": Pattern(65.0, 65.0, 30.0, 30.0),
    # The vertical cut of TR 36.814 in all azimuths: assumed, a collinear array of some 10 dBi.
    "omni": Pattern(math.inf, 10.0, 20.0, 20.0),
    "isotropic": Pattern(math.inf, math.inf, 1.0, 1.0),
}


@dataclass(frozen=True, slots=True)
class Antenna:
    """A pattern as mounted.

    Attributes
    ----------
    azimuth_deg
        Direction of the main beam, clockwise from north [°].
    mechanical_tilt_deg
        Tilt of the mount, positive downwards: the beam rises behind the mast [°].
    electrical_tilt_deg
        Tilt of the beam, the same in all azimuths, positive downwards [°].

    Raises
    ------
    RangeError
        If an angle is not finite or a tilt is steeper than :data:`MAX_TILT_DEG`.
    """

    pattern: Pattern
    azimuth_deg: float = 0.0
    mechanical_tilt_deg: float = 0.0
    electrical_tilt_deg: float = 0.0

    def __post_init__(self) -> None:
        """Refuse angles that no mount has."""
        tilts = (self.mechanical_tilt_deg, self.electrical_tilt_deg)
        if not all(abs(tilt) <= MAX_TILT_DEG for tilt in tilts):
            raise RangeError(
                "antenna.tilt", mechanical=tilts[0], electrical=tilts[1], most=MAX_TILT_DEG
            )
        if not math.isfinite(self.azimuth_deg):
            raise RangeError("antenna.azimuth", azimuth_deg=self.azimuth_deg)

    def row(self) -> NDArray[np.float64]:
        """Return the antenna as the compiled function takes it.

        Returns
        -------
        row
            (7,) numbers in the order of :data:`ROW`.
        """
        shape = self.pattern
        return np.array(
            [
                self.azimuth_deg, self.mechanical_tilt_deg, self.electrical_tilt_deg,
                shape.beamwidth_h_deg, shape.beamwidth_v_deg, shape.front_back_dB,
                shape.side_lobe_dB,
            ]
        )  # fmt: skip


def pattern(key: str) -> Pattern:
    """Return a pattern by its key.

    Parameters
    ----------
    key
        Key of :data:`PATTERNS`.

    Returns
    -------
    pattern
        The pattern.

    Raises
    ------
    UnknownNameError
        If there is no such key.
    """
    if key not in PATTERNS:
        raise UnknownNameError("antenna_pattern", key, PATTERNS)
    return PATTERNS[key]


def gain_dB(
    antenna: Antenna, bearing_deg: ArrayLike, elevation_deg: ArrayLike
) -> NDArray[np.float64]:
    """Return the gain relative to the peak [dB], ≤ 0.

    Parameters
    ----------
    antenna
        Pattern and mount.
    bearing_deg
        Direction of the path at the antenna, clockwise from north [°], any shape.
    elevation_deg
        Angle of the path above the horizontal at the antenna [°]; broadcasts with the bearing.

    Returns
    -------
    gain_dB
        Broadcast shape, at most 0 [dB].

    Raises
    ------
    RangeError
        If an elevation is outside ±90° or an angle is not finite.

    Examples
    --------
    The edge of a 120° sector, and the back, of the 3GPP pattern:

    >>> gain_dB(Antenna(pattern("sector_36814")), [0, 35, 60, 180], 0).round(1).tolist()
    [0.0, -3.0, -8.8, -25.0]
    """
    bearing, elevation = np.broadcast_arrays(
        np.asarray(bearing_deg, float), np.asarray(elevation_deg, float)
    )
    if not (np.isfinite(bearing).all() and (np.abs(elevation) <= 90).all()):
        raise RangeError("antenna.angles")
    flat = _gains(bearing.ravel(), elevation.ravel(), antenna.row())
    return np.asarray(flat, dtype=float).reshape(bearing.shape)


@compiled
def pattern_gain_dB(bearing_deg: float, elevation_deg: float, row: NDArray[np.float64]) -> float:
    """Return the gain of one path relative to the peak [dB]; compiled, unchecked.

    Parameters
    ----------
    bearing_deg, elevation_deg
        Direction of the path at the antenna: clockwise from north, above the horizontal [°].
    row
        (7,) an :meth:`Antenna.row`, or one row of such rows stacked.

    Returns
    -------
    gain_dB
        At most 0 [dB].
    """
    across = math.radians(bearing_deg - row[0])
    up = math.radians(elevation_deg)
    if row[1] != 0.0:
        # Turn the path into the frame of the tilted mount (TR 38.901, Eqs. 7.1-7, 7.1-8).
        tilt = math.radians(row[1])
        ahead = math.cos(up) * math.cos(across)
        side = math.cos(up) * math.sin(across)
        rise = ahead * math.sin(tilt) + math.sin(up) * math.cos(tilt)
        ahead = ahead * math.cos(tilt) - math.sin(up) * math.sin(tilt)
        across = math.atan2(side, ahead)
        up = math.asin(min(max(rise, -1.0), 1.0))
    # To (−180°, 180°].
    phi = math.degrees(math.atan2(math.sin(across), math.cos(across)))
    theta = -math.degrees(up) - row[2]
    horizontal = min(12.0 * (phi / row[3]) ** 2, row[5])
    vertical = min(12.0 * (theta / row[4]) ** 2, row[6])
    return float(0.0 - min(horizontal + vertical, row[5]))


@compiled
def _gains(
    bearing_deg: NDArray[np.float64], elevation_deg: NDArray[np.float64], row: NDArray[np.float64]
) -> NDArray[np.float64]:
    result = np.empty(len(bearing_deg))
    for i in range(len(bearing_deg)):
        result[i] = pattern_gain_dB(bearing_deg[i], elevation_deg[i], row)
    return result
