"""Comparison of an imported drive test with the prediction, and calibration of the model.

The measured level of a point is compared with the median level that the model predicts there,
outdoors, for the site that the file names, else for the best server. Measured and modelled levels
are in separate columns; a corrected level remains a prediction and has a column of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from data.workspace.effective import imported_table
from geo.radio.calibration import Calibration, calibrate, corrected_dBm
from geo.radio.prediction import Pairs, Places, pairs_within, predicted, strongest
from geo.radio.probability import coverage_probability
from layers.registry import technology_of
from planning.coverage.prediction import (
    CoverageOrder,
    Network,
    carrier_of,
    networks_of,
    require_terrain,
)

#: Most points compared, evenly sampled in the order of the file.
MAX_POINTS = 20_000
#: Points per batch of the prediction.
_BATCH = 2_000
#: Carriers further apart than this share of the frequency belong to different bands.
_SAME_BAND = 0.15
#: Squares used as stretches where the file names none [°]: some 1 km.
_SQUARE_DEG = 0.01


@dataclass(frozen=True, eq=False)
class DriveTest:
    """A drive test compared with the model.

    Attributes
    ----------
    calibration
        Offset of the model with its error on held-out stretches, or the reason for no correction.
    points
        ``lon``, ``lat`` [°], ``measured_dBm``, ``modelled_dBm`` and ``site_id`` per compared point.
    rows, other_band
        Rows of the file, and those of another technology or band.
    evidence, as_of
        Evidence class and latest date of the file.
    """

    calibration: Calibration
    points: pd.DataFrame
    rows: int
    other_band: int
    evidence: str
    as_of: str


def is_imported(pack: Pack) -> bool:
    """Return whether a drive test is in force.

    Parameters
    ----------
    pack
        The province's tables in force.

    Returns
    -------
    imported
        True if the pack has imported measurements.
    """
    return "measurements" in dict(pack.imported)


def drive_test(
    pack: Pack,
    scenario: Scenario,
    order: CoverageOrder,
    *,
    progress: Callable[[float], None] = lambda _share: None,
    cancel: Callable[[], bool] = lambda: False,
) -> DriveTest | None:
    """Compare the drive test in force with the model.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario whose settings apply.
    order
        Preset and reach of the sites; the terminal is always outdoors.
    progress
        Called with the share done, 0–1.
    cancel
        Polled often; True raises :class:`geo.radio.prediction.Cancelled`.

    Returns
    -------
    drive
        Calibration and compared points; None without an imported drive test.

    Raises
    ------
    InputError
        If no elevation model is in force, or the preset has no radio.
    DataError
        If the imported table cannot be read.
    """
    found = imported_table(pack, "measurements")
    if found is None:
        return None
    rows = pd.DataFrame(found.drop(columns="geometry", errors="ignore"))
    wanted = rows[_same_carrier(rows, order.preset)].reset_index(drop=True)
    if len(wanted) > MAX_POINTS:
        keep = np.linspace(0, len(wanted) - 1, MAX_POINTS).round().astype(np.int64)
        wanted = wanted.iloc[keep].reset_index(drop=True)
    outdoors = replace(order, place="outdoor")
    level, site = _modelled(pack, scenario, outdoors, wanted, (progress, cancel))
    measured = wanted["rsrp_dbm"].to_numpy(float)
    answer = calibrate(measured, level, stretch=_stretches(wanted))
    points = pd.DataFrame({
        "lon": wanted["lon"], "lat": wanted["lat"], "measured_dBm": measured,
        "modelled_dBm": level, "site_id": site,
    })  # fmt: skip
    dates = rows["as_of"].dropna().astype(str)
    evidence = str(rows["evidence"].iloc[0]) if len(rows) else "measured"
    return DriveTest(
        answer, points, len(rows), len(rows) - int(_same_carrier(rows, order.preset).sum()),
        evidence, str(dates.max()) if len(dates) else "",
    )  # fmt: skip


def corrected(table: pd.DataFrame, drive: DriveTest, order: CoverageOrder) -> pd.DataFrame:
    """Return a prediction corrected by the offset of a drive test.

    ``rsrp_dBm`` remains the level of the model; ``rsrp_corrected_dBm`` is added, and margin,
    probability, state and reason are recomputed from it.

    Parameters
    ----------
    table
        Prediction from :func:`planning.coverage.prediction.village_prediction`; not modified.
    drive
        Drive test from :func:`drive_test`.
    order
        Preset, limit and scope of the prediction.

    Returns
    -------
    table
        A corrected copy; only the new column differs where the drive test gives no correction.
    """
    changed = table.copy()
    level = corrected_dBm(drive.calibration, table["rsrp_dBm"].to_numpy(float))
    changed.insert(table.columns.tolist().index("rsrp_dBm") + 1, "rsrp_corrected_dBm", level)
    if not drive.calibration.helps:
        return changed
    sigma = carrier_of(order.preset, order)[1]
    known = np.isfinite(level)
    share = coverage_probability(level, order.limit_dBm, sigma)
    covered = known & (share >= order.required_probability - 1e-12)
    # Another path leaves the model: the state is known only if a known path covers.
    unsure = (table["state"] == "unknown").to_numpy() & ~covered
    sight = table["line_of_sight"].fillna(value=False).to_numpy(bool)
    changed["probability"] = np.where(known, share, table["probability"].to_numpy(float))
    changed["margin_dB"] = level - order.limit_dBm
    changed["state"] = np.where(unsure, "unknown", np.where(covered, "covered", "uncovered"))
    changed["reason"] = np.select(
        [unsure | ~known, covered & sight, covered, sight],
        [table["reason"].to_numpy(object), "line_of_sight", "over_ridge", "distance"],
        "ridge",
    )
    return changed


def _same_carrier(rows: pd.DataFrame, key: str) -> NDArray[np.bool_]:
    """Return which rows fit a preset's carrier; an unstated technology or frequency fits."""
    generation = rows["technology"].isna() | (rows["technology"] == technology_of(key))
    megahertz = carrier_of(key, CoverageOrder(preset=key))[0].frequency_GHz * 1000.0
    seen = pd.to_numeric(rows["frequency_mhz"], errors="coerce").to_numpy(float)
    near = np.isnan(seen) | (np.abs(seen / megahertz - 1.0) <= _SAME_BAND)
    return np.asarray(generation.to_numpy(bool) & near)


