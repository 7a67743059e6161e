"""``demonstration_relief.tif``: invented hills that agree with the real relief of 9.3 km cells.

No hill of it is real. The rule and its figures are in ``data/packs/README.md``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from data.atomic import atomic_path
from data.elevation.mosaic import DEMONSTRATION_FILE
from data.provinces.illustrative.counties import SEED

if TYPE_CHECKING:
    from data.provinces.illustrative.counties import County
    from data.provinces.relief import Relief

Floats = NDArray[np.float64]

#: Cells of 3 arc-seconds on one side of a cell of the real relief (1/12°).
FINE = 100
#: The county and so much around it has heights [°], 11 km: paths to sites across its border.
MARGIN_DEG = 0.1
#: Wavelengths of the hills, the longest in cells of the real relief; each half of the one before.
_LONGEST, _OCTAVES = 1.0, 7
#: The longest octaves are folded into sharp ridges and valleys, the others are plain roughness.
_FOLDED = 4
#: Each octave is so much lower than the one before: 2^-H, a Hurst exponent H of 0.6 where rivers
#: carve, 1.2 on slopes below that (assumed: bare relief has 0.7 to 0.9, Mandelbrot 1982).
_FALL_FOLDED, _FALL_PLAIN = 2.0**-0.6, 2.0**-1.2
#: Standard deviation inside a cell of 9.3 km as a share of that among it and its eight neighbours
#: (assumed), and the least [m].
_SHARE, _LEAST_M = 0.8, 15.0
#: Heights are whole multiples of this [m]: half of the bytes.
_QUANTUM_M = 2
_VOID = -32_768
#: Rounds in which means of cells are brought to the real ones.
_ROUNDS = 300


def demonstration_relief(county: County, relief: Relief) -> tuple[NDArray[np.int16], float, float]:
    """Return heights [m], −32768 far from the county, and the north-west corner [°]."""
    west, south, east, north = county.polygon.bounds
    half = 0.5 / 12
    rows = np.flatnonzero(
        (relief.lat + half > south - MARGIN_DEG) & (relief.lat - half < north + MARGIN_DEG)
    )
    columns = np.flatnonzero(
        (relief.lon + half > west - MARGIN_DEG) & (relief.lon - half < east + MARGIN_DEG)
    )
    part = np.ix_(rows, columns)
    means, rough = relief.elevation[part], relief.roughness()[part]
    hills = _hills(county.rng("demonstration relief"), means.shape)
    # Where the land is rough the hills are high; the share is that of a standard deviation.
    height = np.maximum(_SHARE * rough, _LEAST_M)
    surface = hills * _smooth(height)
    surface = surface + _smooth(_undone(means - _block_means(surface)))
    left, top = relief.lon[columns[0]] - half, relief.lat[rows[0]] + half
    cells = np.round(surface / _QUANTUM_M).astype(np.int16) * np.int16(_QUANTUM_M)
    cells[~_near(county, cells.shape, float(left), float(top))] = _VOID
    return cells, float(left), float(top)


def write_demonstration(folder: Path, county: County, relief: Relief) -> Path:
    """Write the demonstration relief of a county into a pack's folder."""
    import rasterio
    from rasterio.transform import from_origin

    cells, left, top = demonstration_relief(county, relief)
    path = folder / DEMONSTRATION_FILE
    step = 1 / (12 * FINE)
    with (
        atomic_path(path) as part,
        rasterio.open(
            part, "w", driver="GTiff", height=cells.shape[0], width=cells.shape[1], count=1,
            dtype="int16", crs="EPSG:4326", transform=from_origin(left, top, step, step),
            nodata=_VOID, compress="deflate", zlevel=9, predictor=2, tiled=True, num_threads=1,
        ) as made,
    ):  # fmt: skip
        made.write(cells, 1)
        made.update_tags(
            TIFFTAG_IMAGEDESCRIPTION="ILLUSTRATIVE: invented relief, no hill of it is real; only "
            "means of 1/12 degree cells agree with ITU-R P.1511. See data/packs/README.md",
            EVIDENCE="illustrative",
            SEED=str(SEED),
        )
    path.chmod(0o644)
    return path


