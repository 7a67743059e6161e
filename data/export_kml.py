"""KML for Google Earth: regions shaded by gap, villages by state, every text escaped."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
import shapely

from data.export import COORDINATE_DECIMALS, ExportBundle, as_geo, printable

#: Fill by class of gap, from little to much (viridis reversed: readable without colour vision).
_FILLS = ("FDE725", "7AD151", "22A884", "2A788E", "414487", "440154")
_NO_FIGURE = "BDBDBD"
#: Colour and size of a point by state; the size tells them apart without colour.
_POINTS = {
    "uncovered": ("D55E00", 0.7),
    "covered": ("0072B2", 0.35),
    "unknown": ("999999", 0.5),
    "site": ("CC79A7", 1.0),
}


def to_kml(bundle: ExportBundle) -> bytes:
    """Return a KML document; the description of each feature carries evidence and sources."""
    shapes = as_geo(bundle)
    values = (
        shapes["gap"].to_numpy(float) if "gap" in shapes.columns else np.full(len(shapes), np.nan)
    )
    limits = _limits(values)
    about = "\n".join(f"{key}: {text}" for key, text in bundle.about.items())
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>',
        f"<name>{_text(bundle.title_zh)} / {_text(bundle.title_en)}</name>",
        f"<description>{_text(f'{bundle.stamp} {about} {_legend(limits)}')}</description>",
        *_styles(),
    ]
    geometry = shapes.geometry.to_numpy()
    for row, shape, value in zip(
        shapes.drop(columns="geometry").to_dict("records"), geometry, values, strict=True
    ):
        parts.append(_placemark(row, shape, _style_of(row, value, limits), bundle.stamp))
    parts.append("</Document></kml>\n")
    return "\n".join(parts).encode(errors="replace")


def _limits(values: np.ndarray) -> list[float]:
    known = values[np.isfinite(values)]
    if not len(known):
        return []
    return sorted({float(q) for q in np.quantile(known, np.linspace(0, 1, len(_FILLS) + 1)[1:-1])})


def _legend(limits: list[float]) -> str:
    if not limits:
        return ""
    steps = [f"≤ {limit:,.0f}" for limit in limits] + [f"> {limits[-1]:,.0f}"]
    names = ("yellow", "light green", "green", "blue-green", "blue", "violet")
    pairs = ", ".join(f"{name} {step}" for name, step in zip(names, steps, strict=False))
    return f"Gap: {pairs}; grey: no figure"


def _style_of(row: dict[str, Any], value: float, limits: list[float]) -> str:
    if "state" in row:
        return f"point-{row['state']}"
    if "site" in row:
        return "point-site"
    if not math.isfinite(value):
        return "fill-none"
    return f"fill-{int(np.searchsorted(limits, value))}"


def _styles() -> Iterator[str]:
    for name, colour in [*((str(i), c) for i, c in enumerate(_FILLS)), ("none", _NO_FIGURE)]:
        yield (
            f'<Style id="fill-{name}">'
            "<LineStyle><color>ff444444</color><width>1</width></LineStyle>"
            f"<PolyStyle><color>b0{_bgr(colour)}</color></PolyStyle></Style>"
        )
    for name, (colour, scale) in _POINTS.items():
        yield (
            f'<Style id="point-{name}"><IconStyle><color>ff{_bgr(colour)}</color>'
            f"<scale>{scale}</scale></IconStyle>"
            "<LabelStyle><scale>0</scale></LabelStyle></Style>"
        )


def _bgr(rgb: str) -> str:
    return (rgb[4:6] + rgb[2:4] + rgb[0:2]).lower()


def _placemark(row: dict[str, Any], shape: Any, style: str, stamp: str) -> str:
    name = row.get("name_zh") or row.get("village_id") or row.get("title_zh") or ""
    english = row.get("name_en") or row.get("title_en") or ""
    note = stamp if row.get("evidence") == "illustrative" else ""
    data = "".join(
        f'<Data name="{_text(str(key))}"><value>{_text(_cell(value))}</value></Data>'
        for key, value in row.items()
    )
    label = " ".join(part for part in (str(name), str(english)) if part)
    summary = "; ".join(
        f"{key} {_cell(row[key])}" for key in ("gap", "households", "state", "unit", "evidence")
        if key in row
    )  # fmt: skip
    return (
        f"<Placemark><name>{_text(label)}</name>"
        f"<description>{_text(f'{note} {summary}'.strip())}</description>"
        f"<styleUrl>#{_text(style)}</styleUrl>"
        f"<ExtendedData>{data}</ExtendedData>{_geometry(shape)}</Placemark>"
    )


def _geometry(shape: Any) -> str:
    if shape is None or shape.is_empty:
        return ""
    parts = [_part(part) for part in shapely.get_parts(shape)]
    body = "".join(parts)
    return body if len(parts) == 1 else f"<MultiGeometry>{body}</MultiGeometry>"


def _part(shape: Any) -> str:
    if shape.geom_type == "Point":
        return f"<Point><coordinates>{_coordinates(shape.coords)}</coordinates></Point>"
    rings = [
        ("outerBoundaryIs", shape.exterior),
        *(("innerBoundaryIs", r) for r in shape.interiors),
    ]
    body = "".join(
        f"<{tag}><LinearRing><coordinates>{_coordinates(ring.coords)}</coordinates></LinearRing></{tag}>"
        for tag, ring in rings
    )
    return f"<Polygon>{body}</Polygon>"


def _coordinates(pairs: Iterable[tuple[float, ...]]) -> str:
    n = COORDINATE_DECIMALS
    return " ".join(f"{x:.{n}f},{y:.{n}f}" for x, y, *_ in pairs)


def _cell(value: Any) -> str:
    if value is None or value != value:  # noqa: PLR0124  NaN is unequal to itself
        return ""
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _text(text: str) -> str:
    return escape(printable(text), {'"': "&quot;", "'": "&apos;"})
