"""Classes split the figures they are made from, and every class has its colour."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, strategies as st

from layers.map.symbols import FILLS, NO_FIGURE, class_limits, class_of, region_style

FIGURES = st.lists(st.floats(0, 1e7), min_size=1, max_size=130)


@given(FIGURES)
def test_limits_rise_and_leave_something_above(values: list[float]) -> None:
    limits = class_limits(values)
    assert limits == sorted(set(limits))
    assert len(limits) < len(FILLS)
    assert all(limit < max(values) for limit in limits)


@given(FIGURES)
def test_a_larger_figure_is_never_paler(values: list[float]) -> None:
    limits = class_limits(values)
    classes = [class_of(value, limits) for value in sorted(values)]
    assert classes == sorted(classes)
    assert all(0 <= step < len(FILLS) for step in classes)


def test_even_split() -> None:
    assert class_limits([1, 2, 3, 4], 2) == [2.5]
    assert class_limits([math.nan]) == []


def test_unknown_is_grey_and_dashed_not_the_palest_class() -> None:
    style = region_style(math.nan, [1.0], "#000")
    assert (style["fillColor"], style["dashArray"]) == (NO_FIGURE, "3 3")
    assert region_style(0.0, [1.0], "#000")["fillColor"] == FILLS[0]
    assert region_style(0.0, [1.0], "#000", tiled=True)["fillOpacity"] == pytest.approx(0.36)
