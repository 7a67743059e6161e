"""What the page of needs shows of each layer: figures, map, chart by year, table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from data.ledger.metrics import currency_word
from layers.registry import unit_name
from planning.needs import FibreTree
from ui.gaps import dashboard
from ui.needs import charts as needs_charts, map as needs_map
from ui.plan.settings import TEN_THOUSAND
from ui.shell import region, state
from ui.shell.callbacks import whole
from ui.shell.i18n import (
    UNKNOWN,
    figure,
    interval,
    language,
    named,
    number,
    qualified,
    short_names,
    t,
)
from ui.shell.provenance import plain, sources_named
from ui.widgets import tables

MAP_HEIGHT = 470
_ROW = 28
_HEIGHT = 330
#: What the map shows: the whole need, or one year of it.
YEAR = "needs_year"


def years_of(table: pd.DataFrame) -> list[int]:
    """Return the years that a table of needs has."""
    return [int(name.removeprefix("year_")) for name in table.columns if name.startswith("year_")]


def stations(parts: pd.DataFrame, whole: pd.DataFrame, title: str, level: str) -> None:
    """Draw the base stations to build by region and year.

    Parameters
    ----------
    parts, whole
        :func:`planning.needs.units_by_year` of the level shown, and of the province.
    title
        Title of the layer.
    """
    years = years_of(parts)
    _, adcode = state.region()
    here = parts[parts["adcode"] == adcode] if state.region()[0] == level else parts[:0]
    row = (here if len(here) else whole).iloc[0]
    unit = unit_name(str(row["unit"]), language())
    _station_metrics(row, years)
    left, right = st.columns([0.58, 0.42], gap="small")
    with left:
        _station_map(parts, title, level)
    with right:
        adds = {year: float(row[f"year_{year}"]) for year in years}
        st.markdown(f"**{t('needs.chart', place=plain(named(row)))}**")
        if np.isnan(list(adds.values())).any():
            st.info(t("needs.unknown", interval=interval(row["gap_low"], row["gap_high"])))
        else:
            st.vega_lite_chart(
                needs_charts.by_year(float(row["built"]), adds, float(row["target"]), unit)
            )
        _notes(parts, row, years)
    _station_table(parts, years, level, unit)
    sums = [f"{year} {number(row[f'year_{year}'])}" for year in years]
    said = [f"{t('needs.gap')} {figure(row, 'gap')}", *sums]
    st.caption(f"**{dashboard.total_title()}** {' · '.join(said)}")


def fibre(tree: FibreTree) -> None:
    """Draw the fibre tree to the villages that lack fibre, per prefecture."""
    _fibre_metrics(tree)
    left, right = st.columns([0.58, 0.42], gap="small")
    with left:
        _fibre_map(tree)
    with right:
        st.markdown(f"**{t('needs.fibre_chart')}**")
        st.vega_lite_chart(needs_charts.fibre(tree.table))
    _fibre_table(tree.table)


def racks(table: pd.DataFrame, row: pd.Series) -> None:
    """Draw the racks in use, free and missing, their power, and the prefectures plans name."""
    need, named_ones = table.iloc[0], table.iloc[1:]
    _rack_metrics(need, row)
    left, right = st.columns([0.58, 0.42], gap="small")
    kinds = [str(zones).split("; ") for zones in named_ones["zones"]]
    comma = t("list.comma")
    words = [comma.join(t(f"zone.{_slug(kind)}") for kind in some) for some in kinds]
    with left:
        codes = named_ones["adcode"].astype(str)
        cards = {code: ((t("needs.zones"), text),) for code, text in zip(codes, words, strict=True)}
        needs_map.show(
            needs_map.Shown(
                "prefecture", dict(zip(codes, map(float, map(len, kinds)), strict=True)),
                cards,
                t("needs.zones_map"), "", (t("needs.zones_note"),), classed=False,
            ),
            height=MAP_HEIGHT,
        )  # fmt: skip
    with right:
        if pd.isna(need["target"]):
            st.info(t("needs.no_target"))
        else:
            st.markdown(f"**{t('needs.chart', place=plain(named(need)))}**")
            adds = {year: float(need[f"year_{year}"]) for year in years_of(table)}
            unit = unit_name(str(row["unit"]), language())
            st.vega_lite_chart(
                needs_charts.by_year(float(need["built"]), adds, float(need["target"]), unit)
            )
        st.caption(t("needs.racks_note", evidence=t(f"evidence.{need['evidence']}")))
    shown = pd.DataFrame({t("table.region"): short_names(named_ones), t("needs.zones"): words,
                          t("table.sources"): sources_named(named_ones["source_ids"])})  # fmt: skip
    height = tables.fitted(len(shown), 2000)
    st.dataframe(shown, hide_index=True, row_height=_ROW, height=height)


def _rack_metrics(need: pd.Series, row: pd.Series) -> None:
    """Draw the province's racks: built, in use, free, target, missing, and their power."""
    cells = st.columns([1, 1, 1, 1, 1, 1.2])
    _figure(cells[0], t("figure.built"), figure(need, "built"), _dated(need["as_of"]))
    share = qualified(str(need["use_qualifier"]), need["use"] * 100)
    _figure(
        cells[1], t("needs.spare"), figure(need, "spare"),
        t("needs.in_use", racks=figure(need, "in_use"), share=share),
    )  # fmt: skip
    _figure(cells[2], t("figure.target"), number(need["target"]), _status(row))
    _figure(cells[3], t("needs.standard_racks"), number(need["standard_racks"]), "2.5 kW")
    _figure(cells[4], t("needs.physical_racks"), number(need["physical_racks"]))
    _figure(
        cells[5],
        t("needs.it_mw"),
        number(need["it_mw"], digits=1, unit="MW"),
        t("needs.facility_mw", mw=number(need["facility_mw"], digits=1), pue=f"{need['pue']:g}"),
    )


