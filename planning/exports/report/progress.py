"""Progress in the report: the path to the target against what is built, and the pace needed."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from data.export.report.document import Block, Heading, Paragraph, ReportTable
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from planning.exports.report.gaps import split_by_metric
from planning.exports.report.reader import Reader, Row, is_known, records
from planning.progress import STATUSES, progress_of

_WIDTHS = (2.4, 1.4, 1.5, 1.5, 1.5, 1.4, 1.4, 1.5)


def progress_rows(pack: Pack, table: pd.DataFrame, scenario: Scenario) -> pd.DataFrame:
    """Return the progress of every layer and metric whose target has a date.

    Parameters
    ----------
    pack
        The province's tables in force.
    table
        Rows of a gap table, all of one level.
    scenario
        The scenario that the table was made with.

    Returns
    -------
    rows
        As :func:`planning.progress.progress_table`, of one layer after another; without the layers
        of which no path and no built figure of any region is known.
    """
    found = [
        progress_of(pack, rows, scenario)
        for rows in split_by_metric(table)
        if rows["target_as_of"].astype(bool).any() and rows["target"].notna().any()
    ]
    told = [rows for rows in found if rows[["path", "built"]].notna().any(axis=None)]
    return pd.concat(told or [table.iloc[:0]], ignore_index=True)


def progress_chapter(table: pd.DataFrame, above: pd.DataFrame, reader: Reader) -> tuple[Block, ...]:
    """Return the chapter of the progress: a table of the regions for each layer.

    Parameters
    ----------
    table
        Rows of :func:`progress_rows` of the prefectures.
    above
        Those of the province.
    reader
        Words in the reader's language.

    Returns
    -------
    blocks
        Heading, sums and tables; a sentence where no layer has a path.
    """
    t = reader.text
    is_empty = above.empty and table.empty
    blocks: list[Block] = [Heading(t("report.chapter_progress"), 1, follows=is_empty)]
    if is_empty:
        return (*blocks, Paragraph(t("progress.no_path")))
    whole = {(row["layer"], row["metric"]): row for row in records(above)}
    for rows in split_by_metric(table if len(table) else above):
        first = records(rows)[0]
        total = whole.get((first["layer"], first["metric"]))
        blocks.append(Heading(reader.heading(first), 2))
        lines = [_line(row, str(row[reader.names]), reader) for row in records(rows)]
        if total is not None and len(table):
            lines.append(_line(total, t("report.total"), reader))
        counts = {word: int((rows["status"] == word).sum()) for word in STATUSES}
        blocks += [
            Paragraph(t("progress.behind_count", **counts)),
            _table(lines, t("report.region"), _caption(first, reader), reader,
                   total=total is not None and len(table) > 0),
            Paragraph(t("progress.about", begin=first["baseline_as_of"] or t("report.no_date"),
                        due=first["target_as_of"]), "small"),
        ]  # fmt: skip
    return tuple(blocks)


def region_progress(table: pd.DataFrame, adcode: str, reader: Reader) -> list[Block]:
    """Return the progress of one region: a row for each layer.

    Parameters
    ----------
    table
        Rows of :func:`progress_rows` of its level.
    adcode
        The region.
    reader
        Words in the reader's language.

    Returns
    -------
    blocks
        One table; nothing where no layer has a path.
    """
    own = records(table[table["adcode"] == adcode]) if len(table) else []
    if not own:
        return []
    lines = [_line(row, reader.text("report.with_unit", what=reader.heading(row),
                                    unit=reader.unit(row)), reader) for row in own]  # fmt: skip
    caption = reader.text("report.progress_here")
    return [_table(lines, reader.text("report.layer"), caption, reader, total=False)]


def _caption(row: Row, reader: Reader) -> str:
    return reader.text("report.progress_of", layer=reader.heading(row), unit=reader.unit(row),
                       due=row["target_as_of"])  # fmt: skip


def _table(
    lines: Sequence[tuple[str, ...]], first: str, caption: str, reader: Reader, *, total: bool
) -> ReportTable:
    t = reader.text
    head = (first, t("progress.status"), t("report.progress_baseline"), t("progress.path"),
            t("progress.built"), t("report.target"), t("progress.behind"),
            t("progress.pace_needed"))  # fmt: skip
    return ReportTable(caption, head, tuple(lines), frozenset(range(2, 8)), _WIDTHS, total)


def _line(row: Row, name: str, reader: Reader) -> tuple[str, ...]:
    digits = reader.digits(row)
    dated = reader.qualified(row, "built")
    if is_known(row["built"]) and row["as_of"]:
        dated = reader.text("report.on_day", figure=dated, date=row["as_of"])
    return (
        name, reader.text(f"progress_status.{row['status']}"),
        reader.figure(row["baseline"], digits), reader.figure(row["path"], digits), dated,
        reader.qualified(row, "target"), reader.figure(row["behind"], digits),
        reader.figure(row["pace_needed"], max(digits, 1)),
    )  # fmt: skip
