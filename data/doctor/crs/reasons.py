"""Reasons for the decision on coordinates, as messages."""

from __future__ import annotations

import math

from data.doctor.base import Hypothesis
from data.wording.catalogue import Message
from geo.earth.projections import ZONES


def decided(best: Hypothesis, second: tuple[Hypothesis, ...], datum: str = "") -> Message:
    """Return the figures that decided, those of the next best reading beside them.

    Parameters
    ----------
    best
        The reading that was applied.
    second
        Readings to compare it with.
    datum
        System of degrees whose datum the file names; empty where it names none.

    Returns
    -------
    reason
        With a note on the datum where ``best`` is a Gauss–Krüger zone that no file declared.
    """
    reason = Message("crs_reason.decided", {"crs": best.crs, "figures": _figures(best)})
    for other in second:
        reason = Message(
            "crs_reason.next",
            {"reason": reason, "crs": other.crs, "figures": _figures(other)},
        )
    if datum:
        return Message("crs_reason.datum", {"reason": reason, "crs": datum})
    code = best.crs.removeprefix("EPSG:")
    if code.isdecimal() and int(code) in ZONES:
        return Message("crs_reason.zone", {"reason": reason})
    return reason


def undecided(best: Hypothesis, rival: Hypothesis, apart_m: float) -> Message:
    """Return which two readings fit about equally well.

    Parameters
    ----------
    best, rival
        The two readings, the likelier first.
    apart_m
        Median distance between their points [m].

    Returns
    -------
    reason
        Names both systems, the distance and the places that were compared.
    """
    return Message(
        "crs_reason.undecided",
        {"best": best.crs, "rival": rival.crs, "apart": apart_m, "matched": best.matched},
    )


def _figures(item: Hypothesis) -> Message:
    figures = Message("crs_reason.inside", {"share": item.inside})
    if not math.isnan(item.inside_named):
        figures = Message(
            "crs_reason.inside_named", {"figures": figures, "share": item.inside_named}
        )
    if not math.isnan(item.residual_m):
        figures = Message("crs_reason.residual", {"figures": figures, "metres": item.residual_m})
    return figures
