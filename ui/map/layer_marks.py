"""Marks of the layers on a map: each a group that the reader switches on and off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import streamlit as st

from data.tables.reader import Pack
from layers.base import Layer
from layers.map import features, render, switched
from layers.offers import Lines, Mark, Points, Zones
from layers.registry import layers
from ui.shell.i18n import language, t
from ui.shell.streamlit_internals import media_address

_OCTETS = "application/octet-stream"


def addresses(pack: Pack, key: str) -> tuple[tuple[str, str], ...]:
    """Return each mark's group and the address of its points, for one map.

    Parameters
    ----------
    key
        Key of the map.

    Returns
    -------
    groups
        (name, address) in drawing order; the address is empty for zones and lines.
    """
    return tuple(
        (
            name,
            media_address(features.mark_bytes(mark), _OCTETS, key=f"points-{key}-{name}")
            if isinstance(mark, Points)
            else "",
        )
        for _, name, mark in _all_marks(pack)
    )


def add(sheet: render.Sheet, pack: Pack, urls: Mapping[str, str], *, shown: str = "") -> None:
    """Add the marks of every layer.

    Parameters
    ----------
    urls
        :func:`addresses` of this map.
    shown
        Key of the layer whose marks are shown at first; the others wait for their switch.
    """
    for item, name, mark in _all_marks(pack):
        title = item.title(language()) if mark.title is None else mark.title.text(language())
        if mark.illustrative:
            title = f"{title} · {t('banner.word')}"
        entry = switched.Entry(name, title, mark.symbol, shown=item.key == shown)
        match mark:
            case Zones():
                switched.add_zones(sheet, entry, *_outlined(pack, mark))
            case Points():
                switched.add_nodes(sheet, entry, url=urls[name])
            case Lines():
                switched.add_lines(sheet, entry, [path.tolist() for path in mark.paths])


def _all_marks(pack: Pack) -> tuple[tuple[Layer, str, Mark], ...]:
    """Return layer, name of the group and mark of everything that layers draw."""
    keys = tuple(item.key for item in layers())
    return _marks(pack.digest, language(), keys, _pack=pack)


@st.cache_resource(max_entries=16, show_spinner=False)
def _marks(
    digest: str, tongue: str, keys: tuple[str, ...], *, _pack: Pack
) -> tuple[tuple[Layer, str, Mark], ...]:
    del digest, keys
    return tuple(_named(_pack, tongue))


def _named(pack: Pack, tongue: str) -> Iterator[tuple[Layer, str, Mark]]:
    for item in layers():
        drawn = item.marks(pack, tongue) if item.marks is not None else ()
        for place, mark in enumerate(drawn):
            yield item, item.key if place == 0 else f"{item.key}_{place}", mark


def _outlined(
    pack: Pack, mark: Zones
) -> tuple[list[dict[str, Any]], list[tuple[float, float, str]]]:
    """Return the features of the regions that are outlined, and the texts at their label points."""
    outlines = [
        feature
        for level in ("prefecture", "county")
        for feature in features.region_features(pack, level)
        if (level, feature["properties"]["adcode"]) in mark.names
    ]
    regions = pack.table("regions").set_index(["level", "adcode"])
    at = regions.reindex(list(mark.names))[["label_lat", "label_lon"]].to_numpy(float)
    spots = [
        (float(lat), float(lon), "\n".join(names))
        for (lat, lon), names in zip(at, mark.names.values(), strict=True)
    ]
    return outlines, spots
