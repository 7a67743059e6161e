"""Figures of one scenario, as a table of the same rows for every scenario that is compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from geo.errors import InputError
from geo.evidence import weakest
from layers.base import Level
from layers.villages import check_regions
from planning.elevation import terrain_of
from planning.gaps import gap_table
from planning.plan.rollout import Rollout
from planning.plan.site_selection import COST, HOUSEHOLDS
from planning.whatif import effect

#: Columns that name a figure: what it is, and of which layer, metric or year.
KEYS = ("figure", "layer", "metric", "year")
FIGURE_COLUMNS = (
    *KEYS, "unit", "value", "low", "high", "least", "most", "as_of", "qualifier",
    "evidence", "source_ids",
)  # fmt: skip
#: Column of the list of sites → its kinds, in the order of the table; ``shared``: what an
#: existing site has.
_LINKS = {"backhaul": ("fibre", "microwave", "satellite", "shared", "none"),
          "power": ("grid", "solar", "shared", "none")}  # fmt: skip
#: Figures that are shown first: households that the plan serves.
MAIN = ("households", "", "", 0)


@dataclass(frozen=True)
class Area:
    """What figures are counted in: a prefecture or county, or the whole province.

    Attributes
    ----------
    level
        ``province``, ``prefecture`` or ``county``.
    adcode
        Its code.
    """

    level: Level
    adcode: str

    @classmethod
    def of(cls, pack: Pack, adcode: str = "") -> Area:
        """Return the area of a code; a code of both a prefecture and a county means the former.

        Parameters
        ----------
        pack
            The province's tables in force.
        adcode
            Code of a prefecture or county; empty for the province.

        Returns
        -------
        area
            The area.

        Raises
        ------
        InputError
            If there is no such region.
        """
        if not adcode or adcode == pack.adcode:
            return cls("province", pack.adcode)
        check_regions(pack, (adcode,))
        is_prefecture = adcode in set(pack.regions("prefecture")["adcode"])
        return cls("prefecture" if is_prefecture else "county", adcode)

    def within(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return the rows that lie in the area.

        Parameters
        ----------
        rows
            Table with the columns ``prefecture`` and ``county``.

        Returns
        -------
        rows
            Some of the rows, or all.
        """
        if self.level == "province":
            return rows
        return rows[rows[self.level] == self.adcode]


@dataclass(frozen=True, eq=False)
class Solved:
    """A scenario with its plan.

    Attributes
    ----------
    scenario
        The scenario.
    rollout
        Its plan; None where none is possible.
    fault
        Why there is none.
    """

    scenario: Scenario
    rollout: Rollout | None
    fault: InputError | None = None


@dataclass(eq=False)
class _Rows:
    """Rows of figures, as they are added."""

    rows: list[dict[str, object]] = field(default_factory=list)

    def add(self, figure: str, unit: str, value: float, **more: object) -> None:
        """Add a figure; without bounds its optimum is unknown."""
        unknown = float("nan")
        row = {"figure": figure, "layer": "", "metric": "", "year": 0, "unit": unit,
               "value": value, "low": unknown, "high": unknown, "least": unknown,
               "most": unknown, "as_of": "", "qualifier": "", "evidence": "modelled",
               "source_ids": ""}  # fmt: skip
        self.rows.append(row | more)

    def table(self) -> pd.DataFrame:
        """Return the rows as a table."""
        table = pd.DataFrame(self.rows, columns=list(FIGURE_COLUMNS))
        return table.astype(dict.fromkeys(("value", "low", "high", "least", "most"), float))


def figure_table(solved: Solved, area: Area, others: pd.DataFrame) -> pd.DataFrame:
    """Return the figures of a scenario.

    Parameters
    ----------
    solved
        The scenario with its plan.
    area
        What is counted in.
    others
        What :func:`figures_without_plan` returns for the scenario.

    Returns
    -------
    table
        :data:`FIGURE_COLUMNS`, one row per figure. ``low`` and ``high`` are the interval of the
        figure where it has one, ``least`` and ``most`` what the exact optimum can be: the solver's
        bound, or the figure itself where nothing is solved. NaN is unknown. Money is in whole
        units of currency, its ``as_of`` the year of the prices.
    """
    found = _Rows()
    if solved.rollout is not None:
        _plan(found, solved.rollout, area)
    return pd.concat([found.table(), others], ignore_index=True) if found.rows else others


def figures_without_plan(pack: Pack, scenario: Scenario, area: Area) -> pd.DataFrame:
    """Return the figures of a scenario that its plan does not change: what-if sites and gaps.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario whose settings apply.
    area
        What is counted in.

    Returns
    -------
    table
        :data:`FIGURE_COLUMNS`, one row per figure.
    """
    found = _Rows()
    _placed(found, pack, scenario, area)
    _gaps(found, pack, scenario, area)
    return found.table()


