"""The map of a need: regions coloured by it, a card with their figures, the fibre tree on top."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from data.tables.reader import Pack
from layers.map import features, render
from layers.map.palette import colours
from layers.map.symbols import class_limits
from planning.needs import FibreTree
from ui.map import maps, mapview
from ui.shell import cache, region, state
from ui.shell.i18n import brief_name, language, name_language, short_names, t
from ui.shell.streamlit_internals import media_address

_KEY = "map-needs"


@dataclass(frozen=True)
class Shown:
    """What the map tells.

    Attributes
    ----------
    level
        ``prefecture`` or ``county``.
    figures
        adcode → figure; NaN is unknown, a region that is absent is not asked about.
    cards
        adcode → lines of label and value.
    title, unit, notes
        What the legend says.
    invented
        Whether something illustrative is in the figures.
    classed
        Whether figures fall into classes; else a region has one or none.
    """

    level: str
    figures: Mapping[str, float]
    cards: Mapping[str, tuple[tuple[str, str], ...]]
    title: str
    unit: str
    notes: tuple[str, ...] = ()
    invented: bool = False
    classed: bool = True


def show(shown: Shown, *, height: int, tree: FibreTree | None = None) -> None:
    """Draw the map; a click chooses the region."""
    pack = cache.pack()
    known = (pack.digest, repr(shown), language(), mapview.is_dark())
    chart = _chart(known, _pack=pack, _shown=shown)
    level, adcode = state.region()
    box = features.region_bounds(pack, level, adcode) if adcode else features.bounds(pack)
    overlay: dict[str, Any] = {"selected": adcode, "fit": box}
    if tree is not None:
        overlay["plan"] = _tree(tree)
    mapview.show(
        chart, key=_KEY, height=height, overlay=overlay,
        events=mapview.MapEvents(on_region=lambda code: region.choose(shown.level, code)),
    )  # fmt: skip


@st.cache_resource(max_entries=16, show_spinner=False)
def _chart(known: tuple[str | bool, ...], *, _pack: Pack, _shown: Shown) -> mapview.Drawn:
    """Return the choropleth; ``known`` is the cache's key and represents everything else."""
    del known
    sheet = maps.new_sheet(_pack, maps.words(), dark=mapview.is_dark())
    regions = _pack.regions(_shown.level)
    names = short_names(regions)
    titles = dict(zip(regions["adcode"], names, strict=True))
    fill = render.RegionFill(
        _shown.figures,
        {code: (titles[code], lines) for code, lines in _shown.cards.items()},
        [
            (float(lat), float(lon), brief_name(str(name)), "")
            for lat, lon, name in zip(
                regions["label_lat"],
                regions["label_lon"],
                regions[f"name_{name_language()}"],
                strict=True,
            )
        ],
        class_limits(_shown.figures.values()) if _shown.classed else (),
    )
    render.add_regions(sheet, features.region_features(_pack, _shown.level), fill)
    above = "prefecture" if _shown.level == "county" else "province"
    render.add_outline(sheet, features.region_features(_pack, above))
    render.add_rivers(sheet, features.river_features(_pack))
    render.add_labels(sheet, fill, from_zoom=6.75 if _shown.level == "county" else 0)
    unit = t("figure.unit", unit=_shown.unit) if _shown.unit else ""
    legend = render.Legend(_shown.title, unit, _shown.notes)
    banner = t("banner.word") if _shown.invented else ""
    chart = render.finish(sheet, legend, banner=banner)
    bounds = features.bounds(_pack)
    return mapview.drawn(chart, bounds, place=_pack.name, title=_shown.title)


def _tree(tree: FibreTree) -> dict[str, Any]:
    """Return the tree and its villages as the script of plans reads them, all in one year."""
    routes: NDArray[np.float64] = tree.routes[:, [1, 0, 3, 2]].round(5)
    content = {
        "sites": [],
        "villages": [[*at, 1, 0] for at in _places(tree.villages)],
        "routes": [[*ends, 1] for ends in routes.tolist()],
    }
    text = json.dumps(content, separators=(",", ":"))
    url = media_address(text.encode(), "application/json", key=f"needs-{state.province()}")
    ink = colours(dark=mapview.is_dark())
    look = {"route": ink["ink-2"], "halo": ink["card"]}
    look |= dict.fromkeys(("reached", "later", "lost"), ink["uncovered"])
    rows = [
        {"colour": look["route"], "text": t("needs.legend_route"), "shape": "line"},
        {"colour": look["lost"], "text": t("needs.legend_village"), "shape": "disc"},
    ]
    legend = {"title": t("needs.legend_tree"), "rows": rows, "notes": []}
    shades = {**look, "years": [ink["built"], ink["built"]]}
    return {"url": url, "year": 1, "years": [1, 1], "colours": shades, "legend": legend}


def _places(villages: pd.DataFrame) -> list[list[float]]:
    places: list[list[float]] = villages[["lat", "lon"]].astype(float).round(5).to_numpy().tolist()
    return places
