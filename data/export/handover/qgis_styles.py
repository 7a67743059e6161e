"""How QGIS draws each table: the colours and classes of the screen, as renderers in XML."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET
from collections.abc import Sequence

import numpy as np
import pandas as pd

from data.wording.catalogue import DATA_LANGUAGES, text

#: As in :mod:`layers.map.palette` and :mod:`layers.map.symbols`: a test compares them.
FILLS = ("#FBE9CF", "#F6CB90", "#EDA648", "#CC7410", "#8A4805")
NO_FIGURE, BORDER, MET = "#E4E8ED", "#FFFFFF", "#14806A"
STATES = {
    "uncovered": ("#7A3E00", "diamond"), "covered": ("#14806A", "ring"),
    "unknown": ("#98A3B0", "square"),
}  # fmt: skip
#: Opacity of a region whose target is met: the full colour belongs to villages.
_MET_OPACITY = "0.3"
#: First and last year of a plan; between them the colour goes over.
YEARS = ("#9CC7EE", "#1D5FA6")
#: A link on the screen is one ink; QGIS tells a microwave link by its dashes.
_SITE, _LINE = "#1D5FA6", "#4A5767"
_DASHED = frozenset({"microwave"})


def renderer(frame: pd.DataFrame, kind: str, value: str = "gap") -> ET.Element:
    """Return the renderer of a table.

    Parameters
    ----------
    frame
        Rows of the table, or of one layer of a gap list.
    kind
        ``point``, ``line`` or ``polygon``.
    value
        Expression of the figure that shades polygons.

    Returns
    -------
    element
        ``renderer-v2``.
    """
    if kind == "polygon":
        return _shaded(frame, value)
    if kind == "line":
        if "kind" not in frame.columns:
            return _single(_line(""))
        words = [str(word) for word in frame["kind"].dropna().unique()]
        return _categories("kind", {word: (word, _line(word)) for word in words})
    if "state" in frame.columns:
        size = {"uncovered": "2.2", "covered": "1.4", "unknown": "1.8"}
        states = {state: (_both(f"kml.{state}"), _point(colour, size[state], shape))
                  for state, (colour, shape) in STATES.items()}  # fmt: skip
        return _categories("state", states)
    if "year" in frame.columns and frame["year"].notna().any():
        years = sorted({int(year) for year in frame["year"].dropna()})
        shades = zip(years, _between(len(years)), strict=True)
        return _categories("year", {str(year): (str(year), _point(shade, "3"))
                                    for year, shade in shades})  # fmt: skip
    return _single(_point(_SITE, "3"))


def class_limits(figures: Sequence[float]) -> list[float]:
    """Return the upper limits of the classes but the last, as the map on the screen has them.

    Parameters
    ----------
    figures
        Figures; NaN is left out.

    Returns
    -------
    limits
        Rising, of two significant digits; empty without a figure.
    """
    known = np.array([value for value in figures if np.isfinite(value)], float)
    if not len(known):
        return []
    raw = np.quantile(known, np.linspace(0, 1, len(FILLS) + 1)[1:-1])
    limits = sorted({float(f"{value:.2g}") for value in raw.tolist()})
    return [limit for limit in limits if limit < known.max()]


def _shaded(frame: pd.DataFrame, value: str) -> ET.Element:
    figures = frame["gap"].to_numpy(float) if "gap" in frame.columns else np.array([])
    limits = class_limits(figures[figures > 0].tolist())
    if not np.isfinite(figures).any():
        return _single(_fill(NO_FIGURE))
    least, most = float(np.nanmin(figures)), float(np.nanmax(figures))
    looks = [(least, 0.0, _both("kml.met"), MET, _MET_OPACITY)] if least <= 0 else []
    edges = [max(least, 0.0), *limits, most] if most > 0 else []
    for i, (low, high) in enumerate(itertools.pairwise(edges)):
        shade = FILLS[round(i * (len(FILLS) - 1) / max(1, len(limits)))]
        looks.append((low, high, f"{low:g} – {high:g}", shade, "1"))
    element = ET.Element("renderer-v2", type="graduatedSymbol", attr=value,
                         graduatedMethod="GraduatedColor", symbollevels="0",
                         enableorderby="0", forceraster="0")  # fmt: skip
    ranges, symbols = ET.SubElement(element, "ranges"), ET.SubElement(element, "symbols")
    for i, (low, high, label, shade, opacity) in enumerate(looks):
        ET.SubElement(ranges, "range", symbol=f"{i}", lower=f"{low!r}", upper=f"{high!r}",
                      label=label, render="true")  # fmt: skip
        symbols.append(_symbol("fill", f"{i}", _fill(shade), opacity))
    ET.SubElement(element, "source-symbol").append(_symbol("fill", "0", _fill(FILLS[0])))
    return element


def _categories(column: str, looks: dict[str, tuple[str, ET.Element]]) -> ET.Element:
    element = ET.Element("renderer-v2", type="categorizedSymbol", attr=column, symbollevels="0",
                         enableorderby="0", forceraster="0")  # fmt: skip
    parts, symbols = ET.SubElement(element, "categories"), ET.SubElement(element, "symbols")
    for i, (value, (label, look)) in enumerate(looks.items()):
        ET.SubElement(parts, "category", symbol=f"{i}", value=value, label=label, render="true",
                      type="integer" if column == "year" else "string")  # fmt: skip
        symbols.append(_symbol(_kind(look), f"{i}", look))
    return element


def _single(look: ET.Element) -> ET.Element:
    element = ET.Element("renderer-v2", type="singleSymbol", symbollevels="0", enableorderby="0",
                         forceraster="0")  # fmt: skip
    ET.SubElement(element, "symbols").append(_symbol(_kind(look), "0", look))
    return element


def _kind(look: ET.Element) -> str:
    return {"SimpleMarker": "marker", "SimpleLine": "line"}.get(str(look.get("class")), "fill")


def _symbol(kind: str, name: str, look: ET.Element, opacity: str = "1") -> ET.Element:
    element = ET.Element("symbol", type=kind, name=name, alpha=opacity, clip_to_extent="1",
                         force_rhr="0")  # fmt: skip
    element.append(look)
    return element


def _point(colour: str, size: str, shape: str = "circle") -> ET.Element:
    ring = shape == "ring"
    return _look("SimpleMarker", name="circle" if ring else shape, size=size, size_unit="MM",
                 color=_rgba("#ffffff" if ring else colour), outline_width="0.5" if ring else "0.2",
                 outline_color=_rgba(colour if ring else "#ffffff"))  # fmt: skip


def _line(kind: str) -> ET.Element:
    return _look("SimpleLine", line_color=_rgba(_LINE), line_width="0.6", line_width_unit="MM",
                 line_style="dash" if kind in _DASHED else "solid")  # fmt: skip


def _fill(colour: str) -> ET.Element:
    return _look("SimpleFill", color=_rgba(colour), outline_color=_rgba(BORDER), style="solid",
                 outline_width="0.26")  # fmt: skip


def _look(kind: str, **options: str) -> ET.Element:
    """Return a layer of a symbol, in the form of old and of new releases."""
    element = ET.Element("layer", {"class": kind, "enabled": "1", "locked": "0", "pass": "0"})
    inside = ET.SubElement(element, "Option", type="Map")
    for name, value in options.items():
        ET.SubElement(inside, "Option", name=name, type="QString", value=value)
    for name, value in options.items():
        ET.SubElement(element, "prop", k=name, v=value)
    return element


def _rgba(colour: str) -> str:
    return ",".join(str(part) for part in bytes.fromhex(colour[1:])) + ",255"


def _between(count: int) -> list[str]:
    """Return colours from the first to the last of :data:`YEARS`."""
    first, last = (np.array(list(bytes.fromhex(colour[1:]))) for colour in YEARS)
    steps = np.linspace(0, 1, count) if count > 1 else np.array([1.0])
    mixed = [np.rint(first + step * (last - first)).astype(int) for step in steps]
    return ["#" + bytes(shade.tolist()).hex() for shade in mixed]


def _both(key: str) -> str:
    return " ".join(text(key, language) for language in DATA_LANGUAGES)