def _fibre_metrics(tree: FibreTree) -> None:
    table = tree.table
    first = table.iloc[0]
    low, base, high = (table[f"cost_{end}"].sum() / TEN_THOUSAND for end in ("low", "base", "high"))
    cells = st.columns([1, 1.4, 1.6, 2])
    _figure(
        cells[0], t("needs.without_fibre"), number(int(table["villages"].sum())),
        _dated(first["as_of"]),
    )  # fmt: skip
    _figure(
        cells[1], t("needs.route_km"), number(table["route_km"].sum(), digits=1),
        t("needs.bound_km", km=number(tree.bound_km, digits=1)),
    )  # fmt: skip
    _figure(
        cells[2],
        t("needs.cost", currency=currency_word(first["currency"]), year=first["price_year"]),
        number(base), interval(low, high),
    )  # fmt: skip
    cells[3].caption(t("needs.fibre_rule"))


def _fibre_map(tree: FibreTree) -> None:
    table = tree.table
    cards = {
        str(row["adcode"]): (
            (t("needs.villages"), number(row["villages"])),
            (t("needs.route_km"), number(row["route_km"], digits=1)),
            (t("needs.cost_axis"), number(row["cost_base"] / TEN_THOUSAND)),
            (t("table.evidence"), t(f"evidence.{row['evidence']}")),
        )
        for row in table.to_dict("records")
    }
    routes = dict(zip(table["adcode"].astype(str), table["route_km"].astype(float), strict=True))
    needs_map.show(
        needs_map.Shown("prefecture", routes, cards, t("needs.route_km"), "",
                        (t("needs.fibre_note"),), invented=_is_invented(table)),
        height=MAP_HEIGHT, tree=tree,
    )  # fmt: skip


def _fibre_table(table: pd.DataFrame) -> None:
    region = t("table.region")
    shown = pd.DataFrame(
        {
            region: short_names(table),
            t("needs.villages"): table["villages"],
            t("needs.route_km"): table["route_km"],
            **{
                f"{t(f'column.{end}')} ({t('plan.ten_thousand')})": (
                    table[f"cost_{end}"] / TEN_THOUSAND
                ).round(1)
                for end in ("low", "base", "high")
            },
            t("column.price_year"): table["price_year"].astype(str),
            t("table.evidence"): [t(f"evidence.{word}") for word in table["evidence"]],
            t("table.sources"): sources_named(table["source_ids"]),
        }
    )
    wide = {region: st.column_config.TextColumn(width=170, pinned=True)}
    st.dataframe(
        shown,
        hide_index=True,
        row_height=_ROW,
        height=tables.fitted(len(shown), 2000),
        column_config=wide,
    )


def _station_metrics(row: pd.Series, years: list[int]) -> None:
    cells = st.columns([1, 1, 1.2, 1.2, 2])
    _figure(cells[0], t("figure.built"), figure(row, "built"), _dated(row["as_of"]))
    due = str(row["target_as_of"])
    _figure(
        cells[1],
        t("figure.target"),
        figure(row, "target"),
        t("figure.due", date=due) if due else t("needs.no_date"),
    )
    _figure(
        cells[2],
        t("needs.gap"),
        figure(row, "gap"),
        f"{t('figure.interval')} {interval(row['gap_low'], row['gap_high'])}",
    )
    adds = row[[f"year_{year}" for year in years]].astype(float)
    _figure(cells[3],
        t("needs.to_build", first=years[0], last=years[-1]),
        qualified(str(row["gap_qualifier"]), adds.sum(skipna=False)),
        t("needs.a_year", low=number(adds.min()), high=number(adds.max()))
        if adds.notna().all() else None)  # fmt: skip
    cells[4].caption(
        " · ".join((
            named(row), t("figure.unit", unit=unit_name(str(row["unit"]), language())),
            t("figure.evidence", word=t(f"evidence.{row['evidence']}")),
        ))
    )  # fmt: skip


