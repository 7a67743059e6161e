"""TR 38.901 against another program's figures, its own shape, and the limits of its validity."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from geo.errors import RangeError
from geo.radio.tr38901 import DISTANCES_M, Surroundings, cell_radius_m, path_loss_dB

RURAL = st.builds(
    Surroundings,
    scenario=st.just("rma"),
    frequency_GHz=st.floats(0.5, 7),
    h_bs_m=st.floats(10, 150),
    h_ut_m=st.floats(1, 10),
    building_m=st.floats(5, 50),
    street_m=st.floats(5, 50),
)
URBAN = st.builds(
    Surroundings,
    scenario=st.just("uma"),
    frequency_GHz=st.floats(0.5, 7),
    h_bs_m=st.just(25.0),
    h_ut_m=st.floats(1.5, 13),
)
BOTH = st.one_of(RURAL, URBAN)
SIGHTS = st.sampled_from(["los", "nlos"])


# Expected received powers at 0 dBm, 5 GHz, of ns-3's propagation test suite
# (three-gpp-propagation-loss-model-test-suite.cc), which holds them to 0.05 dB.
@pytest.mark.parametrize(
    ("scenario", "sight", "losses"),
    [
        ("rma", "los", {10: 77.3784, 100: 87.2965, 1_000: 108.5577, 10_000: 140.3896}),
        ("rma", "nlos", {10: 77.3784, 100: 95.7718, 1_000: 133.5223, 5_000: 160.5169}),
        ("uma", "los", {10: 72.9380, 100: 86.2362, 1_000: 109.7252, 5_000: 137.6794}),
        ("uma", "nlos", {10: 82.5131, 100: 106.1356, 1_000: 144.7641, 5_000: 172.0753}),
    ],
)
def test_another_programs_figures(scenario: str, sight: str, losses: dict[int, float]) -> None:
    around = Surroundings(scenario, 5.0, h_bs_m=35 if scenario == "rma" else 25)
    got = path_loss_dB(list(losses), around, sight)
    assert got == pytest.approx(list(losses.values()), abs=1e-4)


@pytest.mark.parametrize(
    ("scenario", "change", "difference"),
    [
        ("uma", {"h_ut_m": 6.5}, -0.6 * 5),
        ("rma", {"street_m": 50}, -7.1 * math.log10(50 / 20)),
        ("rma", {"frequency_GHz": 10}, 20 * math.log10(2)),
        ("rma", {"h_ut_m": 6}, -3.2 * (math.log10(11.75 * 6) ** 2 - math.log10(11.75 * 1.5) ** 2)),
        (
            "rma",
            {"building_m": 20},
            7.5 * math.log10(4) + 3.7 * ((20 / 35) ** 2 - (5 / 35) ** 2) * math.log10(35),
        ),
    ],
)
def test_terms_of_the_nlos_formulas(scenario, change, difference) -> None:
    """Far away the slant hardly changes: what is left is the term itself."""
    base = {"scenario": scenario, "frequency_GHz": 5.0, "h_bs_m": 35 if scenario == "rma" else 25}
    before, after = (path_loss_dB(5_000, Surroundings(**b)) for b in (base, base | change))
    assert float(after - before) == pytest.approx(difference, abs=2e-3)


def test_breakpoints_as_the_report_defines_them() -> None:
    assert Surroundings("rma", 0.7).breakpoint_m == pytest.approx(
        2 * math.pi * 35 * 1.5 * 0.7 / 0.3
    )
    assert Surroundings("uma", 2.0, h_bs_m=25).breakpoint_m == pytest.approx(4 * 24 * 0.5 * 2 / 0.3)


@settings(max_examples=60, deadline=None)
@given(BOTH, SIGHTS)
def test_loss_grows_with_distance_and_nlos_never_loses_less(around, sight) -> None:
    low, high = DISTANCES_M[around.scenario, sight]
    metres = np.geomspace(low, high, 400)
    loss = path_loss_dB(metres, around, sight)
    assert (np.diff(loss) > 0).all()
    near = metres[metres <= DISTANCES_M[around.scenario, "nlos"][1]]
    assert (path_loss_dB(near, around, "nlos") >= path_loss_dB(near, around, "los")).all()


@settings(max_examples=60, deadline=None)
@given(BOTH)
def test_line_of_sight_has_no_step_at_the_breakpoint(around) -> None:
    low, high = DISTANCES_M[around.scenario, "los"]
    bend = around.breakpoint_m
    if low * 2 < bend < high / 2:
        before, after = path_loss_dB([bend * (1 - 1e-9), bend * (1 + 1e-9)], around, "los")
        assert after == pytest.approx(before, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(BOTH, SIGHTS, st.floats(0.001, 0.999))
def test_the_radius_is_where_the_loss_is_met(around, sight, share) -> None:
    low, high = DISTANCES_M[around.scenario, sight]
    metres = low * (high / low) ** share
    limit = float(path_loss_dB(metres, around, sight))
    assert cell_radius_m(limit, around, sight) == pytest.approx(metres, rel=1e-6)


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"frequency_GHz": 0.45}, "frequency_GHz 0.45 GHz is outside 0.5–30 GHz"),
        ({"h_bs_m": 9, "h_ut_m": 11}, "h_bs_m 9 m.*; h_ut_m 11 m"),
        ({"building_m": math.nan}, "building_m"),
        ({"street_m": 4}, "street_m"),
        ({"scenario": "uma"}, "h_bs_m 35 m is outside 25–25 m"),
        ({"scenario": "uma", "h_bs_m": 25, "h_ut_m": 20}, "h_ut_m 20 m"),
        ({"scenario": "umi"}, "unknown scenario"),
    ],
)
def test_outside_the_table(values, named) -> None:
    with pytest.raises(RangeError, match=named):
        Surroundings(**({"scenario": "rma", "frequency_GHz": 0.7} | values))


@pytest.mark.parametrize("metres", [9.9, 5_000.1, math.nan, -1, math.inf])
def test_distance_outside_the_table(metres) -> None:
    with pytest.raises(RangeError, match=r"outside 10–5,000 m"):
        path_loss_dB([100, metres], Surroundings("rma", 0.7))


def test_radius_outside_the_table_is_refused_with_the_side() -> None:
    rural = Surroundings("rma", 0.7)
    with pytest.raises(RangeError, match=r"more than 5,000 m"):
        cell_radius_m(200, rural)
    with pytest.raises(RangeError, match="less than 10 m"):
        cell_radius_m(10, rural)
    with pytest.raises(RangeError, match="is met at"):
        cell_radius_m(math.nan, rural)
    with pytest.raises(RangeError, match="sight"):
        cell_radius_m(120, rural, "maybe")
