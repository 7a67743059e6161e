"""The map of the comparison: villages gained and lost, sites of either plan."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd

from layers.map import features
from layers.map.palette import colours
from planning.comparison.changes import CHANGES
from planning.comparison.comparison import Comparison
from ui.map import maps, mapview
from ui.shell import cache, state
from ui.shell.i18n import short_names, t
from ui.shell.streamlit_internals import media_address

_KEY = "compare"
#: Of the classes of :data:`planning.comparison.changes.CHANGES`, in their order.
_LOOKS = (
    {"colour": "covered", "shape": "disc"}, {"colour": "uncovered", "shape": "diamond"},
    {"colour": "covered", "shape": "ring"}, {"colour": "unknown", "shape": "square"},
)  # fmt: skip


def show(comparison: Comparison, letter: str, *, height: int) -> None:
    """Draw the map of the changes between A and another scenario."""
    pack = cache.pack()
    villages = _of(comparison.villages, letter)
    change = villages["change"].map({name: i for i, name in enumerate(CHANGES)})
    content = features.point_bytes(
        villages["lon"].to_numpy(float), villages["lat"].to_numpy(float),
        villages["households"].to_numpy(float),
        change.to_numpy().astype(np.uint8),
    )  # fmt: skip
    drawn = maps.point_chart(content, _look(villages, letter), key=_KEY)
    level, adcode = state.region()
    box = features.region_bounds(pack, level, adcode) if adcode else features.bounds(pack)
    overlay = {
        "selected": adcode,
        "fit": box,
        "plan": _sites(_of(comparison.sites, letter), letter),
    }
    mapview.show(drawn, key=f"map-{_KEY}", height=height, overlay=overlay)


def _of(table: pd.DataFrame, letter: str) -> pd.DataFrame:
    return table[table["compared"] == letter].reset_index(drop=True)


def _look(villages: pd.DataFrame, letter: str) -> maps.PointLook:
    counts = villages["change"].value_counts()
    states = tuple(
        t("compare.map_count", what=t(f"compare.village_{change}", letter=letter.upper()),
          count=int(counts.get(change, 0)))
        for change in CHANGES
    )  # fmt: skip
    invented = "illustrative" in set(villages["evidence"])
    return maps.PointLook(
        title=t("compare.map_title", letter=letter.upper()), point=t("compare.point"),
        states=states, notes=(t("compare.map_total", villages=len(villages)),), looks=_LOOKS,
        counted=True, each=True, banner=t("banner.word") if invented else "",
    )  # fmt: skip


def _sites(sites: pd.DataFrame, letter: str) -> dict[str, Any]:
    """Return the sites as the script of plans reads them: the year stands for the change."""
    ink = colours(dark=mapview.is_dark())
    order = {"lost": 1, "both": 2, "gained": 3}
    names = short_names(pd.DataFrame({"name_zh": sites["county_zh"],
                                      "name_en": sites["county_en"]}))  # fmt: skip
    said = {change: t(f"compare.site_{change}", letter=letter.upper()) for change in order}
    rows = [
        [lat, lon, order[change], said[change], name]
        for lat, lon, change, name in zip(
            sites["lat"].round(5).tolist(), sites["lon"].round(5).tolist(),
            sites["change"].tolist(), names, strict=True,
        )
    ]  # fmt: skip
    text = json.dumps({"sites": rows, "villages": [], "routes": []}, ensure_ascii=False)
    ends = [ink["uncovered"], ink["built"]]
    counts = sites["change"].value_counts()
    legend = [
        {"colour": colour, "shape": "dot",
         "text": t("compare.map_count", what=said[change], count=int(counts.get(change, 0)))}
        for change, colour in zip(order, (ends[0], _between(*ends), ends[1]), strict=True)
    ]  # fmt: skip
    return {
        "url": media_address(text.encode(), "application/json", key=f"compare-{state.province()}"),
        "year": 3, "years": [1, 3], "legend": {"title": t("compare.figure_sites"), "rows": legend,
                                               "notes": []},
        "colours": {"route": ends[1], "reached": ends[1], "later": ends[1], "lost": ends[1],
                    "years": ends},
    }  # fmt: skip


def _between(first: str, last: str) -> str:
    """Return the colour half-way between two, as the script of plans mixes them."""
    pairs = [(int(first[i : i + 2], 16), int(last[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round((one + other) / 2):02x}" for one, other in pairs)
