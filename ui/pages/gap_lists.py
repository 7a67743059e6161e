"""Gap list: region → county → village of the region in force, with origin, to hand on."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from layers.base import Layer
from layers.registry import layer, unit_name
from ui.gaps import dashboard, listing, region_list, village_card, village_list
from ui.map import maps
from ui.shell import cache, exporting, region, state
from ui.shell.callbacks import whole
from ui.shell.frame import guarded, head
from ui.shell.i18n import language, t
from ui.shell.provenance import see_sources
from ui.widgets import layer_choice

_MAP_HEIGHT = 430
_LISTED_HEIGHT = 560
_VIEW, _CHOICE = "lists_view", "_lists_choice"


@guarded
def show() -> None:
    """Draw the page."""
    chosen = layer(st.session_state[state.LAYER])
    if chosen.is_overlay:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            layer_choice.box(st, t("sidebar.layer"), overlays=True)
        listing.page(chosen, height=_LISTED_HEIGHT)
        return
    title, actions = st.columns([0.75, 0.25], vertical_alignment="center")
    cells = st.columns([1.3, 1.3, 1.6], vertical_alignment="bottom")
    chosen = layer_choice.box(cells[0], t("sidebar.layer"), overlays=True)
    layer_choice.metric(cells[1], chosen)
    view = _views(cells[2])
    left, right = st.columns([0.7, 0.3], gap="small")
    if view == "villages":
        village_list.show(left, right, title, actions)
        village_card.show()
        return
    table = _below(chosen, view)
    with left:
        found = region_list.filtered(table)
        region_list.show(chosen, found, level=view)
        region_list.quotes_of(chosen, table)
    with right:
        region_list.origin_of(chosen, table, level=view)
        maps.gap_map(cache.gaps(chosen.key, view), key="lists", height=_MAP_HEIGHT)
    own = dashboard.own_row(chosen)
    with title:
        unit = unit_name(str(own["unit"]), language())
        head(
            t("lists.title", layer=chosen.heading(state.metric_of(chosen), language())),
            invented=cache.illustrative(),
            about=t("lists.about", place=region.name(), count=len(table), unit=unit),
        )
    with actions.container(horizontal=True, horizontal_alignment="right"):
        _export(chosen, found, view)
    see_sources(table["source_ids"])


def _views(place: st.delta_generator.DeltaGenerator) -> str:
    """Draw the choice of rows: prefectures, counties or villages; return it."""
    levels = ["county"] if state.region()[0] else list(state.MAP_LEVELS)
    if st.session_state.get(_VIEW) == "villages":
        now = "villages"
    else:
        now = st.session_state[state.LEVEL] if len(levels) > 1 else "county"
    st.session_state[_CHOICE] = now
    words = {level: t(f"level.{level}") for level in levels} | {"villages": t("view.villages")}
    place.segmented_control(
        t("lists.view"), list(words), key=_CHOICE, required=True, format_func=words.__getitem__,
        on_change=_take_view,
    )  # fmt: skip
    return str(now)


@whole
def _take_view() -> None:
    chosen = st.session_state[_CHOICE]
    st.session_state[_VIEW] = "villages" if chosen == "villages" else "regions"
    # Under a prefecture there are counties only: that says nothing of the level of the province.
    if chosen != "villages" and not state.region()[0]:
        st.session_state[state.LEVEL] = chosen


def _below(chosen: Layer, level: str) -> pd.DataFrame:
    """Return the rows of a level inside the region in force."""
    table = cache.gaps(chosen.key, level)
    own_level, adcode = state.region()
    if not adcode:
        return table
    return table[table["parent" if own_level == "prefecture" else "adcode"] == adcode]


def _export(chosen: Layer, found: pd.DataFrame, level: str) -> None:
    """Draw the menu of exports of the rows shown."""
    from planning.exports import gaps as gap_exports

    title, place = chosen.title(language()), region.name()
    pack, plan, spoken = cache.pack(), state.dated(), language()
    with exporting.opened_menu(t("lists.export")):
        of_villages = bool((found["unit"] == "natural_village").all())
        lists = st.toggle(
            t("lists.with_villages"), value=of_villages, key=f"lists_with_villages_{chosen.key}",
            help=t("lists.with_villages_help"),
        )  # fmt: skip
        exporting.menu(
            t("export.about", place=place, what=f"{title} · {t(f'level.{level}')}",
              rows=len(found)),
            f"{place}_{title}_{t('export.gap_stem')}_{t(f'level.{level}')}_"
            f"{st.session_state[state.AS_OF]}",
            lambda geometry: gap_exports.gap_bundle(
                pack, found, scenario=plan, geometry=geometry, lists=lists, language=spoken
            ),
        )  # fmt: skip
