"""Overview: the map, baseline → plan → target, the ranking by gap, the path over the years."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from layers.base import Layer, Metric
from layers.registry import layer, unit_name
from ui.gaps import assumptions, listing, target_path
from ui.map import maps
from ui.shell import cache, first_paint, state
from ui.shell.frame import guarded, head
from ui.shell.i18n import figure, interval, language, named, number, t
from ui.shell.provenance import plain, see_sources
from ui.widgets import charts

_MAP_HEIGHT = 520
#: Kept free from the start, so that the map stays where it was first drawn [px].
_NUMBERS_HEIGHT = 165


@guarded
def show() -> None:
    """Draw the page."""
    chosen = layer(st.session_state[state.LAYER])
    if chosen.is_overlay:
        listing.page(chosen, height=_MAP_HEIGHT)
        return
    _gaps(chosen)


def _gaps(chosen: Layer) -> None:
    """Draw the gaps of a layer in its metric in force."""
    metric = state.metric_of(chosen)
    whole = cache.gaps(chosen.key, "province")
    parts = cache.gaps(chosen.key, st.session_state[state.LEVEL])
    row = whole.iloc[0]
    unit = unit_name(str(row["unit"]), language())
    title = t("overview.title", layer=chosen.heading(metric, language()), place=named(row))
    head(title, invented=cache.illustrative("natural_villages", "fibre_nodes"))
    numbers = st.container(height=_NUMBERS_HEIGHT, border=False)
    left, right = st.columns([0.62, 0.38], gap="small")
    with left:
        on_drawn = first_paint.done if first_paint.begins() else None
        maps.gap_map(parts, key="overview", height=_MAP_HEIGHT, on_drawn=on_drawn)
    if first_paint.begins():
        return
    with numbers:
        _numbers(row, unit, metric)
    with right:
        if pd.isna(row["target"]):
            st.info(t("overview.no_target"))
        _ranking(unit)
    target_path.show(row, unit)
    see_sources([*whole["source_ids"], *parts["source_ids"]])
    listing.below(chosen)
    assumptions.show(chosen, row)


def _numbers(row: pd.Series, unit: str, metric: Metric) -> None:
    """Draw the province's figures with their interval, date, evidence and note."""
    # Where no plan states a target, the gap is the figure that is stated: it comes first.
    assumed = row["target_status"] == "assumption all covered"
    widths = [1.9, 1, 0.7, 1, 2.4] if assumed else [1, 0.8, 1, 1.1, 2.8]
    cells = st.columns(widths, vertical_alignment="top")
    if assumed:
        cells = [*cells[1:4], cells[0], cells[4]]
    dated = t("figure.dated", date=row["as_of"]) if row["as_of"] else t("figure.undated")
    cells[0].metric(
        t("figure.built"),
        _built(row, metric.digits),
        dated, delta_color="off", delta_arrow="off",
    )  # fmt: skip
    cells[1].metric(
        t("figure.planned"), number(row["planned"], digits=metric.digits), t("figure.in_plan"),
        delta_color="off", delta_arrow="off",
    )  # fmt: skip
    status = t(f"status.{str(row['target_status']).replace(' ', '_')}")
    due = str(row["target_as_of"])
    cells[2].metric(
        t("figure.target"), figure(row, "target", digits=metric.digits),
        t("figure.due", date=due) if due else status,
        delta_color="off", delta_arrow="off",
    )  # fmt: skip
    cells[3].metric(
        t("figure.uncovered" if assumed else "figure.gap"),
        figure(row, "gap", digits=metric.digits),
        f"{f'{dated} · ' if assumed else ''}{t('figure.interval')} "
        f"{interval(row['gap_low'], row['gap_high'], digits=metric.digits)}",
        delta_color="off", delta_arrow="off",
    )  # fmt: skip
    with cells[4]:
        st.vega_lite_chart(charts.bullet(row.to_dict(), unit))
    words = [
        t("figure.unit", unit=unit),
        _counted_of(metric),
        t("figure.status", status=status),
        t("figure.evidence", word=t(f"evidence.{row['evidence']}")),
        t("figure.rule", rule=t(f"rule.{str(row['rule']).replace(' ', '_')}")),
        plain(row[f"note_{language()}"]),
    ]
    st.caption(" · ".join(word for word in words if word))


def _counted_of(metric: Metric) -> str:
    """Return what a metric of the province is counted out of; empty where the unit says it."""
    if not metric.denominator:
        return ""
    chosen = layer(st.session_state[state.LAYER])
    return t("figure.denominator", of=chosen.message(metric.denominator).text(language()))


def _built(row: pd.Series, digits: int) -> str:
    """Return what is built, or its bounds where only they are known."""
    if pd.notna(row["built"]):
        return figure(row, "built", digits=digits)
    return interval(row["built_low"], row["built_high"], digits=digits)


def _ranking(unit: str) -> None:
    """Draw the prefectures by gap; 129 counties would make an endless chart."""
    table = cache.gaps(st.session_state[state.LAYER], "prefecture")
    known = table["gap"].notna() | table["gap_high"].notna()
    st.markdown(f"**{t('overview.ranking')}** :small[{t('overview.whiskers')}]")
    if not known.any():
        st.info(t("overview.no_gap"))
        return
    st.vega_lite_chart(charts.ranking(table[known], unit, selected=state.region()[1]))
