"""One placed site tuned: its antenna height by slider, and the high point near it."""

from __future__ import annotations

import math

import streamlit as st

from data.scenario.scenario import PlannedSite
from geo.earth.high_points import high_point
from planning.elevation import Terrain, terrain_of
from ui.shell import cache, state
from ui.shell.callbacks import once, whole
from ui.shell.i18n import number, t

CHOSEN, HEIGHT, WITHIN = "tuned_site", "tuned_height", "tuned_within"
_SAID = "_tuned_said"
#: Heights of masts that a planner considers [m].
_HEIGHTS_M = (5.0, 100.0)
_WITHIN_M = (250, 500, 1_000, 2_000, 5_000)


def show(terrain: Terrain | None) -> None:
    """Draw the choice of a site, its height, and the button that moves it to the high point."""
    sites = state.plan().sites
    if not sites:
        return
    numbers = list(range(1, len(sites) + 1))
    if st.session_state.get(CHOSEN) not in numbers:
        st.session_state[CHOSEN] = numbers[-1]
    cells = st.columns([0.8, 1.7, 1, 1.3], vertical_alignment="bottom", gap="small")
    chosen = int(cells[0].selectbox(t("tune.site"), numbers, key=CHOSEN))
    site = sites[chosen - 1]
    low, high = _HEIGHTS_M
    st.session_state[HEIGHT] = min(high, max(low, site.antenna_height_m))
    cells[1].slider(
        t("tune.height"), low, high, step=1.0, format="%.0f", key=HEIGHT, on_change=_raise,
        disabled=terrain is None,
        help=t("tune.height_help" if terrain is not None else "whatif.height_help"),
    )  # fmt: skip
    cells[2].selectbox(
        t("tune.within"), _WITHIN_M, index=2, key=WITHIN, format_func=lambda m: f"{m:,} m",
        disabled=terrain is None,
    )  # fmt: skip
    cells[3].button(
        t("tune.move"), key="high-point", on_click=once(_climb), width="stretch",
        disabled=terrain is None, help=t("tune.move_help" if terrain else "tune.no_terrain"),
    )  # fmt: skip
    said = st.session_state.pop(_SAID, "")
    if said:
        st.caption(said)


@whole
def _raise() -> None:
    _replace(antenna_height_m=float(st.session_state[HEIGHT]))


@whole
def _climb() -> None:
    """Move the chosen site to the highest known cell near it, if that is higher than its own."""
    number_ = int(st.session_state[CHOSEN])
    site = state.plan().sites[number_ - 1]
    terrain = terrain_of(cache.pack(), state.plan())
    if terrain is None:
        return
    within = float(st.session_state[WITHIN])
    import numpy as np

    grid = terrain.around(np.array([site.lon]), np.array([site.lat]), within)
    top = high_point(grid, site.lon, site.lat, within)
    lon, lat, metres = float(top.lon[0]), float(top.lat[0]), float(top.height_m[0])
    if math.isnan(metres):
        st.session_state[_SAID] = t("tune.outside", number=number_)
        return
    st.session_state[_SAID] = t(
        "tune.moved", number=number_, away=number(float(top.distance_m[0])), height=number(metres),
        rise=number(float(top.rise_m[0])), known=f"{float(top.known_share[0]):.0%}",
    )  # fmt: skip
    if (round(lat, 6), round(lon, 6)) != (site.lat, site.lon):
        _replace(lat=round(lat, 6), lon=round(lon, 6))


def _replace(**fields: float) -> None:
    """Change the chosen site as one step that can be undone."""
    sites = list(state.plan().sites)
    i = int(st.session_state[CHOSEN]) - 1
    sites[i] = PlannedSite.model_validate(sites[i].model_dump() | fields)
    state.change(sites=tuple(sites))
