"""What the placed sites change: villages and households before → after."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from data.scenario.scenario import Scenario
from layers.villages import MIN_HOUSEHOLDS
from planning.elevation import terrain_of
from planning.whatif import Effect, effect
from ui.coverage import terrain_bar
from ui.shell import cache, region, state
from ui.shell.i18n import number, short_names, t
from ui.shell.provenance import plain
from ui.widgets import tables


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
    circle = f":orange-badge[{t('whatif.circle')}] {t('whatif.circle_why')}"
    if terrain_bar.is_missing():
        st.caption(circle)
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
    """Draw before → after per prefecture; those that change first."""
    table = result.regions
    gained = table["households_after"] - table["households_before"]
    order = gained.sort_values(ascending=False, kind="stable").index
    shown = pd.DataFrame(
        {
            "region": short_names(table),
            "villages": [
                _arrow(a, b)
                for a, b in zip(table["villages_before"], table["villages_after"], strict=True)
            ],
            "villages_total": table["villages"],
            "households": [
                _arrow(a, b)
                for a, b in zip(table["households_before"], table["households_after"], strict=True)
            ],
            "households_total": table["households"],
            "unknown": table["villages_unknown"],
            "evidence": [t(f"evidence.{word}") for word in table["evidence"]],
        }
    ).loc[order]
    number_column = st.column_config.NumberColumn
    with st.expander(t("whatif.per_region", count=int((gained > 0).sum())), expanded=True):
        st.dataframe(
            shown,
            hide_index=True,
            height=tables.fitted(len(shown), 215),
            row_height=28,
            column_config={
                "region": t("table.region"),
                "villages": t("whatif.villages", least=MIN_HOUSEHOLDS),
                "villages_total": number_column(t("whatif.villages_total"), format="localized"),
                "households": t("whatif.households", least=MIN_HOUSEHOLDS),
                "households_total": number_column(t("whatif.households_total"), format="localized"),
                "unknown": number_column(t("whatif.unknown"), format="localized"),
                "evidence": t("table.evidence"),
            },
        )


def _arrow(before: int, after: int) -> str:
    gained = f" (+{after - before:,})" if after > before else ""
    return f"{before:,} → {after:,}{gained}"
