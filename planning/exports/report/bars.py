"""Bullet bars: built, planned and gap as shares of a region's own target, as on the screen."""

from __future__ import annotations

import math

from data.export.report.document import Drawing
from layers.map.palette import colours
from planning.exports.report.reader import Row

#: Size of a bar, in the units of its drawing and on paper.
_WIDTH, _HEIGHT, _MM = 120.0, 12.0, 27.0
#: Share of the target at the end of the axis.
_END = 1.2


def bar(row: Row, *, villages: bool, alt: str) -> Drawing:
    """Return the bar of one row of a gap table.

    Parameters
    ----------
    row
        A row of :func:`planning.gaps.gap_table`.
    villages
        Whether villages are counted: covered and uncovered have colours of their own.
    alt
        What the bar shows, in words.

    Returns
    -------
    drawing
        Hatched where something is unknown, grey where no target is set.
    """
    ink = colours(dark=False)
    target, built = float(row["target"]), float(row["built"])
    if math.isnan(target):
        parts = _band(0, 1, ink["no-target"])
    elif math.isnan(built) or target <= 0:
        parts = _band(0, 1, ink["unknown-ground"]) + _hatch(ink["unknown"])
    else:
        parts = _known(row, target, built, ink, villages=villages)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH:g}" height="{_HEIGHT:g}" '
        f'viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}">'
    )
    return Drawing(f"{head}{parts}</svg>", _MM, _MM * _HEIGHT / _WIDTH, alt)


def _known(row: Row, target: float, built: float, ink: dict[str, str], *, villages: bool) -> str:
    has, lacks = ("covered", "uncovered") if villages else ("built", "gap")
    done, planned = built / target, float(row["planned"]) / target
    parts = _band(0, done, ink[has])
    parts += _band(done, done + planned, ink["planned"], outline=ink["built"])
    parts += _band(done + planned, 1, ink[lacks])
    ends = [1 - float(row[name]) / target for name in ("gap_high", "gap_low")]
    if all(math.isfinite(end) for end in ends) and ends[0] < ends[1]:
        parts += _whisker(ends[0], ends[1], ink["ink"])
    tick = f'<rect x="{_x(1) - 0.7:.1f}" y="0" width="1.4" height="12" fill="{ink["ink"]}"/>'
    return parts + tick


def _x(share: float) -> float:
    return min(max(share, 0.0), _END) / _END * _WIDTH


def _band(first: float, last: float, fill: str, *, outline: str = "") -> str:
    width = _x(last) - _x(first)
    if width <= 0:
        return ""
    edge = f' stroke="{outline}" stroke-width="0.8"' if outline else ""
    return f'<rect x="{_x(first):.1f}" y="2" width="{width:.1f}" height="8" fill="{fill}"{edge}/>'


def _hatch(stroke: str) -> str:
    lines = "".join(f"M{x} 10L{x + 8} 2" for x in range(0, int(_x(1)) - 7, 6))
    return f'<path d="{lines}" stroke="{stroke}" stroke-width="1" fill="none"/>'


def _whisker(low: float, high: float, ink: str) -> str:
    """Return the interval as a line with a white rim; an arrow where it leaves the axis."""
    left, right = _x(low), _x(high)
    path = f"M{left:.1f} 6H{right:.1f}"
    path += _arrow(left, 3) if low < 0 else _end(left)
    path += _arrow(right, -3) if high > _END else _end(right)
    rim = f'<path d="{path}" stroke="#FFFFFF" stroke-width="2.6" fill="none"/>'
    return f'{rim}<path d="{path}" stroke="{ink}" stroke-width="1.2" fill="none"/>'


def _end(x: float) -> str:
    return f"M{x:.1f} 3V9"


def _arrow(x: float, back: float) -> str:
    return f"M{x + back:.1f} 3.5L{x:.1f} 6L{x + back:.1f} 8.5"
