"""Compiled inner loop that lays the cells of a raster into a grid."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.compiled import compiled


@compiled
def lay_cells(
    there: NDArray[np.float32],
    cells: NDArray[Any],
    metres: tuple[float, float],
    nodata: float,
    limits: tuple[float, float],
) -> None:
    """Fill the voids of ``there`` with heights: the first valid one wins.

    Parameters
    ----------
    there
        (rows, columns) heights [m], NaN where void; changed in place.
    cells
        (rows, columns) cells of a raster, of any number type.
    metres
        Factor and offset that make metres of them.
    nodata
        Value of cells without a height; NaN for none.
    limits
        Lowest and highest plausible height [m]; anything beyond is void.
    """
    low, high = limits
    factor, offset = metres
    for i in range(there.shape[0]):
        for j in range(there.shape[1]):
            if np.isnan(there[i, j]):
                cell = cells[i, j]
                height = np.float32(cell * factor + offset)
                if low <= height <= high and cell != nodata:
                    there[i, j] = height
