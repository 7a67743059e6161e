"""Comparison of two coverage rules on the same villages.

A rule may refer to administrative or to natural villages. Administrative villages have no positions
in a pack, so both rules are applied to natural villages, and the output says so. Schools and
clinics have no positions in any table.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.scenario.coverage_rules import Profile, asked_units, point_states
from data.scenario.link_presets import link_budget
from data.scenario.scenario import DEFAULT_PRESET, Scenario
from data.tables.reader import Pack
from geo.coverage.distance import STATE_NAMES, distance_coverage
from geo.coverage.rules import OUTCOMES, outcome
from geo.evidence import weakest
from geo.radio.prediction import Places, Stations
from layers.villages import VILLAGE_COLUMNS, village_table
from planning.coverage.counted_regions import counted_regions
from planning.coverage.prediction import REACH_M, CoverageOrder, networks_of, village_prediction

#: Default preset of a rule's technology.
_PRESETS = {"4G": DEFAULT_PRESET, "5G": "5g_700"}
#: State of a village that a rule does not ask about.
NOT_ASKED = "not_asked"
COMPARISON_COLUMNS = (
    *VILLAGE_COLUMNS[:-3], "state_a", "state_b", "outcome", "evidence", "source_ids",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RuleOrder:
    """Scope and preset of the evaluation of a rule.

    Attributes
    ----------
    regions
        adcodes of prefectures or counties; empty for the whole province.
    preset
        Key of the preset; empty for the default of the rule's technology.
    include_planned
        Include the scenario's enabled sites.
    min_households
        Least number of households of a listed village; the rule may ask for more.
    """

    regions: tuple[str, ...] = ()
    preset: str = ""
    include_planned: bool = True
    min_households: int = 1


def order_of(profile: Profile, order: RuleOrder) -> CoverageOrder:
    """Return the order of the prediction for a rule by signal.

    Parameters
    ----------
    profile
        The rule.
    order
        Scope and preset of the evaluation.

    Returns
    -------
    order
        Preset, limit and scope of the prediction.

    Raises
    ------
    InputError
        If it is a rule by distance.
    """
    key = order.preset or _PRESETS[profile.technology]
    asked = profile.requirement(sigma_dB=link_budget(key).shadow_sigma_dB)
    return CoverageOrder(
        key, asked.rsrp_limit_dBm, asked.edge_probability, asked.place, order.regions,
        order.include_planned, REACH_M, max(order.min_households, profile.min_households),
        technology=profile.technology,
    )  # fmt: skip


def rule_states(
    pack: Pack,
    scenario: Scenario,
    profile: Profile,
    order: RuleOrder,
    *,
    progress: Callable[[float], None] = lambda _share: None,
    cancel: Callable[[], bool] = lambda: False,
) -> pd.DataFrame:
    """Return the villages with their state by one rule.

    A rule by distance uses the sites in force and the scenario's own; a rule by signal uses the
    elevation model. A village to which the rule does not apply (too few households) has the state
    ``not_asked``.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario whose settings apply.
    profile
        The rule.
    order
        Scope and preset of the evaluation.
    progress
        Called with the share done, 0–1.
    cancel
        Polled often; True raises :class:`geo.radio.prediction.Cancelled`.

    Returns
    -------
    table
        Columns of a village, ``state``, ``evidence`` and ``source_ids``.

    Raises
    ------
    InputError
        If the rule is by signal and no elevation model is in force.
    """
    if profile.kind == "signal":
        judged = village_prediction(
            pack, scenario, order_of(profile, order), progress=progress, cancel=cancel
        )
    else:
        judged = _by_distance(pack, scenario, profile, order)
    table = village_table(pack, regions=order.regions, min_households=order.min_households)
    asked = asked_units(profile, table["households"].to_numpy(float))
    found = judged.set_index("village_id").reindex(table["village_id"])
    for column in ("state", "evidence", "source_ids"):
        own = NOT_ASKED if column == "state" else table[column]
        table[column] = np.where(asked, found[column], own)
    return table[[*VILLAGE_COLUMNS[:-3], "state", "evidence", "source_ids"]]


def rule_comparison(  # noqa: PLR0913  the two callbacks are options
    pack: Pack,
    scenario: Scenario,
    rule_a: Profile,
    rule_b: Profile,
    order: RuleOrder,
    *,
    progress: Callable[[float], None] = lambda _share: None,
    cancel: Callable[[], bool] = lambda: False,
) -> pd.DataFrame:
    """Return the villages with their states by two rules and the outcome.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario whose settings apply.
    rule_a
        The first rule.
    rule_b
        The second rule.
    order
        Scope and preset of the evaluation.
    progress
        Called with the share done, 0–1.
    cancel
        Polled often; True raises :class:`geo.radio.prediction.Cancelled`.

    Returns
    -------
    comparison
        :data:`COMPARISON_COLUMNS`; ``outcome`` is one of :data:`geo.coverage.rules.OUTCOMES`,
        ``not_asked`` where either rule does not apply.

    Raises
    ------
    InputError
        If a rule is by signal and no elevation model is in force.
    """
    a = rule_states(
        pack, scenario, rule_a, order, progress=lambda s: progress(s / 2), cancel=cancel
    )
    b = rule_states(
        pack, scenario, rule_b, order, progress=lambda s: progress(0.5 + s / 2), cancel=cancel
    )
    both = a.merge(
        b[["village_id", "state", "evidence", "source_ids"]], on="village_id",
        suffixes=("_a", "_b"), validate="one_to_one",
    )  # fmt: skip
    codes = [_codes(both[f"state_{side}"]) for side in ("a", "b")]
    both["outcome"] = np.array(OUTCOMES, dtype=object)[outcome(*codes)]
    both["evidence"] = [
        weakest(pair) for pair in zip(both["evidence_a"], both["evidence_b"], strict=True)
    ]
    both["source_ids"] = (both["source_ids_a"] + ";" + both["source_ids_b"]).map(
        lambda text: ";".join(dict.fromkeys(text.split(";")))
    )
    return both[list(COMPARISON_COLUMNS)]


def rule_counts(
    comparison: pd.DataFrame, pack: Pack, level: str, chosen: Sequence[str] = ()
) -> pd.DataFrame:
    """Count the outcomes of a comparison per region, in villages and households.

    Parameters
    ----------
    comparison
        Villages from :func:`rule_comparison`.
    pack
        The province's tables in force.
    level
        ``province``, ``prefecture`` or ``county``.
    chosen
        adcodes of the regions asked for; smaller ones than the level are rows of their own.

    Returns
    -------
    counts
        Regions with a listed village: adcode, names, level, then villages per outcome and
        ``households_`` per outcome.
    """
    regions, code = counted_regions(comparison, pack, level, chosen)
    keyed = comparison.assign(_code=code)
    villages = keyed.pivot_table(
        index="_code", columns="outcome", values="village_id", aggfunc="count", fill_value=0
    ).reindex(columns=list(OUTCOMES), fill_value=0)
    homes = keyed.pivot_table(
        index="_code", columns="outcome", values="households", aggfunc="sum", fill_value=0
    ).reindex(columns=list(OUTCOMES), fill_value=0)
    homes.columns = pd.Index([f"households_{name}" for name in homes.columns])
    counted = villages.join(homes).astype(np.int64).rename_axis("adcode").reset_index()
    return regions.merge(counted, on="adcode")


def _by_distance(
    pack: Pack, scenario: Scenario, profile: Profile, order: RuleOrder
) -> pd.DataFrame:
    """Return the villages with state by the distance to the nearest site."""
    table = village_table(pack, regions=order.regions, min_households=order.min_households)
    wanted = CoverageOrder(
        _PRESETS[profile.technology], include_planned=order.include_planned,
        technology=profile.technology,
    )  # fmt: skip
    metres = np.full(len(table), np.inf)
    places = Places(table["lon"].to_numpy(float), table["lat"].to_numpy(float))
    for network in networks_of(pack, scenario, wanted):
        metres = np.minimum(metres, _nearest_m(network.stations, places, profile.radius_m or 0.0))
    table["state"] = np.array(STATE_NAMES, dtype=object)[point_states(profile, distance_m=metres)]
    table["source_ids"] = f"pack:natural_villages;pack:sites;rule:{profile.key}"
    return table


def _nearest_m(stations: Stations, places: Places, radius_m: float) -> NDArray[np.float64]:
    """Return the geodesic distance of the nearest station within the radius [m], else infinite."""
    found = distance_coverage(places.lon, places.lat, stations.lon, stations.lat, radius_m)
    return np.where(np.isnan(found.distance_m), np.inf, found.distance_m)


def _codes(states: pd.Series) -> NDArray[np.uint8]:
    """Return the states as numbers."""
    known = {name: i for i, name in enumerate((*STATE_NAMES, NOT_ASKED))}
    return np.asarray(states.map(known), dtype=np.uint8)
