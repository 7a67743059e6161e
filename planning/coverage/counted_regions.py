"""The regions that villages are counted in: each row is named for what was asked, no more."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from data.tables.reader import Pack
from geo.errors import InputError
from layers.base import LEVELS

_REGION = ["adcode", "name_zh", "name_en", "level"]


def counted_regions(
    villages: pd.DataFrame, pack: Pack, level: str, chosen: Sequence[str] = ()
) -> tuple[pd.DataFrame, pd.Series]:
    """Return the regions of a count and the one of each village.

    Parameters
    ----------
    villages
        With ``prefecture`` and ``county``.
    pack
        The province's tables in force.
    level
        ``province``, ``prefecture`` or ``county``.
    chosen
        adcodes of the prefectures and counties that were asked for, empty for all. Where they are
        smaller than the level they are the rows themselves: one county is no prefecture.

    Returns
    -------
    regions
        adcode, names and level of each region with a village, the larger first, then by code.
    code
        adcode per village, with the index of ``villages``.

    Raises
    ------
    InputError
        If the level is unknown.
    """
    if level not in LEVELS:
        raise InputError("gaps.level", level=level, levels=", ".join(LEVELS))
    code = villages["county"].astype(object)
    if level != "county":
        whole = villages["prefecture"].isin(chosen) if chosen else pd.Series(True, code.index)
        above = villages["prefecture"] if chosen or level == "prefecture" else pack.adcode
        code = code.mask(whole, above)
    known = pd.concat([pack.regions(name)[_REGION] for name in LEVELS], ignore_index=True)
    return known[known["adcode"].isin(code.unique())].reset_index(drop=True), code
