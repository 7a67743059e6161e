"""Title of the page of needs, the choice of its layer, and why a metric has no need by year."""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st

from layers.base import Layer
from ui.shell import state
from ui.shell.frame import head
from ui.shell.i18n import language, t
from ui.widgets import layer_choice


def show(chosen: Layer, invented: Collection[str] = ()) -> None:
    """Draw the title and the choice of layer and metric.

    Parameters
    ----------
    chosen
        The layer.
    invented
        Tables on the page that hold illustrative rows.
    """
    head(_title(chosen), invented=invented)
    cells = st.columns([1, 1, 2], vertical_alignment="bottom")
    layer_choice.box(cells[0], t("sidebar.layer"), overlays=True)
    layer_choice.metric(cells[1], chosen)


def _title(chosen: Layer) -> str:
    if chosen.is_overlay:
        return t("needs.title", layer=chosen.title(language()))
    return t("needs.title", layer=chosen.heading(state.metric_of(chosen), language()))


def nothing(chosen: Layer) -> str:
    """Return why there is no need by year: an overlay, or a share or rate of the province.

    Parameters
    ----------
    chosen
        The layer.

    Returns
    -------
    reason
        In the language of the page.
    """
    if chosen.is_overlay:
        return t("needs.none", layer=chosen.title(language()))
    metric = state.metric_of(chosen)
    return t("needs.none_of_metric", metric=chosen.metric_title(metric, language()))
