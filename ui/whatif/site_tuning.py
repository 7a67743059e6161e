"""The chosen site edited: technology, place, height, and the high point near it."""

from __future__ import annotations

import math

import streamlit as st

from data.scenario.presets import presets
from geo.earth.high_points import high_point
from planning.elevation import Terrain, terrain_of
from ui.shell import cache, localised_select, state
from ui.shell.callbacks import once, whole
from ui.shell.i18n import language, number, t
from ui.whatif import sites

HEIGHT, BAND, AT, WITHIN = "tuned_height", "tuned_band", "tuned_place", "tuned_within"
_SAID = "_tuned_said"
#: Heights of masts that a planner considers [m].
_HEIGHTS_M = (5.0, 100.0)
_WITHIN_M = (250, 500, 1_000, 2_000, 5_000)


def show(terrain: Terrain | None) -> None:
    """Draw the fields of the chosen site, and the button that moves it to the high point."""
    number_ = sites.chosen()
    if not number_:
        return
    site = state.plan().sites[number_ - 1]
    low, high = _HEIGHTS_M
    known = {key: item.title(language()) for key, item in presets().items()}
    st.session_state[HEIGHT] = min(high, max(low, site.antenna_height_m))
    st.session_state[BAND], st.session_state[AT] = site.preset, f"{site.lat:.6f}, {site.lon:.6f}"
    st.markdown(f"**{t('tune.site', number=number_)}** :small[{t('tune.help')}]")
    cells = st.columns([1.3, 1.5, 1.6, 0.5], vertical_alignment="bottom", gap="small")
    localised_select.selectbox(
        cells[0], t("whatif.preset"), list(known), key=BAND, format_func=known.__getitem__,
        on_change=_take_band,
    )  # fmt: skip
    cells[1].text_input(t("whatif.coordinates"), key=AT, on_change=_take_place)
    cells[2].slider(
        t("tune.height"), low, high, step=1.0, format="%.0f", key=HEIGHT, on_change=_raise,
        help=t("tune.height_help" if terrain is not None else "whatif.height_help"),
    )  # fmt: skip
    cells[3].button(
        "✕", key="delete-site", on_click=once(sites.delete_chosen), help=t("whatif.delete"),
        width="stretch",
    )  # fmt: skip
    if terrain is not None:
        _high_point()
    said = st.session_state.pop(_SAID, "")
    if said:
        st.caption(said)


def _high_point() -> None:
    cells = st.columns([1, 1.3, 2.6], vertical_alignment="bottom", gap="small")
    st.session_state.setdefault(WITHIN, _WITHIN_M[2])
    localised_select.selectbox(
        cells[0], t("tune.within"), _WITHIN_M, key=WITHIN,
        format_func={metres: f"{metres:,} m" for metres in _WITHIN_M}.__getitem__,
    )  # fmt: skip
    cells[1].button(
        t("tune.move"), key="high-point", on_click=once(_climb), width="stretch",
        help=t("tune.move_help"),
    )  # fmt: skip


@whole
def _take_band() -> None:
    sites.replace_chosen(preset=str(st.session_state[BAND]))


@whole
def _take_place() -> None:
    sites.move_chosen(str(st.session_state[AT]))


@whole
def _raise() -> None:
    sites.replace_chosen(antenna_height_m=float(st.session_state[HEIGHT]))


@whole
def _climb() -> None:
    """Move the chosen site to the highest known cell near it, if that is higher than its own."""
    number_ = sites.chosen()
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
        sites.replace_chosen(lat=round(lat, 6), lon=round(lon, 6))
