"""Covered villages of a province as an interval; the distribution beside scipy's own."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.stats import poisson_binom

from bench.measure import Fact, Figure, in_turn
from geo.radio.counts import (
    PredictionSpread,
    covered_households,
    covered_villages,
    poisson_binomial,
)

VILLAGES, COUNTIES, TRIALS = 134_000, 129, 2_000


def intervals(runs: int) -> Iterator[Figure]:
    """Time the count per county, the households by draws, and one distribution against scipy."""
    draw = np.random.default_rng(20_201_231)
    margin_dB = draw.normal(5, 15, VILLAGES)
    county = draw.integers(0, COUNTIES, VILLAGES)
    households = draw.integers(20, 80, VILLAGES)
    spread = PredictionSpread(8, common_sigma_dB=3)
    chance = draw.beta(0.4, 0.6, TRIALS)
    counts = np.arange(TRIALS + 1)
    times = in_turn(
        {
            "villages": lambda: covered_villages(margin_dB, county, COUNTIES, spread),
            "ours": lambda: poisson_binomial(chance),
            "scipy": lambda: poisson_binom(chance).pmf(counts),
        },
        runs=runs,
    )
    yield Figure(
        what=f"interval of covered villages, {VILLAGES:,} in {COUNTIES} counties, common error",
        runs_s=times["villages"],
    )
    few = min(runs, 3)
    drawn = in_turn(
        {"draws": lambda: covered_households(margin_dB, households, county, COUNTIES, spread)},
        runs=few,
    )
    yield Figure(what=f"the same for households, {spread.draws:,} draws", runs_s=drawn["draws"])
    apart = np.abs(poisson_binomial(chance) - poisson_binom(chance).pmf(counts)).max()
    yield Figure(
        what=f"exact distribution of {TRIALS:,} unlike trials",
        runs_s=times["ours"],
        baseline="scipy.stats.poisson_binom",
        baseline_s=times["scipy"],
        facts=(Fact(f"largest difference {apart:.0e} (≤ 1e-12)", bool(apart <= 1e-12)),),
    )
