"""What accepted sites bring to the villages that they serve."""

from __future__ import annotations

import pandas as pd

from data.tables.imports import STAGES

#: Technology of a site → service of the villages.
SERVICES = {"4G": "has_4g", "5G": "has_5g"}
#: Last stage in the life of a site.
ACCEPTED = STAGES[-1]
_FAILED = "failed"


def village_ids(villages: object) -> list[str]:
    """Return the ids of the villages that a site serves.

    Parameters
    ----------
    villages
        Ids separated by semicolons; empty or None for none.

    Returns
    -------
    ids
        In their order.

    Examples
    --------
    >>> village_ids("v1; v2;"), village_ids(None)
    (['v1', 'v2'], [])
    """
    return [part.strip() for part in str(villages or "").split(";") if part.strip()]


def accepted(lives: pd.DataFrame) -> pd.DataFrame:
    """Return what accepted sites state of villages.

    Parameters
    ----------
    lives
        Rows of the lives of sites.

    Returns
    -------
    statements
        Frame of ``village_id``, ``service`` (``has_4g`` or ``has_5g``), ``as_of``, ``evidence``
        and ``source``; a site that failed its test states nothing.
    """
    counted = lives[(lives["stage"] == ACCEPTED) & (lives["result"] != _FAILED)]
    rows = [
        (village, SERVICES[str(row["technology"])], row["as_of"], row["evidence"],
         row["source"] if isinstance(row["source"], str) else row["site_id"])
        for row in counted.astype(object).to_dict("records")
        if str(row["technology"]) in SERVICES
        for village in village_ids(None if pd.isna(row["villages"]) else row["villages"])
    ]  # fmt: skip
    names = ["village_id", "service", "as_of", "evidence", "source"]
    return pd.DataFrame(rows, columns=names, dtype=object)


def served(villages: pd.DataFrame, lives: pd.DataFrame) -> pd.DataFrame:
    """Return the villages with the services that accepted sites brought.

    Parameters
    ----------
    villages
        Rows of the table of villages; not changed. An illustrative one stays as it is.
    lives
        Rows of the lives of sites.

    Returns
    -------
    villages
        The same rows; where a service changed, with its date, evidence and source.
    """
    said = accepted(lives).sort_values("as_of", kind="stable")
    whole = villages.copy()
    for name in ("as_of", "source", *SERVICES.values()):
        if name not in whole.columns:
            whole[name] = pd.Series(pd.NA, index=whole.index, dtype=object)
    real = whole["evidence"] != "illustrative"
    for service, rows in said.groupby("service"):
        last = rows.drop_duplicates("village_id", keep="last").set_index("village_id")
        hit = real & whole["village_id"].isin(last.index)
        ids = whole.loc[hit, "village_id"]
        whole.loc[hit, str(service)] = True
        for name in ("as_of", "evidence", "source"):
            whole[name] = whole[name].astype(object)
            whole.loc[hit, name] = ids.map(last[name])
    return whole
