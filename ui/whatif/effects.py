"""What the placed sites change: villages and households before → after."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from data.scenario.scenario import Scenario
from layers.villages import MIN_HOUSEHOLDS
from planning.elevation import terrain_of
from planning.whatif import Effect, effect
from ui.coverage import terrain_bar
from ui.gaps import dashboard
from ui.shell import cache, region, state
from ui.shell.i18n import number, short_names, t
from ui.shell.provenance import plain
from ui.widgets import figure_table
from ui.widgets.figure_table import Cell, Section, TableColumn


def of(plan: Scenario) -> Effect:
    """Return the effect of a scenario's enabled sites inside the region in force.

    Over terrain if any is; per prefecture, or per county of the region.
    """
    pack = cache.pack()
    found = effect(
        pack, plan.sites, level=region.level_below(), terrain=terrain_of(pack, plan),
        five_g_counts_as_4g=plan.five_g_counts_as_4g, as_of=state.day(),
    )  # fmt: skip
    return replace(found, regions=region.inside(found.regions))


def summary(result: Effect) -> None:
    """Draw villages and households, before → after, of the region in force."""
    st.markdown(f"**{plain(region.name())}**")
    regions = result.regions
    cells = st.columns(2)
    titles = {"villages": t("whatif.villages", least=MIN_HOUSEHOLDS),
              "households": t("whatif.households", least=MIN_HOUSEHOLDS)}  # fmt: skip
    for cell, (what, title) in zip(cells, titles.items(), strict=True):
        before, after = int(regions[f"{what}_before"].sum()), int(regions[f"{what}_after"].sum())
        total = int(regions[what].sum())
        cell.metric(
            title,
            f"{number(before)} → {number(after)}",
            t("whatif.of", gained=f"{after - before:+,}", share=f"{after / total:.1%}",
              total=number(total)) if total else None,
            delta_color="normal" if after > before else "off",
            delta_arrow="off",
        )  # fmt: skip


def basis(result: Effect) -> None:
    """Say what the answer rests on: terrain, circles and why, or both."""
    if terrain_bar.is_missing():
        # The bar above the map says so.
        return
    if result.basis == "circle" and any(site.enabled for site in state.plan().sites):
        st.caption(t("whatif.rule_circle"))
        return
    lines = [f"{terrain_bar.badge()} {t('whatif.over_terrain')}"]
    if result.basis == "mixed":
        lines.append(t("whatif.rule_circle"))
    if result.unknown:
        lines.append(t("whatif.outside", count=number(result.unknown)))
    st.caption("  \n".join(lines))


def per_region(result: Effect) -> None:
    """Draw before → after per region, those that change most first, with the total at the foot."""
    table = result.regions
    gained = (table["households_after"] - table["households_before"]).astype(int)
    columns = (
        TableColumn("region", t("table.region")),
        TableColumn("villages", t("whatif.villages", least=MIN_HOUSEHOLDS), "number"),
        TableColumn("villages_total", t("whatif.villages_total"), "number", optional=True),
        TableColumn("households", t("whatif.households", least=MIN_HOUSEHOLDS), "number"),
        TableColumn("gained", t("whatif.gained"), "number"),
        TableColumn("households_total", t("whatif.households_total"), "number", optional=True),
        TableColumn("unknown", t("whatif.unknown"), "number", optional=True),
        TableColumn("evidence", t("table.evidence"), optional=True),
    )
    rows = [
        ("", _cells(name, row) | {"evidence": {"text": t(f"evidence.{row['evidence']}")}})
        for name, row in zip(short_names(table), table.to_dict("records"), strict=True)
    ]
    foot = _cells(dashboard.total_title(), table.sum(numeric_only=True).to_dict())
    title = t(f"whatif.per_{region.level_below()}", count=int((gained > 0).sum()))
    with st.expander(title, expanded=True):
        figure_table.show(
            [Section("effect", columns, rows, foot, sort="gained")], key="effect-table", legend=()
        )


def _cells(name: str, row: Mapping[Hashable, Any]) -> dict[str, Cell]:
    """Return the cells of a region, or of all."""
    cells: dict[str, Cell] = {"region": {"text": name, "value": name}}
    for what in ("villages", "households"):
        before, after = int(row[f"{what}_before"]), int(row[f"{what}_after"])
        cells[what] = figure_table.number_cell(
            f"{number(before)} → {number(after)}", after, strong=after > before
        )
        cells[f"{what}_total"] = figure_table.number_cell(number(int(row[what])), int(row[what]))
    more = int(row["households_after"]) - int(row["households_before"])
    unknown = int(row["villages_unknown"])
    return cells | {
        "gained": figure_table.number_cell(f"{more:+,}", more, strong=True),
        "unknown": figure_table.number_cell(number(unknown), unknown),
    }