def _hills(draw: np.random.Generator, shape: tuple[int, int]) -> Floats:
    """Return hills of mean 0 and standard deviation about 1 on the fine cells."""
    total, weight = np.zeros((shape[0] * FINE, shape[1] * FINE)), 1.0
    for octave in range(_OCTAVES):
        period = _LONGEST / 2**octave * FINE
        # Uniform draws and products of them only: the same bytes on every machine.
        count = tuple(int(side * FINE / period) + 4 for side in shape)
        noise = _spline(draw.uniform(-1.0, 1.0, count), total.shape, period)
        if octave < _FOLDED:
            # Ridges where the noise is 0, then valleys there, by turns.
            noise = np.abs(noise) if octave % 2 else -np.abs(noise)
        total += weight * (noise - noise.mean()) / noise.std()
        weight *= _FALL_FOLDED if octave < _FOLDED else _FALL_PLAIN
    return np.asarray(total / total.std())


def _spline(knots: Floats, shape: tuple[int, ...], period: float) -> Floats:
    """Return the cubic B-spline through knots ``period`` fine cells apart."""
    for axis, size in enumerate(shape):
        at = (np.arange(size) + 0.5) / period
        whole = np.floor(at).astype(np.int64)
        t = at - whole
        weights = (
            (1 - t) ** 3 / 6, (3 * t**3 - 6 * t**2 + 4) / 6,
            (-3 * t**3 + 3 * t**2 + 3 * t + 1) / 6, t**3 / 6,
        )  # fmt: skip
        side = [1, 1]
        side[axis] = size
        knots = sum(
            (knots.take(whole + k, axis=axis) * weight.reshape(side)
             for k, weight in enumerate(weights)),
            start=np.zeros(1),
        )  # fmt: skip
    return knots


def _smooth(coarse: Floats) -> Floats:
    """Return a smooth surface over the fine cells with knots in the middle of the coarse ones."""
    padded = np.pad(coarse, 2, mode="edge")
    shape = (coarse.shape[0] * FINE, coarse.shape[1] * FINE)
    # The middle of the first coarse cell is knot 2 of the padded ones; a B-spline's first piece
    # lies between its knots 1 and 2, so the surface begins half a cell before.
    wide = _spline(padded, (shape[0] + FINE, shape[1] + FINE), FINE)
    half = FINE // 2
    return wide[half : half + shape[0], half : half + shape[1]]


def _undone(means: Floats) -> Floats:
    """Return the knots whose smooth surface has these means over the coarse cells."""
    knots = means.copy()
    left = means
    for _ in range(3):
        for _ in range(_ROUNDS):
            knots += left - _mean_of_spline(knots)
        # The means of 100 cells are not quite the integrals that the weights represent.
        left = left + means - _block_means(_smooth(knots))
    return knots


def _mean_of_spline(knots: Floats) -> Floats:
    """Return the integrals of the B-spline over its coarse cells: quartic B-spline weights."""
    for axis in (0, 1):
        padded = np.pad(knots, [(2, 2) if a == axis else (0, 0) for a in (0, 1)], mode="edge")
        size = knots.shape[axis]
        parts = [padded.take(np.arange(size) + k, axis=axis) for k in range(5)]
        knots = (parts[0] + 76 * parts[1] + 230 * parts[2] + 76 * parts[3] + parts[4]) / 384
    return knots


def _block_means(fine: Floats) -> Floats:
    rows, columns = fine.shape[0] // FINE, fine.shape[1] // FINE
    return np.asarray(fine.reshape(rows, FINE, columns, FINE).mean(axis=(1, 3)))


def _near(county: County, shape: tuple[int, int], left: float, top: float) -> NDArray[np.bool_]:
    """Return which fine cells lie in the coarse cells that the county's surroundings touch."""
    around = shapely.buffer(county.polygon, MARGIN_DEG)
    shapely.prepare(around)
    rows, columns = shape[0] // FINE, shape[1] // FINE
    west = left + np.arange(columns)[None, :] / 12 + np.zeros((rows, 1))
    north = top - np.arange(rows)[:, None] / 12 + np.zeros((1, columns))
    touched = shapely.intersects(around, shapely.box(west, north - 1 / 12, west + 1 / 12, north))
    return np.asarray(np.kron(touched, np.ones((FINE, FINE), dtype=bool)))
