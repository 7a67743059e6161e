"""Three-valued states by distance, and the outcomes of two rules."""

from __future__ import annotations

import numpy as np
import pytest

from geo.coverage.distance import COVERED, UNCOVERED, UNKNOWN
from geo.coverage.rules import NOT_ASKED, OUTCOMES, distance_state, outcome
from geo.errors import RangeError


def test_distance_is_inclusive_and_knows_what_it_does_not_know() -> None:
    assert distance_state([5_000, np.inf, np.nan], 5_000).tolist() == [COVERED, UNCOVERED, UNKNOWN]


def test_each_pair_of_states_has_one_outcome() -> None:
    a, b = np.repeat([0, 1, 2], 3), np.tile([0, 1, 2], 3)
    words = [OUTCOMES[i] for i in outcome(a, b)]
    assert words == [
        "neither", "only_b", "unknown",
        "only_a", "both", "unknown",
        "unknown", "unknown", "unknown",
    ]  # fmt: skip


def test_what_a_rule_does_not_ask_is_no_lack_of_knowledge() -> None:
    a, b = np.repeat([0, 1, 2, NOT_ASKED], 2), np.tile([NOT_ASKED, 0], 4)
    words = [OUTCOMES[i] for i in outcome(a, b)]
    assert words[::2] == ["not_asked"] * 4
    assert words[1::2] == ["neither", "only_a", "unknown", "not_asked"]


@pytest.mark.parametrize(
    "call",
    [
        lambda: distance_state([-1], 5_000),
        lambda: distance_state([1], 0),
        lambda: outcome([1], [1, 0]),
    ],
)
def test_what_does_not_fit(call) -> None:
    with pytest.raises(RangeError):
        call()
