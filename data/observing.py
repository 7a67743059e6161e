"""Own counts join the observations of the workspace: dated, with evidence and who gave them."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from data.clock import today
from data.ledger.statements import parse_date
from data.tables.common import Counts
from data.tables.imports import IMPORT_EVIDENCE, OBSERVATIONS_IMPORT
from data.wording.catalogue import Message
from data.workspace.merging import rows_by_id
from data.workspace.team import user
from geo.errors import InputError, UnknownNameError
from geo.evidence import weakest

if TYPE_CHECKING:
    from data.tables.reader import Pack
    from data.workspace.catalogue import Catalogue, ImportRecord

#: What stands as the publication of an own count.
OWN_STATISTICS = "own statistics"
_QUALIFIERS = ("=", "~", ">", ">=")


@dataclass(frozen=True)
class OwnCount:
    """What was counted in a region up to a date.

    Attributes
    ----------
    region
        Code, Chinese or English name of the province, a prefecture or a county.
    layer, metric
        As in :mod:`data.ledger.metrics`.
    as_of
        Date it holds for, YYYY-MM-DD.
    value
        Total built by then [unit], not what was added in a month.
    unit
        Unit of the metric in the ledger.
    evidence
        ``measured``, ``declared`` or ``modelled``.
    source
        Where it is from.
    """

    region: str
    layer: str
    metric: str
    as_of: str
    value: float
    unit: str
    evidence: str = "declared"
    source: str = OWN_STATISTICS
    qualifier: str = "="


def observe(
    store: Catalogue, pack: Pack, counts: Sequence[OwnCount], *, who: str = "", file_name: str = ""
) -> ImportRecord:
    """Add own counts to the observations that the workspace has in force.

    Parameters
    ----------
    store
        The workspace's catalogue.
    pack
        The province.
    counts
        At least one; a count of the same region, metric and date replaces the one before.
    who
        Who gives them; empty for the user of the operating system.
    file_name
        File that they were read from; empty if they were given by hand.

    Returns
    -------
    record
        The import that puts them in force; it can be undone like any other.

    Raises
    ------
    InputError
        If none is given, or one is no count: with its place in the list.
    """
    if not counts:
        raise InputError(Message("own_count.none"), where=file_name)
    person = who.strip() or user()
    rows = pd.DataFrame(
        [
            _row(pack, count, person, f"{file_name} {i}" if file_name else "")
            for i, count in enumerate(counts, start=1)
        ]
    )
    rows = rows.reindex(columns=list(OBSERVATIONS_IMPORT.column_names))
    rows = rows.drop_duplicates("id", keep="last")
    digest = hashlib.sha256(rows.to_csv(index=False).encode()).hexdigest()
    with store.changing():
        rows = rows_by_id(store.table(pack.name, "observations"), rows)
        return store.commit(
            province=pack.name, kind="observations", table=rows,
            file_name=file_name or OWN_STATISTICS, file_sha256=digest,
            evidence=weakest(count.evidence for count in counts),
            as_of=max(count.as_of for count in counts), crs={}, who=person,
            counts=Counts(len(counts), len(counts), 0, 0), choices={"observed": len(counts)},
        )  # fmt: skip


def _row(pack: Pack, count: OwnCount, who: str, where: str) -> dict[str, object]:
    date = parse_date(count.as_of, where=where or "date")
    fault = None
    if date > today().isoformat():
        fault = Message("own_count.ahead", {"date": date})
    elif not math.isfinite(count.value) or count.value < 0:
        fault = Message("own_count.no_count", {"value": count.value})
    elif count.evidence not in IMPORT_EVIDENCE:
        raise UnknownNameError("evidence", count.evidence, IMPORT_EVIDENCE, where=where)
    elif count.qualifier not in _QUALIFIERS:
        raise UnknownNameError("qualifier", count.qualifier, _QUALIFIERS, where=where)
    if fault is not None:
        repair = Message("own_count.repair")
        raise InputError(fault, where=where or count.region, repair=repair)
    adcode = region_code(pack, count.region, where=where)
    return {
        "id": f"own-{adcode}-{count.layer}-{count.metric}-{date}", "adcode": adcode,
        "layer": count.layer, "metric": count.metric, "as_of": date, "value": count.value,
        "unit": count.unit, "kind": "built", "qualifier": count.qualifier,
        "source": count.source, "note": who, "evidence": count.evidence,
    }  # fmt: skip


def region_code(pack: Pack, region: str, *, where: str = "") -> str:
    """Return the code of a region of a province.

    Parameters
    ----------
    pack
        The province.
    region
        Code, Chinese or English name.
    where
        Where it was given, for the message.

    Returns
    -------
    adcode
        Six digits.

    Raises
    ------
    InputError
        If several regions of different codes have that name.
    UnknownNameError
        If the province has no such region.
    """
    regions = pack.table("regions", columns=["adcode", "name_zh", "name_en"])
    asked = region.strip()
    matches = (regions["adcode"] == asked) | (regions["name_zh"] == asked)
    matches |= regions["name_en"].str.casefold() == asked.casefold()
    codes = sorted(set(regions.loc[matches, "adcode"]))
    if len(codes) > 1:
        raise InputError(
            Message("own_count.several", {"count": len(codes), "name": asked}),
            where=where or asked, repair=Message("own_count.code", {"codes": ", ".join(codes)}),
        )  # fmt: skip
    if not codes:
        raise UnknownNameError("region", region, regions["name_zh"], where=where)
    return str(codes[0])