def _plan(found: _Rows, rollout: Rollout, area: Area) -> None:
    sites, villages = area.within(rollout.sites), area.within(rollout.villages)
    new = sites[sites["status"] != "built"]
    left = [area.within(table) for table in (rollout.left, rollout.unreachable)]
    basis = _basis(sites, villages, *left)
    households = float(villages["households"].sum())
    whole = _is_whole(rollout, area)
    found.add("villages", "natural_village", len(villages), **basis)
    found.add("households", "household", households, **basis,
              **_optimum(rollout, HOUSEHOLDS, households, whole=whole))  # fmt: skip
    found.add("villages_left", "natural_village", sum(map(len, left)), **basis)
    of_sites = _basis(sites)
    found.add("sites", "site", len(new), **of_sites)
    for column, kinds in _LINKS.items():
        for kind in kinds:
            found.add(f"{column}_{kind}", "site", int((new[column] == kind).sum()), **of_sites)
    _routes(found, rollout, sites)
    _money(found, rollout, sites, whole=whole)
    _years(found, sites, villages)


def _routes(found: _Rows, rollout: Rollout, sites: pd.DataFrame) -> None:
    routes = rollout.routes
    own = routes[(routes["kind"] == "fibre") & routes["candidate_id"].isin(
        set(sites["candidate_id"]))]  # fmt: skip
    found.add("fibre_km", "km", round(float(own["route_km"].sum()), 3), **_basis(pd.DataFrame(own)))


def _money(found: _Rows, rollout: Rollout, sites: pd.DataFrame, *, whole: bool) -> None:
    """Add what is paid; a part of a plan pays what its own sites cost."""
    settings = rollout.scenario.plan
    year, currency = str(settings.money.price_year), settings.money.currency
    low, build, high = (float(sites[f"cost_{end}"].sum()) for end in ("low", "base", "high"))
    is_goal = settings.money.goal == "build" and settings.money.hold_at == "base"
    at: dict[str, Any] = {**_basis(sites), "as_of": year}
    found.add("build", currency, build, **at, low=low, high=high,
              **_optimum(rollout, COST, build, whole=whole and is_goal))  # fmt: skip
    of_totals = {row["figure"]: row for row in rollout.totals.to_dict("records")}
    for figure in ("operation", "present_value"):
        if whole and figure in of_totals:
            row = of_totals[figure]
            evidence = weakest({str(row["evidence"]), str(at["evidence"])})
            found.add(figure, currency, float(row["base"]), low=float(row["low"]),
                      high=float(row["high"]), as_of=year, evidence=evidence,
                      source_ids=str(row["source_ids"]))  # fmt: skip
        else:
            found.add(figure, currency, **_of_sites(sites, figure), **at)
    homes = float(sites["households"].sum())
    found.add("build_per_household", currency, build / homes if homes else float("nan"), **at)


def _of_sites(sites: pd.DataFrame, figure: str) -> dict[str, float]:
    """Return the sum of a figure of the new sites with a year; a plan kept earlier lacks it."""
    if sites.empty:
        return {"value": 0.0}
    ends = {"value": "base", "low": "low", "high": "high"}
    return {
        name: float(sites[f"{figure}_{end}"].sum()) if f"{figure}_{end}" in sites else float("nan")
        for name, end in ends.items()
    }


def _years(found: _Rows, sites: pd.DataFrame, villages: pd.DataFrame) -> None:
    """Add first and last year of building, and the households served at the end of each."""
    dated = sites[sites["status"] != "built"]["year"].dropna()
    of_sites, of_villages = _basis(sites), _basis(villages)
    ends = (dated.min(), dated.max()) if len(dated) else (float("nan"),) * 2
    for figure, year in zip(("first_year", "last_year"), ends, strict=True):
        found.add(figure, "calendar_year", float(year), **of_sites)
    for year in sorted(set(dated)):
        served = villages["year"].le(year).fillna(False).astype(bool)
        found.add("households_by", "household", float(villages.loc[served, "households"].sum()),
                  year=int(year), **of_villages)  # fmt: skip


