"""Needs of layers by year: units, fibre routes to places without service, racks.

The ``need`` of a layer selects the kind and its parameters. Counts keep their unit: base stations,
kilometres of route, standard racks of 2.5 kW. An unknown gap remains unknown in every year.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.clock import first_plan_year, today
from data.ledger.statements import Ledger
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from data.wording.catalogue import LANGUAGES
from data.workspace.effective import imported_table
from geo.errors import InputError
from geo.evidence import weakest
from geo.gaps.buildout import (
    candidate_regions,
    check_use,
    fibre_to_villages,
    racks_by_year,
    racks_needed,
    split_over_years,
)
from layers.base import Layer, Metric
from layers.offers import RackNeed, RouteNeed, SiteNeed, UnitNeed
from layers.registry import need_layers
from layers.villages import county_names
from planning.gaps import gap_table
from planning.plan.candidates import lines_of
from planning.plan.unit_costs import UnitPrices, prices

#: Default power usage effectiveness; an assumption.
DEFAULT_PUE = 1.3
#: Columns of a need of routes.
ROUTE_COLUMNS = (
    "adcode", "name_zh", "name_en", "villages", "route_km", "cost_low", "cost_base", "cost_high",
    "currency", "price_year", "as_of", "evidence", "source_ids",
)  # fmt: skip


@dataclass(frozen=True)
class NeedOptions:
    """Options of the need of a layer.

    Attributes
    ----------
    path
        Shape over the years, ``linear`` or ``s_curve``.
    pue
        Power usage effectiveness.
    rack_kw
        Power of a physical rack [kW].
    use
        Share of the racks built that is in use today, 0–1; None for what the sources state.
    design_use
        Share of the installed racks that is to be filled at the end, 0–1.
    """

    path: str = "linear"
    pue: float = DEFAULT_PUE
    rack_kw: float = 2.5
    use: float | None = None
    design_use: float = 1.0


@dataclass(frozen=True)
class FibreTree:
    """Fibre to the places that are known to lack it.

    Attributes
    ----------
    table
        Villages, route and cost per prefecture, see :func:`fibre_tree`.
    villages
        The places: ``lon``, ``lat`` [°], ``prefecture``, and ``route_km`` that each adds.
    routes
        (e, 5) lon, lat, lon, lat [°] and length [km] of each edge of the tree.
    bound_km
        Lower bound on the length of any tree on these routes [km].
    """

    table: pd.DataFrame
    villages: pd.DataFrame
    routes: NDArray[np.float64]
    bound_km: float


def need_table(
    pack: Pack, scenario: Scenario, layer: Layer, *, metric: str = "", options: NeedOptions
) -> pd.DataFrame:
    """Return the need of a layer by year.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario whose settings apply.
    layer
        A layer with a need.
    metric
        Metric of the layer; empty for the default.
    options
        Options of the need.

    Returns
    -------
    table
        Rows of :func:`units_by_year`, :func:`fibre_tree` or :func:`rack_need`.

    Raises
    ------
    InputError
        If the layer has no list of needs, or its inputs are unknown.
    """
    counted = _counted(pack, layer, metric)
    match None if counted is None else layer.need_of(counted):
        case UnitNeed():
            return units_by_year(pack, scenario, layer, metric=metric, path=options.path)
        case RouteNeed() as routes:
            return fibre_tree(pack, scenario, routes).table
        case RackNeed() as racks:
            return rack_need(pack, scenario, layer, racks, options)
        case SiteNeed():
            raise InputError("needs.sites", layer=layer.key)
    keys = [item.key for item in layer.metrics if layer.need_of(item) is not None]
    known = " / ".join(keys or [item.key for item in need_layers()])
    code = "needs.layer" if counted is None else "needs.metric" if keys else "needs.other"
    metric = "" if counted is None else counted.key
    raise InputError(code, layer=layer.key, metric=metric, known=known)


def _counted(pack: Pack, layer: Layer, metric: str) -> Metric | None:
    """Return the metric asked for, else the one of the gap table; None for an overlay."""
    if layer.is_overlay:
        return None
    return layer.metric(metric) if metric else layer.stated_metric(Ledger.of(pack))


def units_by_year(
    pack: Pack,
    scenario: Scenario,
    layer: Layer,
    *,
    metric: str = "",
    path: str = "linear",
    level: str = "county",
) -> pd.DataFrame:
    """Return the units to build per region and year.

    The years of a county sum to its gap. Those of a prefecture are the sums over its counties, so
    the surplus of one county does not reduce the need of another; with one unknown county the
    prefecture is unknown.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario whose settings apply.
    layer
        A layer counted in whole units, such as base stations.
    metric
        Metric of the layer; empty for the default.
    path
        ``linear`` or ``s_curve``.
    level
        ``province``, ``prefecture`` or ``county``.

    Returns
    -------
    table
        One row per region: its figures of the gap table, and ``year_<year>`` [units] per year.
    """
    table = gap_table(pack, [layer.key], level="county", scenario=scenario, metric=metric)
    names = _year_names(scenario)
    need = split_over_years(table["gap"].round(), len(names), path=path, keys=names)
    if level != "county":
        parent = table["parent"] if level == "prefecture" else [pack.adcode] * len(table)
        table = gap_table(pack, [layer.key], level=level, scenario=scenario, metric=metric)
        sums = np.zeros((len(table), len(names)))
        # An unknown part makes its sum unknown.
        np.add.at(sums, pd.Index(table["adcode"]).get_indexer(parent), need)
        need = sums
    years = pd.DataFrame(need, columns=[f"year_{name}" for name in names])
    kept = ["adcode", "name_zh", "name_en", "unit", "as_of", "target_as_of", "target", "built",
            "planned", "gap", "gap_low", "gap_high", "target_qualifier", "built_qualifier",
            "gap_qualifier"]  # fmt: skip
    told = table[["evidence", "source_ids", *(f"note_{code}" for code in LANGUAGES)]]
    return pd.concat([table[kept], years, told], axis=1)


def fibre_tree(pack: Pack, scenario: Scenario, need: RouteNeed) -> FibreTree:
    """Return the tree of routes to the places that are known to lack the service, with its cost.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario with the prices of its plan.
    need
        Tables of places, nodes and lines, and the item of the unit costs.

    Returns
    -------
    tree
        Places, route [km] and cost (low, base, high) [currency] per prefecture.

    Raises
    ------
    InputError
        If no place in force is known to lack the service: unknown is not "without".
    """
    villages = places_without(pack, need)
    if villages.empty:
        raise InputError(
            "needs.none_lacks", where=need.column, column=need.column,
            tables=" or ".join(need.tables),
        )  # fmt: skip
    rates = prices(pack, scenario.plan)
    cost = rates.money(need.cost)
    names = county_names(pack)
    codes = names["prefecture"].reindex(villages["adcode"].astype(str)).to_numpy(dtype=str)
    order = np.unique(codes)
    nodes, roads = pack.table(need.nodes), lines_of(pack, need.along)
    found = fibre_to_villages(
        (villages["lon"], villages["lat"]), (nodes["lon"], nodes["lat"]),
        np.searchsorted(order, codes), route_factor=rates.route_factor,
        cost_per_km=float(cost.base), roads=roads,
    )  # fmt: skip
    sources = [
        *(f"pack:{kind}" for kind in villages["kind"].unique()),
        *([f"pack:{need.along}"] if roads is not None else []),
        f"pack:{need.nodes}",
        f"cost:{need.cost}",
    ]
    table = _per_prefecture(pack, order, found.region_km, rates, need).assign(
        villages=[int((codes == code).sum()) for code in order],
        as_of=_latest(villages),
        evidence=weakest({*villages["evidence"], *nodes["evidence"], "modelled"}),
        source_ids=";".join(sources),
    )[list(ROUTE_COLUMNS)]
    places = villages[["lon", "lat"]].assign(prefecture=codes, route_km=found.km)
    return FibreTree(table, places, found.routes, found.bound_km)


def _per_prefecture(
    pack: Pack, order: NDArray[np.str_], km: NDArray[np.float64], rates: UnitPrices, need: RouteNeed
) -> pd.DataFrame:
    """Return names, route [km] and cost of each prefecture."""
    cost = rates.money(need.cost)
    regions = pack.regions("prefecture").set_index("adcode").reindex(order)
    return pd.DataFrame(
        {
            "adcode": order,
            "name_zh": regions["name_zh"].to_numpy(),
            "name_en": regions["name_en"].to_numpy(),
            "route_km": km.round(2),
            **{
                f"cost_{end}": (km * float(getattr(cost, end))).round(2)
                for end in ("low", "base", "high")
            },
            "currency": rates.currency,
            "price_year": rates.price_year,
        }
    )


def places_without(pack: Pack, need: RouteNeed) -> pd.DataFrame:
    """Return the imported places that are known to lack the service; unknown ones are excluded.

    Parameters
    ----------
    pack
        The province's tables in force.
    need
        Tables of places, and the column of the service.

    Returns
    -------
    places
        Rows of the tables, with the table's name in ``kind``; empty where there are none.
    """
    parts = []
    for kind in need.tables:
        table = imported_table(pack, kind)
        if table is not None and need.column in table:
            known = table[table[need.column].eq(other=False).fillna(value=False)]
            parts.append(known.assign(kind=kind))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _latest(villages: pd.DataFrame) -> str:
    """Return the latest date of the villages; empty where none is known."""
    dates = villages["as_of"].dropna().astype(str) if "as_of" in villages else pd.Series(dtype=str)
    return str(dates.max()) if len(dates) else ""


def build_years(scenario: Scenario) -> list[int]:
    """Return the years of a need: they begin where its baseline ends.

    Parameters
    ----------
    scenario
        Its date and the years of its plan.

    Returns
    -------
    years
        As many as the plan has. From a date in the past they follow that date; otherwise they are
        the plan's, at the earliest the first in which something can still be built.
    """
    years, day = scenario.plan.years, scenario.as_of
    first = first_plan_year(day)
    if day is None or day >= today():
        first = max(first, years.first)
    return list(range(first, first + years.count))


def _year_names(scenario: Scenario) -> list[str]:
    return [str(year) for year in build_years(scenario)]


def rack_need(
    pack: Pack, scenario: Scenario, layer: Layer, need: RackNeed, options: NeedOptions
) -> pd.DataFrame:
    """Return the missing racks, their power, and the prefectures named by policy zones.

    The province's row has the racks in use and the free ones, and the standard racks of each year,
    unknown without a target. No policy states their number per prefecture, so the rows of
    prefectures have none.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario whose settings apply.
    layer
        A layer of racks.
    need
        Its need: kinds of zones, and the metric of the share in use.
    options
        Power of a rack, shares in use, and shape over the years.

    Returns
    -------
    table
        The province's row, then the prefectures that policy zones name; racks, and power [MW].

    Raises
    ------
    InputError
        If what is built is unknown.
    """
    kinds = need.zone_kinds
    row, use = (
        gap_table(pack, [layer.key], level="province", scenario=scenario, metric=key).iloc[0]
        for key in (layer.metric().key, need.use)
    )
    share = float(use["built"]) / 100 if options.use is None else options.use
    told = [row["source_ids"], use["source_ids"] if options.use is None else ""]
    own = options.use is not None or not np.isnan(float(row["target"]))
    classes = {"derived", *filter(None, (row["evidence"], use["evidence"])), *["assumed"] * own}
    exact = _how_exact(row, "" if options.use is not None else str(use["built_qualifier"]))
    whole = _missing_racks(row, share, scenario, options)
    zones = pack.table("policy_zones")
    named = candidate_regions(
        list(zip(zones["kind"], zones["regions"], strict=True)),
        pack.regions("prefecture")["adcode"].tolist(), kinds=kinds,
    )  # fmt: skip
    regions = pack.regions("prefecture").set_index("adcode").reindex(list(named))
    sources = [_zones_of(zones, code, kinds) for code in named]
    return pd.DataFrame(
        {
            "adcode": [pack.adcode, *named],
            "name_zh": [pack.meta["name_zh"], *regions["name_zh"]],
            "name_en": [pack.meta["name_en"], *regions["name_en"]],
            **{key: [value, *[np.nan] * len(named)] for key, value in whole.items()},
            "zones": ["", *("; ".join(some) for some in named.values())],
            "as_of": [str(row["as_of"]), *[""] * len(named)],
            "evidence": [weakest(classes), *["reported"] * len(named)],
            **{key: [word, *[""] * len(named)] for key, word in exact.items()},
            "source_ids": [";".join(ids for ids in told if ids), *sources],
        }
    )


def _how_exact(row: pd.Series, use: str) -> dict[str, str]:
    """Return the word before each figure of the racks; a product is as rough as its factors."""
    built = str(row["built_qualifier"])
    part = "about" if use or built else ""
    return {
        "target_qualifier": str(row["target_qualifier"]), "built_qualifier": built,
        "use_qualifier": use, "in_use_qualifier": part, "spare_qualifier": part,
    }  # fmt: skip


def _missing_racks(
    row: pd.Series, share: float, scenario: Scenario, options: NeedOptions
) -> dict[str, float]:
    """Return racks in use, free and missing of a province's row, their power, and by year."""
    key = str(row["layer"])
    if pd.isna(row["built"]):
        raise InputError("needs.no_racks", where=key)
    if not np.isnan(share):
        check_use(share)
    target, built = float(row["target"]), float(row["built"])
    used = built * share
    names = _year_names(scenario)
    figures = {
        "target": target, "built": built, "use": share, "in_use": used, "spare": built - used,
        "design_use": options.design_use, "standard_racks": np.nan, "physical_racks": np.nan,
        "it_mw": np.nan, "facility_mw": np.nan, "pue": options.pue,
        **{f"year_{name}": np.nan for name in names},
    }  # fmt: skip
    if np.isnan(target):
        return figures
    need = racks_needed(target, built, rack_kw=options.rack_kw, pue=options.pue)
    years = racks_by_year(
        target, built, len(names), used=used, design_use=options.design_use, path=options.path
    )
    return figures | {
        "standard_racks": need.standard, "physical_racks": need.physical, "it_mw": need.it_mw,
        "facility_mw": need.facility_mw,
        **{f"year_{name}": racks for name, racks in zip(names, years, strict=True)},
    }  # fmt: skip


def _zones_of(zones: pd.DataFrame, prefecture: str, kinds: Sequence[str]) -> str:
    """Return the ids of the zones that name a prefecture or a county of it."""
    found = [
        str(zone)
        for zone, kind, codes in zip(zones["id"], zones["kind"], zones["regions"], strict=True)
        if kind in kinds
        and any(code.strip()[:4] == prefecture[:4] for code in str(codes).split(";"))
    ]
    return ";".join(found)
