"""What the other layers need, year by year: 5G base stations, fibre to villages, racks.

Counts keep their unit: base stations, kilometres of route, standard racks of 2.5 kW. A gap that is
unknown stays unknown in every year.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from data.effective import imported_table
from data.pack import Pack
from data.scenario import Scenario
from geo.buildout import candidate_regions, fibre_to_villages, racks_needed, split_over_years
from geo.errors import InputError
from geo.evidence import weakest
from layers.candidates import lines_of
from layers.gaptable import gap_table
from layers.plancosts import prices
from layers.villages import county_names

#: Zones that a data centre may follow, the strongest first; kinds of the packs' policy zones.
ZONE_KINDS = ("data centre site", "core", "new area", "cluster", "park", "points")
#: Power usage effectiveness where the planner gives none; assumption.
DEFAULT_PUE = 1.3


def stations_by_year(
    pack: Pack, scenario: Scenario, *, layer: str = "mobile_5g", path: str = "linear"
) -> pd.DataFrame:
    """Return the base stations to build per county and year, so that rows sum to the gap.

    Parameters
    ----------
    layer
        Layer that counts whole units, such as ``mobile_5g``.
    path
        ``linear`` or ``s_curve``.
    """
    table = gap_table(pack, [layer], level="county", scenario=scenario)
    years = scenario.plan.years
    names = [str(years.first + i) for i in range(years.count)]
    need = split_over_years(table["gap"].round(), years.count, path=path, keys=names)
    kept = ["adcode", "name_zh", "name_en", "unit", "target", "built", "gap"]
    result = table[kept].copy()
    for i, name in enumerate(names):
        result[f"year_{name}"] = need[:, i]
    result["evidence"], result["source_ids"] = table["evidence"], table["source_ids"]
    return result


def fibre_need(pack: Pack, scenario: Scenario) -> pd.DataFrame:
    """Return per prefecture the villages without fibre, the tree that reaches them, its cost.

    Raises
    ------
    InputError
        If no village in force says that it lacks fibre: unknown is not "without".
    """
    parts = []
    for kind in ("natural_villages", "admin_villages"):
        table = imported_table(pack, kind)
        if table is not None and "has_fibre" in table:
            parts.append(table[table["has_fibre"].eq(other=False).fillna(value=False)])
    villages = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    if villages.empty:
        raise InputError(
            "no village is known to lack fibre", where="has_fibre",
            repair="import natural or administrative villages with the column has_fibre",
        )  # fmt: skip
    rates = prices(pack, scenario.plan)
    names = county_names(pack)
    codes = names["prefecture"].reindex(villages["adcode"].astype(str)).to_numpy(dtype=str)
    order = np.unique(codes)
    nodes = pack.table("fibre_nodes")
    found = fibre_to_villages(
        (villages["lon"], villages["lat"]), (nodes["lon"], nodes["lat"]),
        np.searchsorted(order, codes), route_factor=rates.route_factor,
        cost_per_km=float(rates.money("fibre_rural").base), roads=lines_of(pack, "roads"),
    )  # fmt: skip
    regions = pack.regions("prefecture").set_index("adcode").reindex(order)
    return pd.DataFrame(
        {
            "adcode": order,
            "name_zh": regions["name_zh"].to_numpy(),
            "name_en": regions["name_en"].to_numpy(),
            "villages": [int((codes == code).sum()) for code in order],
            "route_km": found.region_km.round(2),
            "cost_base": found.cost.round(2),
            "currency": rates.currency,
            "price_year": rates.price_year,
            "evidence": weakest({*villages["evidence"], *nodes["evidence"], "modelled"}),
            "source_ids": "pack:fibre_nodes;cost:fibre_rural",
        }
    )


def rack_need(
    pack: Pack,
    scenario: Scenario,
    *,
    pue: float = DEFAULT_PUE,
    rack_kw: float = 2.5,
    use: float = 1.0,
) -> pd.DataFrame:
    """Return the racks that are missing, their power, and the prefectures that plans name.

    Raises
    ------
    InputError
        If no target is stated or set, or what is built is unknown.
    """
    row = gap_table(pack, ["data_centres"], level="province", scenario=scenario).iloc[0]
    if pd.isna(row["target"]) or pd.isna(row["built"]):
        what = "target" if pd.isna(row["target"]) else "baseline"
        raise InputError(
            f"no {what} of racks is known", where="data_centres",
            repair="set a target in the scenario (targets.data_centres), or import observations",
        )  # fmt: skip
    need = racks_needed(
        float(row["target"]), float(row["built"]), rack_kw=rack_kw, pue=pue, use=use
    )
    zones = pack.table("policy_zones")
    named = candidate_regions(
        list(zip(zones["kind"], zones["regions"], strict=True)),
        pack.regions("prefecture")["adcode"].tolist(), kinds=ZONE_KINDS,
    )  # fmt: skip
    regions = pack.regions("prefecture").set_index("adcode").reindex(list(named))
    return pd.DataFrame(
        {
            "adcode": [pack.adcode, *named],
            "name_zh": [pack.meta["name_zh"], *regions["name_zh"]],
            "name_en": [pack.meta["name_en"], *regions["name_en"]],
            "standard_racks": [need.standard, *[np.nan] * len(named)],
            "physical_racks": [need.physical, *[np.nan] * len(named)],
            "it_mw": [need.it_mw, *[np.nan] * len(named)],
            "facility_mw": [need.facility_mw, *[np.nan] * len(named)],
            "pue": [pue, *[np.nan] * len(named)],
            "zones": ["", *("; ".join(kinds) for kinds in named.values())],
            "evidence": "assumed",
            "source_ids": str(row["source_ids"]),
        }
    )
