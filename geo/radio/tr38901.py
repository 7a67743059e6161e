"""3GPP TR 38.901 path loss and cell radius, rural (RMa) and urban macro (UMa).

Without a terrain model a path is known by its length alone, so equal loss is a circle around the
site. The model is statistical: it describes what is typical of many places, not one place.
In mountains a ridge decides and the circle is wrong both ways: it is used where no terrain model is
loaded, and labelled so.

References
----------
3GPP TR 38.901 V17.0.0, Table 7.4.1-1 (path loss), clause 7.4.1 with Note 1 (breakpoint, effective
height of the surroundings).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from geo.errors import RangeError
from geo.sentence import Message, Several

Scenario = Literal["rma", "uma"]
Sight = Literal["los", "nlos"]

#: Velocity of light as the report has it, clause 7.4.1, Note 1 [m/s].
LIGHT_M_PER_S = 3.0e8
#: Frequencies between which the formulas are valid [GHz] (Table 7.4.1-1, Note 2; UMa to 100).
FREQUENCIES_GHz: dict[Scenario, tuple[float, float]] = {"rma": (0.5, 30.0), "uma": (0.5, 100.0)}
#: Horizontal distances between which they are valid [m].
DISTANCES_M: dict[tuple[Scenario, Sight], tuple[float, float]] = {
    ("rma", "los"): (10.0, 10_000.0),
    ("rma", "nlos"): (10.0, 5_000.0),
    ("uma", "los"): (10.0, 5_000.0),
    ("uma", "nlos"): (10.0, 5_000.0),
}
#: Below this height of the terminal the effective height of the urban surroundings is 1 m [m].
_UMA_PLAIN_HEIGHT_M = 13.0
#: Effective height of the surroundings for such terminals [m] (Note 1).
_UMA_GROUND_M = 1.0


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Scenario, frequency and heights of a path.

    Attributes
    ----------
    scenario
        ``rma`` rural macro, ``uma`` urban macro.
    frequency_GHz
        Carrier frequency [GHz].
    h_bs_m, h_ut_m
        Antenna heights above ground of base station and terminal [m]. RMa: 10–150 and 1–10. UMa:
        25, as the table has it, and 1.5–13: above that the report draws the breakpoint by lot.
    building_m, street_m
        Mean height of buildings and width of streets, RMa only [m], 5–50; 5 and 20 are the
        report's own values.

    Raises
    ------
    RangeError
        If a value is outside the validity; every fault is named.
    """

    scenario: Scenario
    frequency_GHz: float
    h_bs_m: float = 35.0
    h_ut_m: float = 1.5
    building_m: float = 5.0
    street_m: float = 20.0

    def __post_init__(self) -> None:
        """Refuse what the table does not cover."""
        if self.scenario not in FREQUENCIES_GHz:
            raise RangeError("tr38901.scenario", scenario=self.scenario)
        limits = {"frequency_GHz": (*FREQUENCIES_GHz[self.scenario], "GHz")}
        if self.scenario == "rma":
            limits |= {
                "h_bs_m": (10.0, 150.0, "m"), "h_ut_m": (1.0, 10.0, "m"),
                "building_m": (5.0, 50.0, "m"), "street_m": (5.0, 50.0, "m"),
            }  # fmt: skip
        else:
            limits |= {"h_bs_m": (25.0, 25.0, "m"), "h_ut_m": (1.5, _UMA_PLAIN_HEIGHT_M, "m")}
        faults = [
            Message("fault_radio.limits", {
                "name": name, "value": getattr(self, name), "low": low, "high": high, "unit": unit,
            })
            for name, (low, high, unit) in limits.items()
            if not low <= getattr(self, name) <= high
        ]  # fmt: skip
        if faults:
            where = f"TR 38.901 {self.scenario}"
            raise RangeError("tr38901.range", where=where, faults=Several((*faults,)))

    @property
    def breakpoint_m(self) -> float:
        """Distance from which the loss with line of sight grows twice as fast [m]."""
        if self.scenario == "rma":
            heights, turns = self.h_bs_m * self.h_ut_m, 2 * math.pi
        else:
            heights = (self.h_bs_m - _UMA_GROUND_M) * (self.h_ut_m - _UMA_GROUND_M)
            turns = 4.0
        return turns * heights * self.frequency_GHz * 1e9 / LIGHT_M_PER_S


def path_loss_dB(
    distance_m: ArrayLike, surroundings: Surroundings, sight: Sight = "nlos"
) -> NDArray[np.float64]:
    """Return the median path loss.

    Parameters
    ----------
    distance_m
        Horizontal distance, any shape [m], within :data:`DISTANCES_M`.
    surroundings
        Scenario, frequency and heights.
    sight
        ``los`` with line of sight, ``nlos`` without.

    Returns
    -------
    loss_dB
        Same shape [dB].

    Raises
    ------
    RangeError
        If a distance is outside the validity.

    Examples
    --------
    >>> path_loss_dB([1_000, 5_000], Surroundings("rma", 0.7)).round(1).tolist()
    [116.4, 143.4]
    """
    metres = _distances(distance_m, surroundings.scenario, sight)
    with_sight = _los_dB(metres, surroundings)
    if sight == "los":
        return with_sight
    obstructed = _rma_nlos_dB if surroundings.scenario == "rma" else _uma_nlos_dB
    return np.maximum(with_sight, obstructed(metres, surroundings))


