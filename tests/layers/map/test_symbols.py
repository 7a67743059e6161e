"""Classes split the figures they are made from, and every class has its colour."""

from __future__ import annotations

import math

from hypothesis import given, strategies as st

from layers.map.palette import colours
from layers.map.symbols import HATCH, STEPS, class_limits, class_of, fill_of, region_style

FIGURES = st.lists(st.floats(0, 1e7), min_size=1, max_size=130)


@given(FIGURES)
def test_limits_rise_and_leave_something_above(values: list[float]) -> None:
    limits = class_limits(values)
    assert limits == sorted(set(limits))
    assert len(limits) < len(STEPS)
    assert all(limit < max(values) for limit in limits)


@given(FIGURES)
def test_a_larger_figure_is_never_paler(values: list[float]) -> None:
    limits = class_limits(values)
    classes = [class_of(value, limits) for value in sorted(values)]
    assert classes == sorted(classes)
    assert all(0 <= step < len(STEPS) for step in classes)


def test_even_split() -> None:
    assert class_limits([1, 2, 3, 4], 2) == [2.5]
    assert class_limits([math.nan]) == []


def test_unknown_no_target_and_met_are_three_looks_and_no_class() -> None:
    fills = [
        fill_of(math.nan, [1.0]), fill_of(math.nan, [1.0], targeted=False),
        fill_of(0.0, [1.0]), fill_of(-3.0, [1.0]), fill_of(0.5, [1.0]),
    ]  # fmt: skip
    assert fills == ["unknown", "no-target", "covered", "covered", "gap-1"]
    looks = [region_style(fill, dark=False) for fill in fills]
    assert looks[0]["fillColor"] == f"url(#{HATCH})"
    assert looks[1]["fillColor"] == colours(dark=False)["no-target"]
    assert looks[2]["fillOpacity"] < looks[4]["fillOpacity"] == 1
    assert region_style("gap-1", dark=True, tiled=True)["fillOpacity"] == 0.5
    assert region_style("card", dark=False, tiled=True)["fillOpacity"] == 0
