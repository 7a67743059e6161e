"""Which candidate with which technology reaches which village: the matrix that siting works on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from data.pack import Pack
from data.presets import preset
from data.scenario import Scenario
from geo.reach import coverage_matrix as circles


@dataclass(frozen=True, eq=False)
class Reach:
    """Options × villages; an option is a candidate with one preset.

    Attributes
    ----------
    matrix
        Sparse, ones where the option reaches the village.
    candidate
        (options,) row of the candidate in its table.
    preset
        (options,) key of the preset.
    basis
        ``circle`` (radius of the preset, no terrain) or ``terrain``.
    """

    matrix: sp.csr_array
    candidate: NDArray[np.int64]
    preset: NDArray[np.object_]
    basis: str


def coverage_matrix(
    pack: Pack, scenario: Scenario, candidates: pd.DataFrame, villages: pd.DataFrame
) -> Reach:
    """Return which option reaches which village.

    By distance: a village within the radius of a preset, along the geodesic. A circle, no terrain,
    wrong both ways in mountains, and labelled so.
    """
    del pack  # a terrain model in force will decide here
    lon, lat = (candidates[name].to_numpy(float) for name in ("lon", "lat"))
    home_lon, home_lat = (villages[name].to_numpy(float) for name in ("lon", "lat"))
    keys = scenario.plan.presets
    parts = [circles(lon, lat, home_lon, home_lat, preset(key).radius_m) for key in keys]
    return Reach(
        sp.csr_array(sp.vstack(parts, format="csr")),
        np.tile(np.arange(len(candidates)), len(keys)),
        np.repeat(np.array(keys, dtype=object), len(candidates)),
        "circle",
    )