def _stretches(rows: pd.DataFrame) -> NDArray[np.int64]:
    """Return the stretch of each point: that of the file, else its day and square."""
    east, north = ((rows[c].to_numpy(float) / _SQUARE_DEG).astype(np.int64) for c in ("lon", "lat"))
    square = pd.Series(east).astype(str) + "/" + pd.Series(north).astype(str)
    named = rows["stretch"].astype(object)
    label = named.where(
        named.notna(), square + " " + rows["as_of"].astype(object).fillna("").astype(str)
    )
    return np.asarray(pd.factorize(label.astype(str))[0], dtype=np.int64)


def _modelled(
    pack: Pack,
    scenario: Scenario,
    order: CoverageOrder,
    rows: pd.DataFrame,
    calls: tuple[Callable[[float], None], Callable[[], bool]],
) -> tuple[NDArray[np.float64], NDArray[np.object_]]:
    """Return the modelled level at each point [dBm] and its site."""
    terrain = require_terrain(pack, scenario)
    network = networks_of(pack, scenario, replace(order, include_planned=False))[0]
    index = {str(site): i for i, site in enumerate(network.ids)}
    named = rows["site_id"].astype(object).map(lambda site: index.get(str(site), -1)).to_numpy()
    level = np.full(len(rows), np.nan)
    site = np.full(len(rows), "", dtype=object)
    lon, lat = (rows[c].to_numpy(float) for c in ("lon", "lat"))
    # Neighbours in one batch, so that it reads a small part of the elevation model.
    order_of_work = np.lexsort((lon, np.floor(lat / 0.1)))
    for begin in range(0, len(rows), _BATCH):
        at = order_of_work[begin : begin + _BATCH]
        places = Places(lon[at], lat[at])
        grid = terrain.around(places.lon, places.lat, order.reach_m)
        pairs = _pairs(network, places, named[at].astype(np.int64), order.reach_m)
        found = predicted(grid, network.stations, places, pairs, network.carrier, cancel=calls[1])
        best = strongest(pairs, found, len(places))
        has = best >= 0
        level[at[has]] = found.rsrp_dBm[best[has]]
        site[at[has]] = network.ids[pairs.station[best[has]]]
        calls[0](min(1.0, (begin + _BATCH) / max(1, len(rows))))
    return level, site


def _pairs(network: Network, places: Places, named: NDArray[np.int64], reach_m: float) -> Pairs:
    """Return the pairs of points and sites; a point that names its site is paired with it alone."""
    near = pairs_within(network.stations, places, reach_m)
    free = (named[near.place] < 0) | (named[near.place] == near.station)
    return Pairs(near.station[free], near.place[free])
