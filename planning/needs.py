"""What the other layers need, year by year: 5G base stations, fibre to villages, racks.

Counts keep their unit: base stations, kilometres of route, standard racks of 2.5 kW. A gap that is
unknown stays unknown in every year.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from data.workspace.effective import imported_table
from geo.errors import InputError
from geo.evidence import weakest
from geo.gaps.buildout import candidate_regions, fibre_to_villages, racks_needed, split_over_years
from layers.villages import county_names
from planning.gaps import gap_table
from planning.plan.candidates import lines_of
from planning.plan.unit_costs import prices

#: Zones that a data centre may follow, the strongest first; kinds of the packs' policy zones.
ZONE_KINDS = ("data centre site", "core", "new area", "cluster", "park", "points")
#: Power usage effectiveness where the planner gives none; assumption.
DEFAULT_PUE = 1.3


@dataclass(frozen=True)
class FibreTree:
    """Fibre to the villages that are known to lack it.

    Attributes
    ----------
    table
        Per prefecture the villages, the route and its cost: see :func:`fibre_need`.
    villages
        The villages: ``lon``, ``lat`` [°], ``prefecture``, ``route_km`` that each adds.
    routes
        (e, 5) lon, lat, lon, lat [°] and km of the tree.
    bound_km
        Length that no tree on these routes can fall below [km].
    """

    table: pd.DataFrame
    villages: pd.DataFrame
    routes: NDArray[np.float64]
    bound_km: float


def stations_by_year(
    pack: Pack,
    scenario: Scenario,
    *,
    layer: str = "mobile_5g",
    path: str = "linear",
    level: str = "county",
) -> pd.DataFrame:
    """Return the base stations to build per region and year.

    Years of a county sum to its gap. A prefecture's years are the sums over its counties, so what
    one county has beyond its share builds nothing in another; with one county unknown the
    prefecture is unknown.

    Parameters
    ----------
    layer
        Layer that counts whole units, such as ``mobile_5g``.
    path
        ``linear`` or ``s_curve``.
    level
        ``county``, ``prefecture`` or ``province``.
    """
    table = gap_table(pack, [layer], level="county", scenario=scenario)
    names = _year_names(scenario)
    need = split_over_years(table["gap"].round(), len(names), path=path, keys=names)
    if level != "county":
        parent = table["parent"] if level == "prefecture" else [pack.adcode] * len(table)
        table = gap_table(pack, [layer], level=level, scenario=scenario)
        sums = np.zeros((len(table), len(names)))
        # An unknown part makes its sum unknown.
        np.add.at(sums, pd.Index(table["adcode"]).get_indexer(parent), need)
        need = sums
    years = pd.DataFrame(need, columns=[f"year_{name}" for name in names])
    kept = ["adcode", "name_zh", "name_en", "unit", "as_of", "target_as_of", "target", "built",
            "planned", "gap", "gap_low", "gap_high"]  # fmt: skip
    told = table[["evidence", "source_ids"]]
    return pd.concat([table[kept], years, told], axis=1)


def fibre_need(pack: Pack, scenario: Scenario) -> pd.DataFrame:
    """Return per prefecture the villages without fibre, the tree that reaches them, its cost.

    Raises
    ------
    InputError
        If no village in force says that it lacks fibre: unknown is not "without".
    """
    return fibre_tree(pack, scenario).table


def fibre_tree(pack: Pack, scenario: Scenario) -> FibreTree:
    """Return the fibre tree to the villages that are known to lack it, with its cost.

    Raises
    ------
    InputError
        If no village in force says that it lacks fibre: unknown is not "without".
    """
    villages = without_fibre(pack)
    if villages.empty:
        raise InputError(
            "no village is known to lack fibre", where="has_fibre",
            repair="import natural or administrative villages with the column has_fibre",
        )  # fmt: skip
    rates = prices(pack, scenario.plan)
    cost = rates.money("fibre_rural")
    names = county_names(pack)
    codes = names["prefecture"].reindex(villages["adcode"].astype(str)).to_numpy(dtype=str)
    order = np.unique(codes)
    nodes, roads = pack.table("fibre_nodes"), lines_of(pack, "roads")
    found = fibre_to_villages(
        (villages["lon"], villages["lat"]), (nodes["lon"], nodes["lat"]),
        np.searchsorted(order, codes), route_factor=rates.route_factor,
        cost_per_km=float(cost.base), roads=roads,
    )  # fmt: skip
    regions = pack.regions("prefecture").set_index("adcode").reindex(order)
    table = pd.DataFrame(
        {
            "adcode": order,
            "name_zh": regions["name_zh"].to_numpy(),
            "name_en": regions["name_en"].to_numpy(),
            "villages": [int((codes == code).sum()) for code in order],
            "route_km": found.region_km.round(2),
            **{
                f"cost_{end}": (found.region_km * float(getattr(cost, end))).round(2)
                for end in ("low", "base", "high")
            },
            "currency": rates.currency,
            "price_year": rates.price_year,
            "as_of": _latest(villages),
            "evidence": weakest({*villages["evidence"], *nodes["evidence"], "modelled"}),
            "source_ids": ";".join(
                [
                    *(f"pack:{kind}" for kind in villages["kind"].unique()),
                    *(["pack:roads"] if roads is not None else []),
                    "pack:fibre_nodes",
                    "cost:fibre_rural",
                ]
            ),
        }
    )
    places = villages[["lon", "lat"]].assign(prefecture=codes, route_km=found.km)
    return FibreTree(table, places, found.routes, found.bound_km)


def without_fibre(pack: Pack) -> pd.DataFrame:
    """Return the imported villages that say that they have no fibre; what is unknown is not one.

    ``kind`` names the table of each.
    """
    parts = []
    for kind in ("natural_villages", "admin_villages"):
        table = imported_table(pack, kind)
        if table is not None and "has_fibre" in table:
            known = table[table["has_fibre"].eq(other=False).fillna(value=False)]
            parts.append(known.assign(kind=kind))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _latest(villages: pd.DataFrame) -> str:
    """Return the latest date of the villages; empty where none is known."""
    dates = villages["as_of"].dropna().astype(str) if "as_of" in villages else pd.Series(dtype=str)
    return str(dates.max()) if len(dates) else ""


def _year_names(scenario: Scenario) -> list[str]:
    years = scenario.plan.years
    return [str(years.first + i) for i in range(years.count)]


def rack_need(
    pack: Pack,
    scenario: Scenario,
    *,
    pue: float = DEFAULT_PUE,
    rack_kw: float = 2.5,
    use: float = 1.0,
    path: str = "linear",
) -> pd.DataFrame:
    """Return the racks that are missing, their power, and the prefectures that plans name.

    The province's row also has the standard racks of each year; where they are to stand in a
    prefecture no plan says, so its row has none.

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
    names = _year_names(scenario)
    years = split_over_years([need.standard], len(names), path=path, keys=names)[0]
    zones = pack.table("policy_zones")
    named = candidate_regions(
        list(zip(zones["kind"], zones["regions"], strict=True)),
        pack.regions("prefecture")["adcode"].tolist(), kinds=ZONE_KINDS,
    )  # fmt: skip
    regions = pack.regions("prefecture").set_index("adcode").reindex(list(named))
    whole = {
        "target": row["target"], "built": row["built"], "standard_racks": need.standard,
        "physical_racks": need.physical, "it_mw": need.it_mw, "facility_mw": need.facility_mw,
        "pue": pue, "use": use,
        **{f"year_{name}": racks for name, racks in zip(names, years, strict=True)},
    }  # fmt: skip
    return pd.DataFrame(
        {
            "adcode": [pack.adcode, *named],
            "name_zh": [pack.meta["name_zh"], *regions["name_zh"]],
            "name_en": [pack.meta["name_en"], *regions["name_en"]],
            **{key: [value, *[np.nan] * len(named)] for key, value in whole.items()},
            "zones": ["", *("; ".join(kinds) for kinds in named.values())],
            "as_of": str(row["as_of"]),
            "evidence": "assumed",
            "source_ids": [str(row["source_ids"]), *(_zones_of(zones, code) for code in named)],
        }
    )


def _zones_of(zones: pd.DataFrame, prefecture: str) -> str:
    """Return the ids of the zones that name a prefecture or a county of it."""
    found = [
        str(zone)
        for zone, kind, codes in zip(zones["id"], zones["kind"], zones["regions"], strict=True)
        if kind in ZONE_KINDS
        and any(code.strip()[:4] == prefecture[:4] for code in str(codes).split(";"))
    ]
    return ";".join(found)
