"""The layer, and its metric, chosen on the pages where it matters."""

from __future__ import annotations

from typing import Any

import streamlit as st

from layers.base import Layer
from layers.registry import layer, layers
from ui.shell import localised_select, state
from ui.shell.callbacks import whole
from ui.shell.i18n import language, t

LAYER_BOX, METRIC_BOX = "_layer_box", "_metric_box"


def box(
    place: localised_select.SelectContainer, label: str, *, overlays: bool = False, **how: Any
) -> Layer:
    """Draw the choice of layer; return the layer in force on the page.

    Parameters
    ----------
    label
        What the layer is chosen for.
    overlays
        Whether layers without figures can be chosen, too; where not, the first counted layer
        stands in the place of one.
    """
    offered = {
        item.key: item.title(language()) for item in layers() if overlays or not item.is_overlay
    }
    now = st.session_state[state.LAYER]
    st.session_state[LAYER_BOX] = now if now in offered else next(iter(offered))
    localised_select.selectbox(
        place, label, list(offered), key=LAYER_BOX, format_func=offered.__getitem__,
        on_change=_take_layer, help=layer(st.session_state[LAYER_BOX]).about(language()), **how,
    )  # fmt: skip
    return layer(st.session_state[LAYER_BOX])


def metric(place: localised_select.SelectContainer, chosen: Layer, **how: Any) -> None:
    """Draw the choice of metric where the layer offers several."""
    if len(chosen.metrics) < 2:
        return
    titles = {item.key: chosen.metric_title(item, language()) for item in chosen.metrics}
    st.session_state[METRIC_BOX] = state.metric_of(chosen).key
    localised_select.selectbox(
        place, t("sidebar.metric"), list(titles), key=METRIC_BOX, format_func=titles.__getitem__,
        on_change=_take_metric, help=t("sidebar.metric_help"), **how,
    )  # fmt: skip


@whole
def _take_layer() -> None:
    st.session_state[state.LAYER] = st.session_state[LAYER_BOX]


@whole
def _take_metric() -> None:
    st.session_state[state.LAYER] = st.session_state.get(LAYER_BOX, st.session_state[state.LAYER])
    st.session_state[state.METRIC] = st.session_state[METRIC_BOX]
