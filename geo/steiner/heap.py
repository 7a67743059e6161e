"""Binary heap of nodes for the compiled searches of a Steiner tree."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.compiled import compiled

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Heap(NamedTuple):
    """Nodes to visit, nearest first: a binary heap; ``size`` holds one number."""

    key: Floats
    node: Ints
    size: Ints


@compiled
def new_heap(most: int) -> Heap:
    """Return an empty heap.

    Parameters
    ----------
    most
        Greatest number of entries.

    Returns
    -------
    heap
        The heap.
    """
    size = np.zeros(1, dtype=np.int64)
    return Heap(np.empty(most), np.empty(most, dtype=np.int64), size)


@compiled
def push(heap: Heap, key: float, node: int) -> None:
    """Add an entry.

    Parameters
    ----------
    heap
        Changed in place.
    key
        Key of the entry.
    node
        Its node.
    """
    i = heap.size[0]
    heap.size[0] = i + 1
    while i > 0:
        up = (i - 1) >> 1
        if heap.key[up] <= key:
            break
        heap.key[i], heap.node[i] = heap.key[up], heap.node[up]
        i = up
    heap.key[i], heap.node[i] = key, node


@compiled
def pop(heap: Heap) -> tuple[float, int]:
    """Remove the entry with the smallest key.

    Parameters
    ----------
    heap
        Changed in place; must not be empty.

    Returns
    -------
    key, node
        The entry.
    """
    top_key, top_node = heap.key[0], heap.node[0]
    last = heap.size[0] - 1
    heap.size[0] = last
    key, node = heap.key[last], heap.node[last]
    i = 0
    while True:
        down = 2 * i + 1
        if down >= last:
            break
        if down + 1 < last and heap.key[down + 1] < heap.key[down]:
            down += 1
        if heap.key[down] >= key:
            break
        heap.key[i], heap.node[i] = heap.key[down], heap.node[down]
        i = down
    heap.key[i], heap.node[i] = key, node
    return top_key, top_node
