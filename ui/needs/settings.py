"""What the page of needs asks: years, shape of the path, power of racks; and its answers, kept."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from geo.gaps.buildout import PATHS, STANDARD_RACK_KW, racks_of_demand
from layers.base import Layer
from layers.offers import RackNeed
from layers.registry import layer
from planning.needs import DEFAULT_PUE, NeedOptions, build_years, rack_need, units_by_year
from ui.needs import view as needs_view
from ui.plan import settings as plan_settings
from ui.shell import cache, localised_select, state
from ui.shell.callbacks import once, whole
from ui.shell.i18n import t
from ui.whatif import sites

PATH, PUE, RACK, DEMAND = "needs_path", "needs_pue", "needs_rack", "needs_demand"
USE, DESIGN = "needs_use", "needs_design_use"


def years(scenario: Scenario, *, with_map: bool) -> None:
    """Draw first year, number of years, shape of the path, and what the map shows."""
    now = plan_settings.settings().years
    plan_settings.fault()
    cells = st.columns([1, 1, 1.4, 1.4, 2], vertical_alignment="bottom")
    with cells[0]:
        plan_settings.figure("years.first", t("plan.first_year"), now.first, (2000, 2100, 1),
                           whole=True, note=t("needs.years_help"))  # fmt: skip
    with cells[1]:
        plan_settings.figure("years.count", t("plan.years"), now.count, (1, 30, 1), whole=True)
    localised_select.selectbox(
        cells[2], t("needs.path"), PATHS, key=PATH, help=t("needs.path_help"),
        format_func={name: t(f"needs.path_{name}") for name in PATHS}.__getitem__,
    )  # fmt: skip
    if with_map:
        names = {0: t("needs.all_years")}
        names |= {year: str(year) for year in build_years(scenario)}
        if st.session_state.get(needs_view.YEAR) not in names:
            st.session_state[needs_view.YEAR] = 0
        localised_select.selectbox(
            cells[3],
            t("needs.map_shows"),
            list(names),
            key=needs_view.YEAR,
            format_func=names.__getitem__,
        )
    history = state.history()
    with cells[4], st.container(horizontal=True, gap="small"):
        st.button("↶", key="needs_undo", help=t("whatif.undo"), on_click=once(sites.undo),
                  disabled=not history.past)  # fmt: skip
        st.button("↷", key="needs_redo", help=t("whatif.redo"), on_click=once(sites.redo),
                  disabled=not history.future)  # fmt: skip
    first = build_years(scenario)[0]
    if first != now.first:
        st.caption(t("needs.years_follow", first=first, date=scenario.as_of))


def power(chosen: Layer) -> None:
    """Draw what turns racks into power, and a demand that sets the target."""
    for key, first in ((PUE, DEFAULT_PUE), (RACK, STANDARD_RACK_KW), (DESIGN, 100.0)):
        st.session_state.setdefault(key, first)
    cells = st.columns([1, 1, 1.2, 1.2, 1.9], vertical_alignment="bottom")
    cells[0].number_input(t("needs.pue"), 1.0, 3.0, step=0.05, key=PUE, format="%.2f",
                          help=t("needs.pue_help"))  # fmt: skip
    cells[1].number_input(t("needs.rack_kw"), 0.5, 200.0, step=0.5, key=RACK, format="%.2f",
                          help=t("needs.rack_help"))  # fmt: skip
    cells[2].number_input(
        t("needs.use"), 1.0, 100.0, value=None, step=5.0, key=USE, format="%.0f",
        placeholder=t("needs.use_stated"), help=t("needs.use_help"),
    )  # fmt: skip
    cells[3].number_input(t("needs.design_use"), 1.0, 100.0, step=5.0, key=DESIGN, format="%.0f",
                          help=t("needs.design_use_help"))  # fmt: skip
    cells[4].number_input(
        t("needs.demand"), 0.0, 100_000.0, value=None, step=10.0, key=DEMAND, format="%.6g",
        help=t("needs.demand_help"), on_change=_take_demand, args=(chosen.key,),
    )  # fmt: skip


def units(scenario: Scenario, chosen: Layer, level: str) -> pd.DataFrame:
    """Return the units to build by region and year, in the layer's metric in force."""
    pack = cache.pack()
    path = str(st.session_state.get(PATH) or PATHS[0])
    counted = (chosen.key, state.metric_of(chosen).key)
    return _units(pack.digest, cache.key_of(scenario), counted, level, path, _pack=pack)


def racks(scenario: Scenario, chosen: Layer, need: RackNeed) -> pd.DataFrame:
    """Return the racks in use, free and missing."""
    session = st.session_state
    use = session.get(USE)
    options = NeedOptions(
        pue=float(session[PUE]), rack_kw=float(session[RACK]),
        use=None if use is None else float(use) / 100, design_use=float(session[DESIGN]) / 100,
        path=str(session.get(PATH) or PATHS[0]),
    )  # fmt: skip
    return rack_need(cache.pack(), scenario, chosen, need, options)


@whole
def _take_demand(key: str) -> None:
    """Make the racks that a demand fills the target; it is a step that can be undone."""
    demand = st.session_state[DEMAND]
    if demand is not None:
        share = float(st.session_state[DESIGN]) / 100
        targets = {**state.plan().targets, key: racks_of_demand(float(demand), share)}
        state.change(targets=targets)


@st.cache_data(max_entries=64, show_spinner=False)
def _units(
    digest: str, scenario: str, counted: tuple[str, str], level: str, path: str, *, _pack: Pack
) -> pd.DataFrame:
    del digest
    plan = Scenario.from_json(scenario)
    key, metric = counted
    return units_by_year(_pack, plan, layer(key), metric=metric, path=path, level=level)
