"""Length of a hop: coefficients as ITU-R P.838-3 tables them, and what follows from them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, strategies as st

from geo.errors import RangeError
from geo.links.microwave_budget import (
    HopEquipment,
    fade_margin_dB,
    longest_km,
    rain_dB,
    specific_attenuation,
)

#: P.838-3 table 5: GHz, k_H, α_H, k_V, α_V.
TABLE_5 = (
    (7, 0.001915, 1.4810, 0.001425, 1.4745), (8, 0.004115, 1.3905, 0.003450, 1.3797),
    (10, 0.01217, 1.2571, 0.01129, 1.2156), (20, 0.09164, 1.0568, 0.09611, 0.9847),
)  # fmt: skip


@pytest.mark.parametrize(("f", "k_h", "a_h", "k_v", "a_v"), TABLE_5)
def test_coefficients_are_those_of_table_5(
    f: float, k_h: float, a_h: float, k_v: float, a_v: float
) -> None:
    for vertical, k, alpha in ((False, k_h, a_h), (True, k_v, a_v)):
        one, ten = specific_attenuation([1, 10], f, vertical=vertical)
        assert one == pytest.approx(k, rel=2e-3)
        assert np.log10(ten / one) == pytest.approx(alpha, abs=2e-4)


def test_a_path_by_hand() -> None:
    # 14 km, 11.2 GHz: eq. (32) with γ of the rain alone.
    hop = HopEquipment(frequency_GHz=11.2, rain_mm_h=29.0, vertical=False)
    gamma = float(specific_attenuation(29.0, 11.2, vertical=False))
    alpha = float(np.log10(specific_attenuation(10, 11.2, vertical=False)
                           / specific_attenuation(1, 11.2, vertical=False)))  # fmt: skip
    below = 0.477 * 14**0.633 * 29 ** (0.073 * alpha) * 11.2**0.123
    factor = 1 / (below - 10.579 * (1 - np.exp(-0.024 * 14)))
    # At 0.01 % the factor for other times is 1 but for the rounding of its constants.
    assert float(rain_dB(14.0, hop)) == pytest.approx(gamma * 14 * factor, rel=0.01)


@given(st.floats(1, 60), st.floats(0.001, 0.9))
def test_longer_hops_and_rarer_faults_ask_for_more(distance: float, percent: float) -> None:
    hop = HopEquipment(unavailable_percent=percent)
    rarer = replace(hop, unavailable_percent=percent * 0.9 if percent > 0.0012 else percent)
    assert rain_dB(distance, rarer) >= rain_dB(distance, hop) * (1 - 1e-9)
    assert fade_margin_dB(distance, hop) >= fade_margin_dB(min(distance * 1.1, 60), hop) - 1e-9


def test_the_limit_follows_from_rain_and_frequency() -> None:
    usual = longest_km(HopEquipment())
    assert 30 < usual < 60
    heavy = replace(HopEquipment(), frequency_GHz=18.0)
    assert longest_km(heavy) < longest_km(replace(heavy, rain_mm_h=20.0))
    assert longest_km(heavy) < usual
    assert longest_km(replace(HopEquipment(), threshold_dBm=200.0)) == 0.0
    km = longest_km(heavy)
    holds = [float(fade_margin_dB(d, heavy) - max(rain_dB(d, heavy), heavy.reserve_dB))
             for d in (km, km + 0.1)]  # fmt: skip
    assert holds[0] >= 0 > holds[1]


@pytest.mark.parametrize(
    "call",
    [
        lambda: specific_attenuation(-1, 10),
        lambda: specific_attenuation(1, 0.5),
        lambda: rain_dB(0.0, HopEquipment()),
        lambda: rain_dB(61.0, HopEquipment()),
        lambda: rain_dB(5.0, HopEquipment(unavailable_percent=5.0)),
        lambda: rain_dB(5.0, HopEquipment(frequency_GHz=200.0)),
    ],
)
def test_what_is_outside_is_told(call) -> None:
    with pytest.raises(RangeError):
        call()
