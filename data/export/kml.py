"""KML for Google Earth: regions shaded by gap, points by state, every text escaped.

Each layer of a gap table is a folder with its own classes and legend, since its unit differs; the
first is shown, the others are hidden until ticked. A province drawn together with its parts is an
outline, which does not hide them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from html import escape as html_escape
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
import pandas as pd
import shapely

from data.export.bundle import ExportBundle, is_illustrative, number_text, records
from data.export.geo import COORDINATE_DECIMALS, further_shapes, shapes_of
from data.wording.catalogue import DATA_LANGUAGES, text

#: Fill by class of gap, from little to much (viridis reversed: readable without colour vision).
_FILLS = ("FDE725", "7AD151", "22A884", "2A788E", "414487", "440154")
_NO_FIGURE = "BDBDBD"
#: Colour and size of a point by state; the size distinguishes them without colour.
_POINTS = {
    "uncovered": ("D55E00", 0.7),
    "covered": ("0072B2", 0.35),
    "unknown": ("999999", 0.5),
    "site": ("CC79A7", 1.0),
}
#: Name of a colour → what it means, in the legend of points.
_POINT_LEGEND = {
    "kml.orange": "kml.uncovered", "kml.blue": "kml.covered", "kml.grey": "kml.unknown",
    "kml.purple": "kml.placed_site",
}  # fmt: skip
_LINE, _LINE_LEGEND = "E69F00", {"kml.orange": "kml.route"}
_SUMMARY = ("layer", "gap", "unit", "as_of", "households", "state", "evidence", "source_ids")
_ESCAPES = {'"': "&quot;", "'": "&apos;", "\r": "&#13;"}


#: Function of a row's texts and its stamp that returns the description of a feature as HTML.
Describe = Callable[[dict[str, str], str], str]
#: The same, of the texts and whether the row is illustrative.
Tell = Callable[[dict[str, str], bool], str]


def to_kml(bundle: ExportBundle) -> bytes:
    """Return a KML document of the main table and every further table of points.

    Parameters
    ----------
    bundle
        Tables, shapes and provenance.

    Returns
    -------
    content
        The file.
    """
    return kml_text(bundle, _summary).encode()


def kml_text(
    bundle: ExportBundle,
    describe: Describe,
    *,
    entitle: Callable[[str], str] = str,
    icon: str = "",
) -> str:
    """Return the KML document of a bundle.

    The description of each feature carries evidence, sources and, where a row is illustrative, the
    stamp; its balloon shows that and nothing else.

    Parameters
    ----------
    bundle
        Tables, shapes and provenance.
    describe
        Makes the description of a feature: HTML with every text escaped.
    entitle
        Makes the title of a folder from the name of a table, or from a layer and its metric.
    icon
        Address of the icon of points; empty for the program's own.

    Returns
    -------
    document
        The document.
    """
    row_stamp = f"{_words('stamp.row')} {bundle.stamp}"

    def tell(texts: dict[str, str], is_invented: bool) -> str:  # noqa: FBT001  called by zip
        return describe(texts, row_stamp if is_invented else bundle.stamp)

    folders = [(entitle(name), legend, marks) for name, legend, marks in _folders(bundle, tell)]
    lines = [f"{name} — {legend}" for name, legend, _ in folders]
    lines += [f"{key}: {value}" for key, value in bundle.provenance.items()]
    about = "\n".join(lines)
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>',
        f"<name>{_xml(bundle.title_zh)} / {_xml(bundle.title_en)}</name><open>1</open>",
        f"<description>{_xml(html_escape(about, quote=False))}</description>",
        *_styles(icon),
    ]
    for name, legend, marks in folders:
        parts += [
            f"<Folder><name>{_xml(name)}</name><description>{_xml(legend)}</description>",
            *marks,
            "</Folder>",
        ]
    parts.append("</Document></kml>\n")
    return "\n".join(parts)


def _folders(bundle: ExportBundle, tell: Tell) -> Iterator[tuple[str, str, list[str]]]:
    """Yield name, legend and placemarks of each folder."""
    main, shapes = bundle.main, shapes_of(bundle)
    if bundle.geometry is None:
        yield bundle.kind, _legend(_POINT_LEGEND), _point_marks(main, shapes, tell)
    elif is_lines(shapes):
        marks = _marks(main, shapes, ["line"] * len(main), tell)
        yield bundle.kind, _legend(_LINE_LEGEND), marks
    else:
        layers = main["layer"] if "layer" in main.columns else pd.Series(bundle.kind, main.index)
        if "metric" in main.columns:
            layers = layers + " " + main["metric"]
        for place, name in enumerate(layers.unique()):
            rows = (layers == name).to_numpy()
            styles, legend = _classes(main[rows])
            marks = _marks(main[rows], shapes[rows], styles, tell, visible=place == 0)
            yield str(name), legend, marks
    for name, frame in bundle.extra.items():
        further = further_shapes(bundle, name)
        if further is None:
            continue
        if name in bundle.shapes:
            marks = _marks(frame, further, ["line"] * len(frame), tell)
            yield name, _legend(_LINE_LEGEND), marks
        else:
            yield name, _legend(_POINT_LEGEND), _point_marks(frame, further, tell)


def is_lines(shapes: np.ndarray) -> bool:
    """Return whether every known shape is a line.

    Parameters
    ----------
    shapes
        (n,) shapely geometries or None.

    Returns
    -------
    is_lines
        True if there is at least one line and nothing else.
    """
    kinds = {shape.geom_type for shape in shapes if shape is not None}
    return bool(kinds) and kinds <= {"LineString", "MultiLineString"}


def _classes(frame: pd.DataFrame) -> tuple[list[str], str]:
    """Return the style of each row by quantiles of its gap, and the legend."""
    gap = frame["gap"].to_numpy(float) if "gap" in frame.columns else np.full(len(frame), np.nan)
    whole = np.zeros(len(frame), bool)
    if "level" in frame.columns and set(frame["level"]) > {"province"}:
        whole = (frame["level"] == "province").to_numpy()
    known = gap[np.isfinite(gap) & ~whole]
    steps = np.linspace(0, 1, len(_FILLS) + 1)[1:]
    limits = np.unique(np.quantile(known, steps)) if len(known) else np.empty(0)
    styles = [
        "outline" if is_whole else f"fill-{np.searchsorted(limits, value)}"
        if np.isfinite(value) else "fill-none"
        for value, is_whole in zip(gap, whole, strict=True)
    ]  # fmt: skip
    colours = zip(_FILLS, limits, strict=False)
    legend = [
        f"{_words(f'kml.colour_{colour}')}: ≤ {number_text(round(float(top), 1))}"
        for colour, top in colours
    ]
    no_figure = _legend({"kml.grey": "kml.no_figure"})
    return styles, f"{_words('kml.gap')}: {'; '.join([*legend, no_figure])}"


def _legend(meanings: Mapping[str, str]) -> str:
    """Return a legend in both languages from the keys of colours and of what they mean."""
    return "; ".join(f"{_words(colour)}: {_words(what)}" for colour, what in meanings.items())


def _words(key: str) -> str:
    """Return words in Chinese and English."""
    return " ".join(text(key, language) for language in DATA_LANGUAGES)


def _point_marks(frame: pd.DataFrame, shapes: np.ndarray, tell: Tell) -> list[str]:
    if "state" in frame.columns:
        states = [state if state in _POINTS else "unknown" for state in frame["state"]]
    else:
        states = ["site"] * len(frame)
    return _marks(frame, shapes, [f"point-{state}" for state in states], tell)


def _marks(
    frame: pd.DataFrame, shapes: np.ndarray, styles: list[str], tell: Tell, *, visible: bool = True
) -> list[str]:
    invented = is_illustrative(frame).tolist()
    hidden = "" if visible else "<visibility>0</visibility>"
    return [
        _placemark(texts, shape, f"#{style}", tell(texts, is_invented), hidden)
        for row, shape, style, is_invented in zip(
            records(frame), shapes, styles, invented, strict=True
        )
        for texts in ({key: number_text(value) for key, value in row.items()},)
    ]


def _summary(texts: dict[str, str], stamp: str) -> str:
    summary = "; ".join(f"{key}: {texts[key]}" for key in _SUMMARY if texts.get(key))
    return html_escape(f"{stamp} {summary}".strip(), quote=False)


def _placemark(texts: dict[str, str], shape: Any, style: str, about: str, hidden: str) -> str:
    data = "".join(
        f'<Data name="{_xml(key)}"><value>{_xml(text)}</value></Data>'
        for key, text in texts.items()
    )
    return (
        f"<Placemark><name>{_xml(label_of(texts))}</name>{hidden}"
        f"<description>{_xml(about)}</description><styleUrl>{style}</styleUrl>"
        f"<ExtendedData>{data}</ExtendedData>{_geometry(shape)}</Placemark>"
    )


def label_of(texts: dict[str, str]) -> str:
    """Return the name of a feature: region, village id, or number and preset of a site.

    Parameters
    ----------
    texts
        Column → text of the row; empty where unknown.

    Returns
    -------
    label
        Empty for a row of another table.
    """
    for names in (
        ("name_zh", "name_en"), ("village_id",), ("rank", "county_zh", "county_en"),
        ("route_id",), ("site", "title_zh", "title_en"),
    ):  # fmt: skip
        if found := [texts[name] for name in names if texts.get(name)]:
            return " ".join(found)
    return ""


def _styles(icon: str) -> Iterator[str]:
    balloon = "<BalloonStyle><text>$[description]</text></BalloonStyle>"
    image = f"<Icon><href>{_xml(icon)}</href></Icon>" if icon else ""
    fills = {f"fill-{i}": colour for i, colour in enumerate(_FILLS)} | {"fill-none": _NO_FIGURE}
    for name, colour in fills.items():
        yield (
            f'<Style id="{name}">{balloon}'
            "<LineStyle><color>ff444444</color><width>1</width></LineStyle>"
            f"<PolyStyle><color>b0{_bgr(colour)}</color></PolyStyle></Style>"
        )
    yield (
        f'<Style id="outline">{balloon}<LineStyle><color>ff000000</color><width>2</width>'
        "</LineStyle><PolyStyle><fill>0</fill></PolyStyle></Style>"
    )
    yield (
        f'<Style id="line">{balloon}<LineStyle><color>ff{_bgr(_LINE)}</color><width>2</width>'
        "</LineStyle></Style>"
    )
    for name, (colour, scale) in _POINTS.items():
        yield (
            f'<Style id="point-{name}">{balloon}<IconStyle><color>ff{_bgr(colour)}</color>'
            f"<scale>{scale}</scale>{image}</IconStyle>"
            "<LabelStyle><scale>0</scale></LabelStyle></Style>"
        )


def _bgr(rgb: str) -> str:
    return (rgb[4:6] + rgb[2:4] + rgb[0:2]).lower()


def _geometry(shape: Any) -> str:
    if shape is None or shape.is_empty:
        return ""
    if shape.geom_type in {"Point", "LineString"}:
        tag = shape.geom_type
        return f"<{tag}><coordinates>{_coordinates(shape.coords)}</coordinates></{tag}>"
    if shape.geom_type == "Polygon":
        return _polygon(shape)
    return f"<MultiGeometry>{''.join(map(_geometry, shape.geoms))}</MultiGeometry>"


def _polygon(shape: shapely.Polygon) -> str:
    rings = [("outerBoundaryIs", shape.exterior)]
    rings += [("innerBoundaryIs", ring) for ring in shape.interiors]
    body = "".join(
        f"<{tag}><LinearRing><coordinates>{_coordinates(ring.coords)}</coordinates></LinearRing>"
        f"</{tag}>"
        for tag, ring in rings
    )
    return f"<Polygon>{body}</Polygon>"


def _coordinates(pairs: Iterable[tuple[float, ...]]) -> str:
    n = COORDINATE_DECIMALS
    return " ".join(f"{x:.{n}f},{y:.{n}f}" for x, y, *_ in pairs)


def _xml(text: str) -> str:
    return escape(text, _ESCAPES)
