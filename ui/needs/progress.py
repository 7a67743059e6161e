"""Progress on the page of needs: who is behind, which pace is needed, counts of one's own."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import streamlit as st

from data.clock import today
from data.observing import OWN_STATISTICS, observe
from data.scenario.scenario import Scenario
from data.tables.imports import IMPORT_EVIDENCE
from data.tables.reader import Pack
from data.workspace.catalogue import Catalogue
from data.workspace.folder import Workspace
from geo.errors import PlannerError
from layers.base import Layer
from layers.registry import unit_name
from planning.progress import STATUSES, own_count, progress_table
from ui.shell import cache, frame, localised_select, region, state
from ui.shell.i18n import UNKNOWN, language, name_language, short_names, t
from ui.widgets import tables

_HEIGHT, _ROW = 330, 28
_FIGURES = ("behind", "built", "path", "pace_so_far", "pace_needed")
_COLUMNS = ("region", "status", *_FIGURES, "evidence", "as_of")
_REGION, _DATE, _VALUE, _WHO, _SOURCE, _EVIDENCE = (
    f"progress_{part}" for part in ("region", "date", "value", "who", "source", "evidence")
)


def show(chosen: Layer, scenario: Scenario, level: str) -> None:
    """Draw the progress of a layer, closed at first.

    Parameters
    ----------
    chosen
        Layer that has a gap.
    scenario
        The scenario with the date of the page.
    level
        Level of the rows.
    """
    metric = state.metric_of(chosen)
    with st.expander(t("progress.title")):
        table = region.inside(
            progress_table(
                cache.pack(), chosen.key, metric=metric.key, level=level, scenario=scenario
            )
        )
        _table(table)
        if metric.ledger.built:
            _form(chosen)


def _table(table: pd.DataFrame) -> None:
    if table.empty or table["path"].isna().all():
        st.info(t("progress.no_path"))
        return
    first = table.iloc[0]
    counts = {word: int((table["status"] == word).sum()) for word in STATUSES}
    st.markdown(t("progress.behind_count", **counts))
    shown = pd.DataFrame(
        {
            "region": short_names(table),
            "status": [t(f"progress_status.{word}") for word in table["status"]],
            "evidence": [t(f"evidence.{word}") for word in table["evidence"]],
            "as_of": table["as_of"],
        }
    )
    whole, paces = list(_FIGURES[:3]), list(_FIGURES[3:])
    shown[whole], shown[paces] = table[whole].round(0), table[paces].round(1)
    unit = unit_name(str(first["unit"]), language())
    config: dict[str, Any] = {str(name): t(f"progress.{name}") for name in shown}
    for name in _FIGURES:
        config[name] = st.column_config.NumberColumn(config[name], format="localized", help=unit)
    st.dataframe(
        tables.worded(shown, table), column_order=_COLUMNS, column_config=config,
        hide_index=True, row_height=_ROW, height=tables.fitted(len(shown), _HEIGHT),
        placeholder=UNKNOWN,
    )  # fmt: skip
    st.caption(t("progress.about", begin=first["baseline_as_of"], due=first["target_as_of"]))


def _form(chosen: Layer) -> None:
    """Draw the form that adds a count to the ledger of the workspace."""
    pack = cache.pack()
    regions = pd.concat(pack.regions(level) for level in ("prefecture", "county", "province"))
    name = f"name_{name_language()}"
    # A city without counties is both: its name stands once.
    names = dict(zip(regions["adcode"].astype(str), regions[name].astype(str), strict=True))
    with st.form("progress_form", clear_on_submit=True):
        st.markdown(f"**{t('progress.form')}**")
        cells = st.columns([1.6, 1, 1, 1])
        localised_select.selectbox(
            cells[0], t("progress.region"), list(names), key=_REGION, format_func=names.__getitem__
        )
        cells[1].date_input(t("progress.date"), today(), max_value=today(), key=_DATE,
                            format="YYYY-MM-DD")  # fmt: skip
        cells[2].number_input(
            t("progress.value"), min_value=0.0, value=None, step=1.0, format="%.0f", key=_VALUE,
            help=t("progress.value_help"),
        )  # fmt: skip
        evidences = {word: t(f"evidence.{word}") for word in IMPORT_EVIDENCE}
        localised_select.selectbox(
            cells[3], t("progress.evidence"), list(evidences),
            index=IMPORT_EVIDENCE.index("declared"),
            key=_EVIDENCE, format_func=evidences.__getitem__,
        )  # fmt: skip
        left, right = st.columns(2)
        left.text_input(t("progress.who"), key=_WHO)
        right.text_input(t("progress.source"), key=_SOURCE)
        sent = st.form_submit_button(t("progress.add"))
    if sent:
        _add(pack, chosen)


def _add(pack: Pack, chosen: Layer) -> None:
    given = st.session_state
    try:
        day = given[_DATE]
        count = own_count(
            pack, chosen.key, str(given[_REGION]),
            day.isoformat() if isinstance(day, dt.date) else str(day),
            float("nan") if given[_VALUE] is None else float(given[_VALUE]),
            metric=state.metric_of(chosen).key, evidence=str(given[_EVIDENCE]),
            source=str(given[_SOURCE]).strip() or OWN_STATISTICS,
        )  # fmt: skip
        with Catalogue(Workspace.open().folder) as store:
            observe(store, Pack.load(pack.name), [count], who=str(given[_WHO]))
    except PlannerError as error:
        frame.explain(error)
        return
    st.toast(t("progress.added"))
    st.rerun()