def _placed(found: _Rows, pack: Pack, scenario: Scenario, area: Area) -> None:
    """Add what the what-if sites of the scenario cover; they are no part of its plan."""
    sites = [site for site in scenario.sites if site.enabled]
    row = None
    if sites:
        terrain = terrain_of(pack, scenario)
        option = scenario.five_g_counts_as_4g
        regions = effect(pack, sites, level=area.level, terrain=terrain,
                         five_g_counts_as_4g=option, as_of=scenario.day).regions  # fmt: skip
        row = regions[regions["adcode"] == area.adcode].iloc[0]
    words = {"assumed"} if row is None else {"assumed", str(row["evidence"])}
    at = {"source_ids": "pack:natural_villages", "evidence": weakest(words)}
    found.add("whatif_sites", "site", len(sites), **_exact(len(sites)), **at)
    for name, unit in (("villages", "natural_village"), ("households", "household")):
        value = 0.0 if row is None else float(row[f"{name}_after"] - row[f"{name}_before"])
        found.add(f"whatif_{name}", unit, value, **_exact(value), **at)


def _gaps(found: _Rows, pack: Pack, scenario: Scenario, area: Area) -> None:
    table = gap_table(pack, level=area.level, scenario=scenario)
    own = table[table["adcode"] == area.adcode]
    for row in own.to_dict("records"):
        value = float(row["gap"])
        found.add("gap", str(row["unit"]), value, layer=row["layer"], metric=row["metric"],
                  low=row["gap_low"], high=row["gap_high"], as_of=str(row["as_of"] or ""),
                  qualifier=row["gap_qualifier"], evidence=row["evidence"],
                  source_ids=row["source_ids"], **_exact(value))  # fmt: skip


def _exact(value: float) -> dict[str, object]:
    return {"least": value, "most": value}


def _optimum(rollout: Rollout, measure: str, value: float, *, whole: bool) -> dict[str, object]:
    """Return the interval of the exact optimum of what the plan aims at; nothing otherwise."""
    choice = rollout.choice
    if not whole or choice.measure != measure:
        return {}
    slack = abs(choice.bound - choice.value)
    if measure == COST:
        return {"least": value - slack, "most": value}
    return {"least": value, "most": value + slack}


def _is_whole(rollout: Rollout, area: Area) -> bool:
    """Return whether all of a plan lies in the area."""
    tables = (rollout.sites, rollout.villages, rollout.left, rollout.unreachable)
    return all(len(area.within(table)) == len(table) for table in tables)


def _basis(*tables: pd.DataFrame) -> dict[str, object]:
    """Return evidence and sources of the rows that a figure counts; what is planned is modelled."""
    words = {str(word) for table in tables for word in table["evidence"].unique()}
    ids = {part for text in _texts(tables) for part in text.split(";") if part}
    return {"evidence": weakest({*words, "modelled"}), "source_ids": ";".join(sorted(ids))}


def _texts(tables: Iterable[pd.DataFrame]) -> Iterator[str]:
    for table in tables:
        yield from (str(text) for text in np.unique(table["source_ids"].astype(str)))


def union(*tables: pd.DataFrame) -> pd.MultiIndex:
    """Return the figures that any of several scenarios has.

    Parameters
    ----------
    *tables
        Tables of :func:`figure_table`, indexed by :data:`KEYS`.

    Returns
    -------
    index
        Those of the first in their order; what only another has stands after its like.
    """
    index = tables[0].index
    for other in tables[1:]:
        index = index.append(other.index.difference(index, sort=False))
    names = list(dict.fromkeys(index.get_level_values("figure")))
    order = sorted(range(len(index)), key=lambda i: (names.index(index[i][0]), index[i][3]))
    return pd.MultiIndex.from_tuples([index[i] for i in order], names=list(KEYS))


def aligned(table: pd.DataFrame, index: pd.MultiIndex) -> pd.DataFrame:
    """Return the figures of one scenario for all figures of several.

    Of a year in which a plan builds nothing, the households are those of the year before.

    Parameters
    ----------
    table
        Table of :func:`figure_table`, indexed by :data:`KEYS`.
    index
        What :func:`union` returns.

    Returns
    -------
    table
        One row per entry of the index; NaN where a scenario does not have the figure.
    """
    found = table.reindex(index)
    if MAIN not in table.index:
        return found
    years = found.index.get_level_values("figure") == "households_by"
    first = found.loc[[MAIN]].iloc[0]
    found.loc[years, "value"] = found.loc[years, "value"].ffill().fillna(0.0)
    for name in ("unit", "evidence", "source_ids"):
        found.loc[years, name] = found.loc[years, name].fillna(first[name])
    found.loc[years, "as_of"] = found.loc[years, "as_of"].fillna("")
    return found


def weakest_known(classes: pd.Series) -> str:
    """Return the weakest evidence class of figures; an unknown figure has none.

    Parameters
    ----------
    classes
        Evidence classes; empty where a figure is unknown.

    Returns
    -------
    weakest
        Empty where all are.
    """
    known = [word for word in classes if word]
    return weakest(known) if known else ""