def _station_map(parts: pd.DataFrame, title: str, level: str) -> None:
    years = years_of(parts)
    chosen = st.session_state.get(YEAR) or 0
    columns = [f"year_{chosen}"] if chosen in years else [f"year_{year}" for year in years]
    need = parts[columns].sum(axis=1, skipna=False)
    codes = parts["adcode"].astype(str)
    when = str(chosen) if chosen in years else f"{years[0]}–{years[-1]}"
    cards = {
        str(row["adcode"]): (
            (t("figure.target"), figure(row, "target")),
            (t("figure.built"), f"{figure(row, 'built')} {row['as_of']}".strip()),
            (t("needs.gap"), figure(row, "gap")),
            (t("figure.interval"), interval(row["gap_low"], row["gap_high"])),
            *((str(year), f"+{number(row[f'year_{year}'])}") for year in years),
            (t("map.unit"), unit_name(str(row["unit"]), language())),
            (t("table.evidence"), t(f"evidence.{row['evidence']}")),
        )
        for row in parts.to_dict("records")
    }
    unit = unit_name(str(parts["unit"].iloc[0]), language())
    needs_map.show(
        needs_map.Shown(
            level, dict(zip(codes, need.astype(float), strict=True)), cards,
            f"{title} · {t('needs.map', years=when)}", unit, invented=_is_invented(parts),
        ),
        height=MAP_HEIGHT,
    )  # fmt: skip


def _station_table(parts: pd.DataFrame, years: list[int], level: str, unit: str) -> None:
    """Draw the regions, those that need most first; a ticked row becomes the chosen region."""
    ranked = parts.sort_values("gap", ascending=False, kind="stable", na_position="last")
    shown = pd.DataFrame(
        {
            **tables.missing(ranked),
            **{str(year): ranked[f"year_{year}"] for year in years},
            "built": ranked["built"],
            "target": ranked["target"],
            "evidence": [t(f"evidence.{word}") for word in ranked["evidence"]],
            "as_of": ranked["as_of"],
            "sources": sources_named(ranked["source_ids"]),
        }
    )
    count, text = st.column_config.NumberColumn, st.column_config.TextColumn
    config: dict[str, Any] = {
        "region": text(t("table.region"), pinned=True, width=128),
        "gap": count(t("needs.gap"), format="localized", help=unit, width=62),
        "interval": text(t("figure.interval"), help=unit, width=100),
        **{str(year): count(str(year), format="localized", width=56) for year in years},
        "built": count(t("table.built"), format="localized", help=unit, width=62),
        "target": count(t("figure.target"), format="localized", help=unit, width=62),
        "evidence": text(t("table.evidence"), width=70),
        "as_of": text(t("lists.built_date"), width=84),
        "sources": text(t("table.sources"), width=140),
    }  # fmt: skip
    table = tables.followed(f"needs-table-{level}", ranked["adcode"], state.region()[1])
    key, height = table["key"], tables.fitted(len(shown), _HEIGHT)
    st.dataframe(
        tables.worded(shown, ranked), **table, hide_index=True, row_height=_ROW, height=height,
        placeholder=UNKNOWN, column_config=config,
        on_select=lambda: _take(ranked["adcode"], key, level),
    )  # fmt: skip
    st.caption(t("lists.unit", unit=unit, count=len(shown)))


def _notes(parts: pd.DataFrame, row: pd.Series, years: list[int]) -> None:
    """Say what the figures do not show: unknown regions, a target that is due earlier, surplus."""
    lines = []
    unknown = int(parts["gap"].isna().sum())
    if unknown:
        lines.append(t("needs.unknown_regions", count=unknown))
    due = str(row["target_as_of"])[:4]
    if pd.notna(row["gap"]) and due.isdigit() and int(due) < years[-1]:
        lines.append(t("needs.late", due=due, last=years[-1]))
    total = float(row[[f"year_{year}" for year in years]].astype(float).sum(skipna=False))
    if total > float(row["gap"]):
        lines.append(t("needs.surplus", more=number(total - float(row["gap"]))))
    if note := str(row.get(f"note_{language()}", row["note_en"]) or ""):
        lines.append(plain(note))
    if lines:
        st.caption("  \n".join(lines))


@whole
def _take(codes: pd.Series, key: str, level: str) -> None:
    rows = st.session_state[key].selection.rows
    region.choose(level, str(codes.iloc[rows[0]]) if rows else "")


def _figure(cell: DeltaGenerator, label: str, value: str, below: str | None = None) -> None:
    """Draw a figure with what it is counted by or out of below it."""
    cell.metric(label, value, below, delta_color="off", delta_arrow="off")


def _dated(date: object) -> str:
    return t("figure.dated", date=date) if date else t("figure.undated")


def _status(row: pd.Series) -> str:
    return t(f"status.{str(row['target_status']).replace(' ', '_')}")


def _slug(kind: str) -> str:
    return kind.replace(" ", "_")


def _is_invented(table: pd.DataFrame) -> bool:
    return "illustrative" in set(table["evidence"])
