"""Budgets: the published power per element, sums of signed lines, building entry, bad input."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from geo.errors import RangeError
from geo.radio.entry_loss import building_entry_loss_dB
from geo.radio.link_budget import LinkBudget, lines, rsrp_dBm
from geo.radio.probability import coverage_probability

LTE = LinkBudget(1.8, 46, 1200, 15, 18, -105, feeder_loss_dB=3)

losses = st.floats(0, 40)
BUDGETS = st.builds(
    LinkBudget,
    frequency_GHz=st.floats(0.5, 6),
    tx_power_dBm=st.floats(20, 60),
    resource_elements=st.integers(72, 3_276),
    subcarrier_kHz=st.sampled_from([15, 30, 60]),
    antenna_gain_dBi=st.floats(0, 25),
    rsrp_limit_dBm=st.floats(-140, -80),
    beam_gain_dB=st.floats(0, 20),
    feeder_loss_dB=losses,
    receiver_gain_dBi=st.floats(-5, 5),
    body_loss_dB=losses,
    vehicle_loss_dB=losses,
    entry_loss_dB=losses,
    shadow_sigma_dB=st.floats(0.1, 12),
    edge_probability=st.floats(0.05, 0.99),
)


def test_rsrp_is_per_resource_element() -> None:
    """46 dBm over 20 MHz LTE is 46 − 10·log10(1200) = 15.2 dBm per element."""
    assert round(LTE.power_per_re_dBm, 1) == 15.2


def test_sensitivity_of_a_15_khz_element() -> None:
    """−174 + 41.8 + 9 − 6 dBm; a limit below it does not help."""
    assert LTE.sensitivity_dBm == pytest.approx(-129.24, abs=0.01)
    deaf = LinkBudget(1.8, 46, 1200, 15, 18, -140, feeder_loss_dB=3)
    assert deaf.needed_rsrp_dBm == deaf.sensitivity_dBm


@settings(max_examples=60, deadline=None)
@given(BUDGETS)
def test_signed_lines_add_up_to_every_sum(budget: LinkBudget) -> None:
    running = 0.0
    for line in lines(budget):
        if line.is_sum:
            assert line.value == pytest.approx(running, abs=1e-9)
        else:
            running += line.sign * line.value
    assert running == pytest.approx(budget.max_path_loss_dB, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(BUDGETS)
def test_at_the_greatest_loss_the_limit_holds_with_the_wished_probability(budget) -> None:
    level = rsrp_dBm(budget, budget.max_path_loss_dB)
    share = coverage_probability(level, budget.needed_rsrp_dBm, budget.shadow_sigma_dB)
    assert float(share) == pytest.approx(budget.edge_probability, abs=1e-9)


def test_rsrp_takes_the_pattern_and_keeps_the_unknown() -> None:
    level = rsrp_dBm(LTE, [100, 100, math.nan], [0, -25, 0])
    assert level[:2].round(2).tolist() == [-69.79, -94.79]
    assert np.isnan(level[2])


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"feeder_loss_dB": -3}, "feeder_loss_dB -3 is negative"),
        ({"resource_elements": 0, "frequency_GHz": -1}, "frequency_GHz.*resource_elements"),
        ({"tx_power_dBm": math.inf}, "tx_power_dBm inf is not a finite"),
        ({"edge_probability": 1.0}, "edge_probability 1 is not between"),
        ({"shadow_sigma_dB": math.nan}, "shadow_sigma_dB nan"),
    ],
)
def test_bad_budgets_name_every_fault(change, named) -> None:
    given = {"frequency_GHz": 1.8, "tx_power_dBm": 46, "resource_elements": 1200,
             "subcarrier_kHz": 15, "antenna_gain_dBi": 18, "rsrp_limit_dBm": -105}  # fmt: skip
    with pytest.raises(RangeError, match=named):
        LinkBudget(**(given | change))


# Reference values of the ITU's Clutter-and-BEL workbook, as kept with eeveetza/p2109: the loss not
# exceeded for 1, 10 and 99.77001 %.
@pytest.mark.parametrize(
    ("frequency", "elevation", "building", "expected"),
    [
        (28, 0, "traditional", (2.769, 6.891, 55.440)),
        (28, 0, "thermally_efficient", (9.369, 19.484, 95.448)),
        (2, 45, "traditional", (3.508, 11.251, 52.300)),
        (2, 45, "thermally_efficient", (8.605, 20.566, 79.101)),
    ],
)
def test_building_entry_loss_of_the_itu_workbook(frequency, elevation, building, expected) -> None:
    got = [
        building_entry_loss_dB(frequency, p, building, elevation_deg=elevation)
        for p in (0.01, 0.1, 0.9977001)
    ]
    # The longest tail moves 0.01 dB with the last digit of its percentage.
    assert got == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ((0.07,), "0.08–100 GHz"),
        ((math.nan,), "frequency_GHz"),
        ((1, 0), "probability 0"),
        ((1, 1), "probability 1"),
        ((1, 0.5, "igloo"), "building 'igloo'"),
    ],
)
def test_building_entry_outside_validity(given, named) -> None:
    with pytest.raises(RangeError, match=named):
        building_entry_loss_dB(*given)
    with pytest.raises(RangeError, match="elevation"):
        building_entry_loss_dB(1, elevation_deg=90)
