"""Overview: what is missing in the region in force, all layers at once, and one on the map."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from layers.base import Layer
from layers.registry import gap_layers, layer, unit_name
from ui.gaps import assumptions, dashboard, key_figures, listing, origin, target_path
from ui.map import maps
from ui.shell import cache, exporting, first_paint, navigation, region, state
from ui.shell.frame import guarded, head
from ui.shell.i18n import language, name_language, t
from ui.shell.provenance import see_sources
from ui.widgets import layer_choice

_MAP_HEIGHT = 530
#: Cards in a row on a laptop's screen.
_CARDS = 5
#: Kept free from the start, so that the map stays where it was first drawn [px].
_HEAD_HEIGHT, _CARDS_HEIGHT = 36, 158


@guarded
def show() -> None:
    """Draw the page."""
    first = first_paint.begins()
    # Each part has its place before the map is drawn: what comes later does not move it.
    heading, cards = (
        st.container(height=height if first else "content", border=False, key=f"overview_{name}")
        for name, height in (("head", _HEAD_HEIGHT), ("cards", _CARDS_HEIGHT))
    )
    left, right = st.columns([0.695, 0.305], gap="small")
    with right:
        choice = st.container(height=36, border=False)
        shown = _shown() if first else _choice(choice)
        told = first_paint.done if first else None
        table = cache.gaps(shown.key, region.level_below())
        maps.gap_map(table, key="overview", height=_MAP_HEIGHT, on_drawn=told)
    if first:
        return
    counted = list(gap_layers())
    with heading:
        _head(counted)
    with cards:
        key_figures.show([(item, dashboard.own_row(item)) for item in _carded(counted)])
    with left:
        dashboard.show(counted)
    own = dashboard.own_row(shown)
    with left:
        origin.quote(own.to_dict())
    _more(shown, own)


def _shown() -> Layer:
    """Return the layer that the map shows: the one in force, or the first that is counted."""
    chosen = layer(st.session_state[state.LAYER])
    return next(iter(gap_layers())) if chosen.is_overlay else chosen


def _carded(counted: list[Layer]) -> list[Layer]:
    """Return the layers with a card: those with figures by region, filled up to a row of cards."""
    known = dashboard.regional(counted)
    others = [item for item in counted if item not in known][: max(_CARDS - len(known), 0)]
    return [item for item in counted if item in known or item in others]


def _choice(place: st.delta_generator.DeltaGenerator) -> Layer:
    with place.container(key="shade", horizontal=True, gap="xsmall"):
        chosen = layer_choice.box(st, t("overview.shade"), label_visibility="collapsed")
        layer_choice.metric(st, chosen, label_visibility="collapsed")
    return chosen


def _head(counted: list[Layer]) -> None:
    title, actions = st.columns([0.68, 0.32] if state.region()[0] else [0.76, 0.24],
                                vertical_alignment="center")  # fmt: skip
    with title:
        head(
            t("overview.title", place=region.name(full=name_language() == "zh")),
            invented=cache.illustrative(),
        )
    with actions.container(
        horizontal=True, horizontal_alignment="right", vertical_alignment="center", gap="small"
    ):
        if state.region()[0]:
            try_here = navigation.page_of("what_if")
            st.page_link(try_here, label=t("overview.try_here"), help=t("page_about.what_if"))
        _export(counted)


def _export(counted: list[Layer]) -> None:
    """Draw the export of the region's gap list: itself and what is below, all layers."""
    from planning.exports import gaps as gap_exports

    tables = [
        part for item in counted for part in (dashboard.own_rows(item), dashboard.rows_below(item))
    ]
    table = pd.concat(tables, ignore_index=True).drop_duplicates(["layer", "level", "adcode"])
    pack, plan, place = cache.pack(), state.dated(), region.name()
    spoken = language()
    with exporting.opened_menu(t("overview.export", place=place)):
        exporting.menu(
            t("export.about", place=place, what=t("export.all_layers"), rows=len(table)),
            f"{place}_{t('export.gap_stem')}_{st.session_state[state.AS_OF]}",
            lambda geometry: gap_exports.gap_bundle(
                pack, table, scenario=plan, geometry=geometry, language=spoken
            ),
        )


def _more(shown: Layer, own: pd.Series) -> None:
    """Draw what the first screen leaves out: the path over the years, assumptions, sources."""
    whole = cache.gaps(shown.key, "province").iloc[0]
    unit = unit_name(str(whole["unit"]), language())
    with st.expander(t("overview.path", layer=shown.title(language()))):
        target_path.show(whole, unit)
        target_path.behind(shown)
    see_sources([own["source_ids"]])
    listing.below(shown)
    assumptions.show(shown, whole)
