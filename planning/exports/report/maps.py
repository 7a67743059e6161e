"""Maps of the report as vectors, drawn from the regions of the province.

The map is a plane chart: longitudes shrink by the cosine of the middle latitude, so distances
are true along that latitude. Colours and signs are those of the screen.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from data.export.report.document import Drawing
from data.export.report.fonts import FAMILY
from data.tables.reader import Pack
from layers.map.palette import colours

#: Metres of one degree of latitude on the sphere of equal area.
_DEGREE_M = 111_195.0
#: Drawing units per millimetre on paper.
_PER_MM = 4.0
#: Detail smaller than this is left out [mm on paper].
_DETAIL_MM = 0.12
_SCALES_KM = (1, 2, 5, 10, 20, 50, 100, 200)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class MapContent:
    """What a map shows.

    Attributes
    ----------
    regions
        Rows of the regions table that are drawn and named, one level.
    fills
        adcode → fill; a region without is white.
    names
        Column of the names.
    uncovered, covered, sites, kept, others
        (n, 2) longitude and latitude [°]; ``kept``: covered before, too, drawn as rings; ``others``
        as small dots.
    north
        Letter of the north arrow.
    """

    regions: gpd.GeoDataFrame
    names: str
    north: str
    fills: Mapping[str, str] = field(default_factory=dict)
    uncovered: Floats = field(default_factory=lambda: np.empty((0, 2)))
    covered: Floats = field(default_factory=lambda: np.empty((0, 2)))
    sites: Floats = field(default_factory=lambda: np.empty((0, 2)))
    kept: Floats = field(default_factory=lambda: np.empty((0, 2)))
    others: Floats = field(default_factory=lambda: np.empty((0, 2)))


@dataclass(frozen=True)
class _Frame:
    """Degrees → drawing units."""

    west: float
    north: float
    per_x: float
    per_y: float
    width: float
    height: float

    @property
    def box(self) -> shapely.Polygon:
        """What the map covers [°]."""
        east = self.west + self.width / self.per_x
        return shapely.box(self.west, self.north - self.height / self.per_y, east, self.north)

    def xy(self, degrees: Floats) -> Floats:
        """Return (n, 2) positions on the drawing."""
        return np.column_stack(
            [(degrees[:, 0] - self.west) * self.per_x, (self.north - degrees[:, 1]) * self.per_y]
        )


def region_map(pack: Pack, content: MapContent, size_mm: tuple[float, float], alt: str) -> Drawing:
    """Return a map with its surroundings, names, scale and north.

    Parameters
    ----------
    pack
        The province's tables in force.
    content
        What is shown.
    size_mm
        Width and greatest height on paper [mm].
    alt
        What the map shows, in words.

    Returns
    -------
    drawing
        As high as its regions need.
    """
    frame = _frame(content.regions, size_mm)
    ink = colours(dark=False)
    around = pack.geo("regions")
    around = around[(around["level"] == "prefecture") & around.intersects(frame.box)]
    tolerance = _DETAIL_MM * _PER_MM / frame.per_y
    parts = [
        f'<rect width="100%" height="100%" fill="{ink["unknown-ground"]}"/>',
        _areas(around, frame, tolerance, {}, ("#F4F6F8", "#FFFFFF", 1.2)),
        _areas(content.regions, frame, tolerance, content.fills, ("#FFFFFF", "#8A96A3", 0.8)),
        _outline(content.regions, frame, tolerance, ink["ink"]),
        # Beneath the villages: a site hides none that it reaches.
        _discs(frame.xy(content.sites), 4.5,
               f'fill="{ink["planned"]}" stroke="{ink["built"]}" stroke-width="1.4"'),
        _discs(frame.xy(content.others), 1.2, f'fill="{ink["unknown"]}"'),
        _discs(frame.xy(content.kept), 2.0,
               f'fill="{ink["ground"]}" stroke="{ink["covered"]}" stroke-width="1.1"'),
        _diamonds(frame.xy(content.uncovered), ink["uncovered"]),
        _discs(frame.xy(content.covered), 2.2, f'fill="{ink["covered"]}"'),
        _names(content.regions, content.names, frame),
        _scale(frame, ink["ink"]),
        _north(frame, content.north, ink["ink"]),
    ]  # fmt: skip
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{frame.width:.0f}" '
        f'height="{frame.height:.0f}" viewBox="0 0 {frame.width:.0f} {frame.height:.0f}" '
        f'font-family="{FAMILY}">'
    )
    svg = f"{head}{''.join(parts)}</svg>"
    return Drawing(svg, frame.width / _PER_MM, frame.height / _PER_MM, alt)


def fills_of(values: pd.Series) -> tuple[dict[str, str], list[float]]:
    """Return the fill of each region by its gap, and the upper limits of the classes but the last.

    Parameters
    ----------
    values
        Gap by adcode; NaN is unknown. A gap of zero or less has no class.

    Returns
    -------
    fills, limits
        Fill by adcode; rising limits.
    """
    from layers.map.symbols import class_limits

    ink = colours(dark=False)
    steps = [ink[f"gap-{step}"] for step in range(1, 6)]
    known = values[values > 0]
    limits = class_limits(known.tolist(), len(steps))
    fills = {str(code): steps[int(np.searchsorted(limits, value))] for code, value in known.items()}
    unknown = values.index[values.isna()]
    return fills | dict.fromkeys(map(str, unknown), ink["unknown"]), limits


def _frame(regions: gpd.GeoDataFrame, size_mm: tuple[float, float]) -> _Frame:
    west, south, east, north = regions.total_bounds
    shrink = math.cos(math.radians((south + north) / 2))
    width, most = (side * _PER_MM for side in size_mm)
    pad = 0.06
    across, high = (east - west) * shrink * (1 + 2 * pad), (north - south) * (1 + 2 * pad)
    per_y = min(width / across, most / high)
    height = high * per_y
    free = (width / per_y - (east - west) * shrink) / 2 / shrink
    return _Frame(west - free, north + (north - south) * pad, per_y * shrink, per_y, width, height)


def _paths(shapes: Sequence[shapely.Geometry], frame: _Frame, tolerance: float) -> list[str]:
    simple = shapely.coverage_simplify(np.array(shapes, dtype=object), tolerance)
    return [_path(shape, frame) for shape in simple]


def _path(shape: shapely.Geometry, frame: _Frame) -> str:
    rings = [
        ring
        for part in shapely.get_parts(shape)
        for ring in (part.exterior, *part.interiors)
        if not part.is_empty
    ]
    lines = []
    for ring in rings:
        points = frame.xy(shapely.get_coordinates(ring))
        lines.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "Z")
    return "".join(lines)


def _areas(
    regions: gpd.GeoDataFrame,
    frame: _Frame,
    tolerance: float,
    fills: Mapping[str, str],
    style: tuple[str, str, float],
) -> str:
    plain, stroke, width = style
    paths = _paths(regions.geometry.to_list(), frame, tolerance)
    return "".join(
        f'<path d="{path}" fill="{fills.get(code, plain)}" stroke="{stroke}" '
        f'stroke-width="{width:g}" stroke-linejoin="round"/>'
        for path, code in zip(paths, regions["adcode"], strict=True)
    )


def _outline(regions: gpd.GeoDataFrame, frame: _Frame, tolerance: float, stroke: str) -> str:
    # The union of the simplified parts: the outline and the borders inside never run double.
    parts = shapely.coverage_simplify(regions.geometry.to_numpy(), tolerance)
    path = _path(shapely.union_all(parts), frame)
    return f'<path d="{path}" fill="none" stroke="{stroke}" stroke-width="1.6"/>'


def _discs(points: Floats, radius: float, style: str) -> str:
    return "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" {style}/>' for x, y in points)


def _diamonds(points: Floats, fill: str) -> str:
    path = "".join(f"M{x:.1f} {y - 2.6:.1f}l2.6 2.6l-2.6 2.6l-2.6-2.6Z" for x, y in points)
    return f'<path d="{path}" fill="{fill}"/>' if path else ""


def _names(regions: gpd.GeoDataFrame, column: str, frame: _Frame) -> str:
    at = frame.xy(regions[["label_lon", "label_lat"]].to_numpy(float))
    size = 11 if len(regions) <= 12 else 9.5
    taken: list[tuple[float, float, float]] = []
    parts: list[str] = []
    ink = 'fill="#16202C"'
    for (x, y), name in zip(at, regions[column], strict=True):
        half = size * (0.55 if column == "name_zh" else 0.3) * len(name)
        left = min(max(x, half + 2), frame.width - half - 2)
        down = _free(left, y, half, size, taken)
        taken.append((left, down, half))
        shared = f'x="{left:.1f}" y="{down:.1f}" font-size="{size:g}" text-anchor="middle"'
        # A halo beneath: the name is read over points and borders.
        halo = 'stroke="#FFFFFF" stroke-width="3" stroke-linejoin="round" fill="#FFFFFF"'
        parts += [f"<text {shared} {style}>{escape(name)}</text>" for style in (halo, ink)]
    return "".join(parts)


def _free(
    x: float, y: float, half: float, size: float, taken: Sequence[tuple[float, float, float]]
) -> float:
    """Return the height nearest to ``y`` at which a name meets no other."""
    for step in (0, 1, -1, 2, -2, 3, -3):
        down = y + step * size
        if all(abs(x - a) > half + b or abs(down - c) > size for a, c, b in taken):
            return down
    return y


def _scale(frame: _Frame, ink: str) -> str:
    per_km = frame.per_y / _DEGREE_M * 1000
    km = max((k for k in _SCALES_KM if k * per_km < frame.width / 3), default=1)
    y = frame.height - 8
    return (
        f'<path d="M8 {y - 5:.1f}V{y:.1f}H{8 + km * per_km:.1f}v-5" fill="none" stroke="{ink}" '
        f'stroke-width="1.4"/>'
        f'<text x="8" y="{y - 8:.1f}" font-size="9.5" fill="{ink}">{km} km</text>'
    )


def _north(frame: _Frame, letter: str, ink: str) -> str:
    x = frame.width - 16
    return (
        f'<path d="M{x:.1f} 8l5 13l-5-3.5l-5 3.5Z" fill="{ink}"/>'
        f'<text x="{x:.1f}" y="31" font-size="10" text-anchor="middle" fill="{ink}">'
        f"{escape(letter)}</text>"
    )
