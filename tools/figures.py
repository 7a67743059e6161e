"""Write ``docs/figures.md``, the gaps of both provinces on five dates: ``python -m tools.figures``.

The figures come from the functions of the pages and the terminal; a test holds the file to them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unicodedata import category

import pandas as pd

from data.ledger.statements import Ledger, Row
from data.tables.reader import Pack, pack_names
from data.wording.catalogue import text
from layers.registry import metric_of, unit_name
from planning.gaps import gap_table
from ui.shell.i18n import interval, number

FILE = Path(__file__).resolve().parent.parent / "docs" / "figures.md"
DATES = ("2015-12-31", "2017-12-31", "2020-12-31", "2023-12-31", "2026-11-30")

_HEADER = """# Figures

Written by `python -m tools.figures`; do not edit. What pages and terminal show for each province as
a whole, every layer and metric, on five dates, without a scenario:
`cli.py gaps --level province --layer all --metric all --as-of DATE`. "—" is unknown or not stated,
never zero. The sources follow the tables of each province with their sentences; "[U+E010]" is a
character of the source that has no meaning in Unicode, in place of a decimal point.
"""
_COLUMNS = ("layer and metric", "unit", "built", "as of", "target", "due", "status", "gap",
            "interval", "evidence", "sources")  # fmt: skip


def document() -> str:
    """Return the whole document, Markdown."""
    parts = [_HEADER]
    for name in pack_names():
        pack = Pack.load(name)
        tables = {date: _gaps(pack, date) for date in DATES}
        title = str(pack.regions("province")["name_en"].iloc[0])
        parts.append(f"\n## {title}\n")
        for date, table in tables.items():
            parts.append(f"\n### {date}\n\n{_table(_COLUMNS, _rows(table))}")
        used = {id_ for table in tables.values() for ids in table["source_ids"]
                for id_ in ids.split(";")}  # fmt: skip
        parts.append(f"\n### Sources of {title}\n\n{_sources(pack, used)}")
    return "".join(parts)


def _gaps(pack: Pack, date: str) -> pd.DataFrame:
    return gap_table(pack, level="province", as_of=date, metric="all")


def _rows(table: pd.DataFrame) -> Iterator[tuple[str, ...]]:
    for row in table.to_dict("records"):
        item, metric = metric_of(str(row["layer"]), str(row["metric"]))

        def figure(name: str, row: dict[Any, Any] = row, digits: int = metric.digits) -> str:
            if pd.isna(row[name]) and name != "gap":
                return interval(row[f"{name}_low"], row[f"{name}_high"], digits=digits)
            sign = str(row[f"{name}_qualifier"]).replace(" ", "_")
            shown = number(row[name], digits=digits)
            return text(f"qualifier.{sign}", "en", figure=shown) if sign else shown

        yield (
            item.heading(metric, "en"),
            unit_name(str(row["unit"]), "en"),
            figure("built"),
            row["as_of"],
            figure("target"),
            row["target_as_of"],
            text(f"status.{str(row['target_status']).replace(' ', '_')}", "en"),
            figure("gap"),
            interval(row["gap_low"], row["gap_high"], digits=metric.digits),
            text(f"evidence.{row['evidence']}", "en"),
            ", ".join(f"`{id_}`" for id_ in row["source_ids"].split(";") if id_),
        )


def _sources(pack: Pack, used: set[str]) -> str:
    """Return the ledger's rows that the figures use, with their sentence and where it is found."""
    ledger = Ledger.of(pack)
    rows = [
        (f"`{row['id']}`", str(row["as_of"]), _visible(str(row["quote"])), _where(row))
        for row in (*ledger.targets, *ledger.observations)
        if row["id"] in used
    ]
    return _table(("id", "date", "sentence", "found in"), sorted(rows))


def _visible(quote: str) -> str:
    """Return a quote with its private-use characters, which no font shows, named."""
    return "".join(f"[U+{ord(sign):04X}]" if category(sign) == "Co" else sign for sign in quote)


def _where(row: Row) -> str:
    found = (row.get("source"), row["source_file"], row.get("link"))
    return ", ".join(part for part in found if isinstance(part, str) and part)


def _table(header: tuple[str, ...], rows: Iterator[tuple[str, ...]] | list[tuple[str, ...]]) -> str:
    lines = [header, ("---",) * len(header), *rows]
    return "".join(
        f"| {' | '.join(str(cell or '—').replace('|', '/') for cell in line)} |\n" for line in lines
    )


if __name__ == "__main__":
    FILE.write_text(document(), encoding="utf-8")
