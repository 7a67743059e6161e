"""Path loss by P.1812 on seeded rough profiles: many, ten times fewer, one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from bench.measure import Figure, in_turn, python
from geo.radio.p1812 import Link, Profiles, path_loss, predict_paths

PATHS, POINTS = 300_000, 150
#: Longest time for them [s]: 300,000 paths a second.
LIMIT_S = 1.0
#: Paths that are asked one by one.
FEW = 1_000
#: Imports, reads the compiled code that is kept on the disk, predicts one path.
_COLD = """
import numpy as np
from geo.radio.p1812 import Link, path_loss
link = Link(frequency_GHz=0.7, h_tx_m=35, h_rx_m=1.5, lat_tx=25, lat_rx=25, lon_tx=102, lon_rx=102)
path_loss(np.linspace(0, 5, 150), np.zeros(150), link)
"""


def paths(runs: int) -> Iterator[Figure]:
    """Time the whole Recommendation: on all cores, on one, with less time than half, one by one."""
    profiles = _profiles(PATHS)
    fewer = _profiles(PATHS // 10)
    times = in_turn(
        {
            "all": _call(profiles, 50.0),
            "one thread": _call(profiles, 50.0, threads=1),
            "p 10 %": _call(profiles, 10.0),
            "a tenth": _call(fewer, 50.0),
            "one by one": _one_by_one(fewer),
            "cold": python("-c", _COLD),
            "empty": python("-c", "import numpy, numba"),
        },
        runs=runs,
    )
    yield Figure(
        what=f"P.1812, {PATHS:,} paths of {POINTS} points, median",
        runs_s=times["all"],
        limit_s=LIMIT_S,
        baseline="one thread",
        baseline_s=times["one thread"],
    )
    yield Figure(
        what=f"the same, not exceeded for 10 % of the time, {PATHS:,} paths",
        runs_s=times["p 10 %"],
        limit_s=LIMIT_S,
        baseline="median",
        baseline_s=times["all"],
    )
    yield Figure(
        what=f"P.1812, {PATHS:,} paths, ten times more",
        runs_s=times["all"],
        baseline=f"{PATHS // 10:,} paths",
        baseline_s=times["a tenth"],
    )
    yield Figure(
        what=f"P.1812, {FEW:,} paths asked one by one, with all their parts",
        runs_s=times["one by one"],
    )
    yield Figure(
        what="P.1812, one path in a new process, compiled code on the disk",
        runs_s=times["cold"],
        baseline="importing numpy and numba",
        baseline_s=times["empty"],
    )


def _profiles(paths: int) -> Profiles:
    """Return paths of 3 to 30 km over hills that walk at random."""
    draw = np.random.default_rng(20_230_800)
    distance = np.linspace(0.0, 1.0, POINTS) * draw.uniform(3.0, 30.0, (paths, 1))
    terrain = draw.normal(0.0, 15.0, (paths, POINTS))
    np.cumsum(terrain, axis=1, out=terrain)
    terrain += 1900.0
    return Profiles(distance.ravel(), terrain.ravel(), np.arange(0, (paths + 1) * POINTS, POINTS))


def _link(time_percent: float, paths: int) -> Link:
    draw = np.random.default_rng(7)
    return Link(
        frequency_GHz=0.7, h_tx_m=35.0, h_rx_m=1.5, time_percent=time_percent, lat_tx=25.0,
        lat_rx=draw.uniform(24.8, 25.2, paths), lon_tx=102.7,
        lon_rx=draw.uniform(102.5, 102.9, paths),
    )  # fmt: skip


def _call(
    profiles: Profiles, time_percent: float, *, threads: int | None = None
) -> Callable[[], object]:
    link = _link(time_percent, np.size(profiles.start) - 1)
    return lambda: predict_paths(profiles, link, threads=threads)


def _one_by_one(profiles: Profiles) -> Callable[[], object]:
    distance, terrain = np.asarray(profiles.distance_km), np.asarray(profiles.terrain_m)
    link = Link(
        frequency_GHz=0.7, h_tx_m=35.0, h_rx_m=1.5, lat_tx=25.0, lat_rx=25.1, lon_tx=102.7,
        lon_rx=102.7,
    )  # fmt: skip

    def call() -> object:
        return [
            path_loss(distance[first : first + POINTS], terrain[first : first + POINTS], link)
            for first in range(0, FEW * POINTS, POINTS)
        ]

    return call
