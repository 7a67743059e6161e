"""Evidence classes of a figure, and how they combine.

Measured, declared, modelled and illustrative figures never mix silently: a figure computed
from several carries the weakest class among them.
"""

from __future__ import annotations

from collections.abc import Iterable

#: From the strongest to the weakest.
EVIDENCE_CLASSES: tuple[str, ...] = (
    "measured",
    "reported",
    "derived",
    "declared",
    "allocated",
    "modelled",
    "assumed",
    "illustrative",
)


def weakest(classes: Iterable[str]) -> str:
    """Return the weakest of the given evidence classes.

    Parameters
    ----------
    classes
        Members of :data:`EVIDENCE_CLASSES`, at least one.

    Returns
    -------
    weakest
        The class that comes last in :data:`EVIDENCE_CLASSES`.

    Raises
    ------
    ValueError
        If no class is given or one is unknown.

    Examples
    --------
    >>> weakest(["reported", "allocated"])
    'allocated'
    """
    return max(classes, key=EVIDENCE_CLASSES.index)