def cell_radius_m(
    max_path_loss_dB: float, surroundings: Surroundings, sight: Sight = "nlos"
) -> float:
    """Return the horizontal distance at which the median loss reaches a limit.

    Parameters
    ----------
    max_path_loss_dB
        Loss that the link budget allows [dB].
    surroundings
        Scenario, frequency and heights.
    sight
        ``los`` with line of sight, ``nlos`` without.

    Returns
    -------
    radius_m
        [m].

    Raises
    ------
    RangeError
        If the limit is reached nearer or farther than the formula holds.

    Examples
    --------
    >>> round(cell_radius_m(130, Surroundings("rma", 0.7)))
    2244
    """
    low, high = _limits_m(surroundings.scenario, sight)
    least, most = path_loss_dB([low, high], surroundings, sight).tolist()
    if not least <= max_path_loss_dB <= most:
        side = (
            Message("fault_part.nearer", {"metres": low}) if max_path_loss_dB < least
            else Message("fault_part.farther", {"metres": high})
        )  # fmt: skip
        raise RangeError(
            "tr38901.loss", where=f"TR 38.901 {surroundings.scenario} {sight}",
            loss=max_path_loss_dB, side=side, least=least, most=most,
        )  # fmt: skip

    def excess(metres: float) -> float:
        return float(path_loss_dB(metres, surroundings, sight)) - max_path_loss_dB

    return float(brentq(excess, low, high, xtol=1e-6))


def _limits_m(scenario: Scenario, sight: Sight) -> tuple[float, float]:
    if (scenario, sight) not in DISTANCES_M:
        raise RangeError("tr38901.sight", sight=sight)
    return DISTANCES_M[scenario, sight]


def _distances(distance_m: ArrayLike, scenario: Scenario, sight: Sight) -> NDArray[np.float64]:
    low, high = _limits_m(scenario, sight)
    metres = np.asarray(distance_m, float)
    wrong = ~((metres >= low) & (metres <= high))
    if wrong.any():
        first = float(metres[wrong].flat[0])
        raise RangeError(
            "tr38901.distance", where=f"TR 38.901 {scenario} {sight}", count=int(wrong.sum()),
            size=metres.size, first=first, low=low, high=high,
        )  # fmt: skip
    return metres


def _slant_m(metres: NDArray[np.float64], around: Surroundings) -> NDArray[np.float64]:
    return np.hypot(metres, around.h_bs_m - around.h_ut_m)


def _los_dB(metres: NDArray[np.float64], around: Surroundings) -> NDArray[np.float64]:
    """PL1 up to the breakpoint, PL2 beyond."""
    slant = _slant_m(metres, around)
    if around.scenario == "uma":
        plain = 28.0 + 20 * math.log10(around.frequency_GHz)
        reach = around.breakpoint_m**2 + (around.h_bs_m - around.h_ut_m) ** 2
        near = plain + 22 * np.log10(slant)
        far = plain + 40 * np.log10(slant) - 9 * math.log10(reach)
        return np.where(metres <= around.breakpoint_m, near, far)
    bend = float(_slant_m(np.asarray(around.breakpoint_m), around))
    far = _rma_pl1_dB(np.asarray(bend), around) + 40 * np.log10(slant / bend)
    return np.where(metres <= around.breakpoint_m, _rma_pl1_dB(slant, around), far)


def _rma_pl1_dB(slant_m: NDArray[np.float64], around: Surroundings) -> NDArray[np.float64]:
    roofs = around.building_m**1.72
    return np.asarray(
        20 * np.log10(40 * math.pi * slant_m * around.frequency_GHz / 3)
        + min(0.03 * roofs, 10.0) * np.log10(slant_m)
        - min(0.044 * roofs, 14.77)
        + 0.002 * math.log10(around.building_m) * slant_m
    )


def _rma_nlos_dB(metres: NDArray[np.float64], around: Surroundings) -> NDArray[np.float64]:
    high = math.log10(around.h_bs_m)
    return np.asarray(
        161.04
        - 7.1 * math.log10(around.street_m)
        + 7.5 * math.log10(around.building_m)
        - (24.37 - 3.7 * (around.building_m / around.h_bs_m) ** 2) * high
        + (43.42 - 3.1 * high) * (np.log10(_slant_m(metres, around)) - 3)
        + 20 * math.log10(around.frequency_GHz)
        - (3.2 * math.log10(11.75 * around.h_ut_m) ** 2 - 4.97)
    )


def _uma_nlos_dB(metres: NDArray[np.float64], around: Surroundings) -> NDArray[np.float64]:
    return np.asarray(
        13.54
        + 39.08 * np.log10(_slant_m(metres, around))
        + 20 * math.log10(around.frequency_GHz)
        - 0.6 * (around.h_ut_m - 1.5)
    )
