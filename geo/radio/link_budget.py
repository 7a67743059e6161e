"""Link budget, line by line: from the power of the transmitter to the loss a path may have.

RSRP is the power of one resource element (3GPP TS 36.214, clause 5.1.1; TS 38.215, clause 5.1.1),
so all starts with the power of one: 46 dBm over the 1,200 elements of a 20 MHz LTE carrier are
15.2 dBm each. The lines add up with their signs; a sum is a line too::

    power per element = transmit power − 10·log10(elements)
    EIRP per element  = power per element + antenna gain + beam gain − feeder loss
    needed RSRP       = the greater of limit and sensitivity
    greatest loss     = EIRP per element + receiver gain − body − vehicle − entry − margin − needed

The RSRP at the terminal is a median: the shadow margin is added to the limit, not taken off it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.errors import RangeError
from geo.radio.probability import shadow_margin_dB
from geo.sentence import Message, Several

#: Thermal noise at 290 K, k·T [dBm/Hz].
NOISE_dBm_PER_HZ = -174.0
#: Steps of a budget in the order of reading; see :func:`lines`.
Step = Literal["transmit", "eirp", "terminal", "limit", "margin", "result"]


@dataclass(frozen=True, slots=True)
class LinkBudget:
    """Inputs of a link budget.

    Attributes
    ----------
    frequency_GHz
        Carrier frequency [GHz]; it enters no line, the path loss needs it.
    tx_power_dBm
        Power of the carrier, all ports [dBm].
    resource_elements
        Subcarriers that share this power: 12 × resource blocks of the bandwidth.
    subcarrier_kHz
        Width of one [kHz]; its noise decides the sensitivity.
    antenna_gain_dBi, beam_gain_dB, feeder_loss_dB
        Gain of the antenna (5G: of one element) [dBi], of the beam of the SSB above it [dB], and
        loss of cable and connectors [dB].
    receiver_gain_dBi, body_loss_dB, vehicle_loss_dB, entry_loss_dB
        At the terminal [dBi], [dB].
    noise_figure_dB, required_snr_dB
        Of the receiver, and what it needs above the noise to measure RSRP [dB].
    rsrp_limit_dBm
        Level that the rule requires [dBm].
    shadow_sigma_dB, edge_probability
        Standard deviation of shadowing [dB] and the required probability at the edge of the cell;
        0.5 is the median: no margin.

    Raises
    ------
    RangeError
        If a loss is negative, a number is not finite, a probability not between 0 and 1; every
        fault is named.
    """

    frequency_GHz: float
    tx_power_dBm: float
    resource_elements: int
    subcarrier_kHz: float
    antenna_gain_dBi: float
    rsrp_limit_dBm: float
    beam_gain_dB: float = 0.0
    feeder_loss_dB: float = 0.0
    receiver_gain_dBi: float = 0.0
    body_loss_dB: float = 0.0
    vehicle_loss_dB: float = 0.0
    entry_loss_dB: float = 0.0
    noise_figure_dB: float = 9.0
    required_snr_dB: float = -6.0
    shadow_sigma_dB: float = 8.0
    edge_probability: float = 0.5

    def __post_init__(self) -> None:
        """Refuse impossible values; every fault is named."""
        faults = [
            self._fault("infinite", name)
            for name in self.__slots__
            if not math.isfinite(getattr(self, name))
        ]
        faults += [
            self._fault("negative", name)
            for name in (
                "feeder_loss_dB", "body_loss_dB", "vehicle_loss_dB", "entry_loss_dB",
                "noise_figure_dB", "shadow_sigma_dB",
            )
            if getattr(self, name) < 0
        ]  # fmt: skip
        faults += [
            self._fault("not_above_0", name)
            for name in ("frequency_GHz", "resource_elements", "subcarrier_kHz")
            if getattr(self, name) <= 0
        ]
        if not 0 < self.edge_probability < 1:
            faults.append(self._fault("share", "edge_probability"))
        if faults:
            raise RangeError("link_budget.values", faults=Several((*faults,)))

    def _fault(self, code: str, name: str) -> Message:
        return Message(f"fault_radio.{code}", {"name": name, "value": getattr(self, name)})

    @property
    def power_per_re_dBm(self) -> float:
        """Power of one resource element at the transmitter [dBm]."""
        return self.tx_power_dBm - 10 * math.log10(self.resource_elements)

    @property
    def eirp_per_re_dBm(self) -> float:
        """Power of one element in the main beam, over isotropic [dBm]."""
        gain = self.antenna_gain_dBi + self.beam_gain_dB - self.feeder_loss_dB
        return self.power_per_re_dBm + gain

    @property
    def other_losses_dB(self) -> float:
        """What is lost at the terminal: body, vehicle, building, less the gain there [dB]."""
        lost = self.body_loss_dB + self.vehicle_loss_dB + self.entry_loss_dB
        return lost - self.receiver_gain_dBi

    @property
    def sensitivity_dBm(self) -> float:
        """RSRP below which the receiver cannot measure one element above its noise [dBm]."""
        noise = NOISE_dBm_PER_HZ + 10 * math.log10(self.subcarrier_kHz * 1e3)
        return noise + self.noise_figure_dB + self.required_snr_dB

    @property
    def needed_rsrp_dBm(self) -> float:
        """The greater of limit and sensitivity [dBm]."""
        return max(self.rsrp_limit_dBm, self.sensitivity_dBm)

    @property
    def shadow_margin_dB(self) -> float:
        """Margin for the required probability at the edge of the cell [dB]."""
        return float(shadow_margin_dB(self.shadow_sigma_dB, self.edge_probability))

    @property
    def max_path_loss_dB(self) -> float:
        """Median path loss at which the limit is met with the required probability [dB]."""
        available = self.eirp_per_re_dBm - self.other_losses_dB
        return available - self.shadow_margin_dB - self.needed_rsrp_dBm


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a budget.

    Attributes
    ----------
    key
        Name of the quantity; :mod:`data.scenario.link_presets` has its words and source.
    value, unit
        As shown.
    sign
        +1 or −1 as it counts towards the next sum, 0 for a line that enters no sum.
    step
        Sum towards which it counts.
    is_sum
        Whether it is the sum of the lines before it.
    """

    key: str
    value: float
    unit: str
    sign: int
    step: Step
    is_sum: bool = False


