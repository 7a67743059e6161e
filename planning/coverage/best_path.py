"""The best path to each village over several networks, with state and reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.scenario.link_presets import BudgetRequirement
from geo.radio.prediction import Pairs, Predicted, strongest
from geo.radio.probability import coverage_probability
from layers.villages import VILLAGE_COLUMNS

Floats = NDArray[np.float64]
#: Reason of a village's state.
Reason = Literal["line_of_sight", "over_ridge", "ridge", "distance", "no_site", "outside_model"]


@dataclass(eq=False, slots=True)
class Best:
    """The strongest path to each place over the networks processed so far.

    Attributes
    ----------
    figures
        (places, 6) distance [km], loss [dB], level [dBm], line of sight (1 or 0), distance [km] and
        height [m] of the ridge; NaN without a path.
    site
        (places,) id of the serving site.
    sigma_dB
        (places,) standard deviation of shadowing [dB].
    unknown
        (places,) True where a path is unknown.
    """

    figures: Floats
    site: NDArray[np.object_]
    sigma_dB: Floats
    unknown: NDArray[np.bool_]

    @classmethod
    def nothing(cls, places: int) -> Best:
        """Return the initial state, without a path to any place.

        Parameters
        ----------
        places
            Number of places.

        Returns
        -------
        best
            NaN levels and empty site ids.
        """
        return cls(
            np.full((places, 6), np.nan), np.full(places, "", dtype=object), np.full(places, 8.0),
            np.zeros(places, dtype=bool),
        )  # fmt: skip

    def improve(
        self, ids: NDArray[np.object_], sigma_dB: float, pairs: Pairs, found: Predicted
    ) -> None:
        """Update each place that a network serves better, and mark unknown paths.

        Parameters
        ----------
        ids
            (n,) ids of the network's sites.
        sigma_dB
            Standard deviation of its shadowing [dB].
        pairs
            Pairs of station and place.
        found
            Prediction of each pair.
        """
        best = strongest(pairs, found, len(self.site))
        at = np.flatnonzero(best >= 0)
        pick = best[at]
        better = ~(found.rsrp_dBm[pick] <= self.figures[at, 2])
        at, pick = at[better], pick[better]
        self.figures[at] = np.column_stack((
            found.distance_km[pick], found.loss_dB[pick], found.rsrp_dBm[pick],
            found.line_of_sight[pick], found.ridge_km[pick], found.ridge_m[pick],
        ))  # fmt: skip
        self.site[at] = ids[pairs.station[pick]]
        self.sigma_dB[at] = sigma_dB
        self.unknown[np.unique(pairs.place[np.isnan(found.rsrp_dBm)])] = True

    def table(
        self, villages: pd.DataFrame, requirement: BudgetRequirement, *, known: NDArray[np.bool_]
    ) -> pd.DataFrame:
        """Return the villages with their best path, state and reason.

        Parameters
        ----------
        villages
            (places, …) rows of the village table.
        requirement
            Level limit [dBm] and the required probability of reaching it.
        known
            (places,) True where the elevation model has a height.

        Returns
        -------
        table
            (places, …) villages with path, probability, state and reason.
        """
        table = villages[list(VILLAGE_COLUMNS[:-3])].reset_index(drop=True)
        distance, loss, level, sight, ridge_km, ridge_m = self.figures.T
        table["site_id"], table["distance_km"], table["loss_dB"] = self.site, distance, loss
        table["rsrp_dBm"] = level
        share = coverage_probability(level, requirement.rsrp_limit_dBm, self.sigma_dB)
        without = known & ~self.unknown & np.isnan(level)
        share = np.where(without, 0.0, share)
        covered = share >= requirement.edge_probability - 1e-12
        unsure = ~known | (self.unknown & ~covered)
        table["probability"] = np.where(unsure & np.isnan(level), np.nan, share)
        table["margin_dB"] = level - requirement.rsrp_limit_dBm
        known_sight = pd.Series(sight == 1, dtype="boolean")
        table["line_of_sight"] = known_sight.mask(np.isnan(level))
        table["ridge_km"], table["ridge_m"] = ridge_km, ridge_m
        table["state"] = np.where(unsure, "unknown", np.where(covered, "covered", "uncovered"))
        table["reason"] = _reasons(sight == 1, covered, without, unsure)
        return table


def _reasons(
    sight: NDArray[np.bool_],
    covered: NDArray[np.bool_],
    without: NDArray[np.bool_],
    unsure: NDArray[np.bool_],
) -> NDArray[np.object_]:
    words: list[tuple[NDArray[np.bool_], Reason]] = [
        (unsure, "outside_model"), (without, "no_site"),
        (covered & sight, "line_of_sight"), (covered, "over_ridge"), (sight, "distance"),
    ]  # fmt: skip
    return np.select([mask for mask, _ in words], [word for _, word in words], "ridge").astype(
        object
    )