def lines(budget: LinkBudget) -> tuple[Line, ...]:
    """Return the budget as lines in the order of reading.

    Each sum equals the signed lines of its step, together with the sum before it.

    Parameters
    ----------
    budget
        Inputs of the budget.

    Returns
    -------
    lines
        In the order of reading.

    Examples
    --------
    >>> lte = LinkBudget(1.8, 46, 1200, 15, 18, -105, feeder_loss_dB=3)
    >>> [(line.key, round(line.value, 1)) for line in lines(lte) if line.is_sum][:2]
    [('power_per_re_dBm', 15.2), ('eirp_per_re_dBm', 30.2)]
    """
    b = budget
    shared = 10 * math.log10(b.resource_elements)
    return (
        Line("frequency_GHz", b.frequency_GHz, "GHz", 0, "transmit"),
        Line("resource_elements", b.resource_elements, "", 0, "transmit"),
        Line("tx_power_dBm", b.tx_power_dBm, "dBm", 1, "transmit"),
        Line("sharing_dB", shared, "dB", -1, "transmit"),
        Line("power_per_re_dBm", b.power_per_re_dBm, "dBm", 1, "transmit", is_sum=True),
        Line("antenna_gain_dBi", b.antenna_gain_dBi, "dBi", 1, "eirp"),
        Line("beam_gain_dB", b.beam_gain_dB, "dB", 1, "eirp"),
        Line("feeder_loss_dB", b.feeder_loss_dB, "dB", -1, "eirp"),
        Line("eirp_per_re_dBm", b.eirp_per_re_dBm, "dBm", 1, "eirp", is_sum=True),
        Line("receiver_gain_dBi", b.receiver_gain_dBi, "dBi", 1, "terminal"),
        Line("body_loss_dB", b.body_loss_dB, "dB", -1, "terminal"),
        Line("vehicle_loss_dB", b.vehicle_loss_dB, "dB", -1, "terminal"),
        Line("entry_loss_dB", b.entry_loss_dB, "dB", -1, "terminal"),
        Line("available_dBm", b.eirp_per_re_dBm - b.other_losses_dB, "dBm", 1, "terminal",
             is_sum=True),
        Line("shadow_sigma_dB", b.shadow_sigma_dB, "dB", 0, "margin"),
        Line("edge_probability", b.edge_probability, "", 0, "margin"),
        Line("shadow_margin_dB", b.shadow_margin_dB, "dB", -1, "margin"),
        Line("subcarrier_kHz", b.subcarrier_kHz, "kHz", 0, "limit"),
        Line("noise_figure_dB", b.noise_figure_dB, "dB", 0, "limit"),
        Line("required_snr_dB", b.required_snr_dB, "dB", 0, "limit"),
        Line("sensitivity_dBm", b.sensitivity_dBm, "dBm", 0, "limit"),
        Line("rsrp_limit_dBm", b.rsrp_limit_dBm, "dBm", 0, "limit"),
        Line("needed_rsrp_dBm", b.needed_rsrp_dBm, "dBm", -1, "limit"),
        Line("max_path_loss_dB", b.max_path_loss_dB, "dB", 1, "result", is_sum=True),
    )  # fmt: skip


def rsrp_dBm(
    budget: LinkBudget, path_loss_dB: ArrayLike, pattern_gain_dB: ArrayLike = 0.0
) -> NDArray[np.float64]:
    """Return the median RSRP at the terminal.

    Parameters
    ----------
    budget
        Inputs of the budget.
    path_loss_dB
        Median path loss, any shape [dB].
    pattern_gain_dB
        Gain of the antenna towards the terminal relative to its peak [dB], ≤ 0
        (:func:`geo.radio.antenna.gain_dB`); broadcasts with the loss.

    Returns
    -------
    rsrp_dBm
        Same shape [dBm]; NaN (unknown) where the loss is NaN.

    Examples
    --------
    >>> rsrp_dBm(LinkBudget(1.8, 46, 1200, 15, 18, -105, feeder_loss_dB=3), 135.2).round(1).item()
    -105.0
    """
    sent = budget.eirp_per_re_dBm - budget.other_losses_dB
    return np.asarray(sent + np.asarray(pattern_gain_dB, float) - np.asarray(path_loss_dB, float))
