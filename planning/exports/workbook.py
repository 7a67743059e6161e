"""Gap lists as a person reads and prints them: one sheet per layer, then the sources."""

from __future__ import annotations

import math

import pandas as pd

from data.export.bundle import Cell, ReadingSheet, WordedNumber
from data.ledger.documents import cited
from data.ledger.metrics import in_language
from data.ledger.qualifiers import with_word
from data.tables.pack import TABLES
from data.tables.reader import Pack
from layers.registry import metric_of
from planning.exports.report.reader import Reader, Row, is_known, records
from planning.exports.source_rows import TABLE_KINDS

_COUNTS = ("target", "built", "planned", "gap")


def gap_sheets(
    pack: Pack, table: pd.DataFrame, sources: pd.DataFrame, language: str
) -> tuple[ReadingSheet, ...]:
    """Return the sheets of a gap list.

    Parameters
    ----------
    pack
        The province's tables in force.
    table
        Rows of :func:`planning.gaps.gap_table`, all or some.
    sources
        Rows of the source table that the figures name.
    language
        Code of a language of the locale.

    Returns
    -------
    sheets
        One per layer and metric, then one with the sources.
    """
    reader = Reader(language)
    layers = [rows for _, rows in table.groupby(["layer", "metric"], sort=False)]
    sheets = [_layer_sheet(pack, rows, sources, reader) for rows in layers]
    return (*sheets, source_sheet(pack, sources, reader))


def _layer_sheet(
    pack: Pack, rows: pd.DataFrame, sources: pd.DataFrame, reader: Reader
) -> ReadingSheet:
    t = reader.text
    lines = records(rows)
    first = lines[0]
    layer, unit = reader.heading(first), reader.unit(first)
    own = {key for row in lines for key in str(row["source_ids"]).split(";")}
    stated = sources["id"].isin(own) & ~sources["kind"].isin(TABLE_KINDS)
    named = sources.loc[stated & sources["source"].notna(), "source"]
    documents = dict.fromkeys(cited(str(name)) for name in named)
    above = [
        t("workbook.rows", province=pack.meta[reader.names], rows=len(lines), unit=unit),
        t("workbook.counted", what=first[reader.column("denominator")]),
    ]
    if documents:
        above.append(t("workbook.sources", names=t("list.semicolon").join(documents)))
    if "illustrative" in set(rows["evidence"]):
        above.append(t("stamp.illustrative"))
    of_counties = "county" in set(rows["level"])
    head = (
        *([t("level.prefecture")] if of_counties else []), t("workbook.region"),
        *(t(f"workbook.{name}", unit=unit) for name in (*_COUNTS, "gap_low", "gap_high")),
        t("workbook.as_of"), t("workbook.due"), t("workbook.evidence"), t("workbook.note"),
    )  # fmt: skip
    return ReadingSheet(
        name=layer,
        title=t("workbook.title", layer=layer, province=pack.meta[reader.names]),
        lines=tuple(above), head=head,
        rows=tuple(
            (*([_above(row, pack, reader)] if of_counties else []), *_cells(row, reader))
            for row in lines
        ),
        total=_total(rows, reader),
    )  # fmt: skip


def _above(row: Row, pack: Pack, reader: Reader) -> str:
    """Return the name of a county's prefecture; nothing for other levels."""
    names = pack.regions("prefecture").set_index("adcode")[reader.names]
    return str(names.get(row["parent"], "")) if row["level"] == "county" else ""


def _cells(row: Row, reader: Reader) -> tuple[Cell, ...]:
    note = str(row.get(f"note_{reader.language}", row["note_en"]) or "")
    return (
        str(row[reader.names]),
        *(_worded(row, name, reader) for name in _COUNTS),
        *(_number(row[name], reader) for name in ("gap_low", "gap_high")),
        str(row["as_of"] or ""), str(row["target_as_of"] or ""),
        reader.evidence(str(row["evidence"])), note,
    )  # fmt: skip


def _worded(row: Row, name: str, reader: Reader) -> Cell:
    sign = str(row.get(f"{name}_qualifier") or "")
    if not sign or not is_known(row[name]):
        return _number(row[name], reader)
    return WordedNumber(float(row[name]), with_word("", sign, reader.language))


def _number(value: float, reader: Reader) -> str | float:
    return float(value) if math.isfinite(value) else reader.text("report.unknown")


def _total(rows: pd.DataFrame, reader: Reader) -> tuple[Cell, ...]:
    """Return the sums of counts; none of shares and rates, nor where one row is unknown."""
    first = records(rows)[0]
    if not metric_of(str(first["layer"]), str(first["metric"]))[1].is_count or len(rows) < 2:
        return ()
    if len(set(rows["level"])) > 1:
        # Counties and their prefecture in one list would be counted twice.
        return ()
    sums = [_sum(rows, name, reader) for name in _COUNTS]
    blank = ("",) if first["level"] == "county" else ()
    return (reader.text("report.total"), *blank, *sums, "", "", "", "", "", "")


def _sum(rows: pd.DataFrame, name: str, reader: Reader) -> Cell:
    """Return the sum of a column; it is no more exact than its parts."""
    total = float(rows[name].sum(skipna=False))
    key = f"{name}_qualifier"
    words = {*rows.get(key, ()), ""} - {""}
    word = "about" if len(words) > 1 else "".join(words)
    return _worded({name: total, key: word}, name, reader)


def source_sheet(pack: Pack, sources: pd.DataFrame, reader: Reader) -> ReadingSheet:
    """Return the sheet of the sources of a workbook.

    Parameters
    ----------
    pack
        The province's tables in force.
    sources
        Rows of the source table that the figures name.
    reader
        Words in the reader's language.

    Returns
    -------
    sheet
        What each source states, when, and its quote.
    """
    t = reader.text
    name = "metric_zh" if reader.names == "name_zh" else "metric"
    rows = tuple(
        (_what(row[name], reader), _shown(row["as_of"]), _shown(row["value"]),
         reader.cost_unit(str(_shown(row["unit"]))), reader.quote(row["quote"]),
         _origin(row))
        for row in records(in_language(sources, reader.language))
    )  # fmt: skip
    head = (t("report.what"), t("report.date"), t("report.value"), t("report.unit"),
            t("report.quote_head"), t("report.source"))  # fmt: skip
    title = t("workbook.source_title", province=pack.meta[reader.names])
    return ReadingSheet(t("workbook.source_sheet"), title, (), head, rows)


def _what(metric: object, reader: Reader) -> str:
    """Return what a source states; of an embedded table its title."""
    name = str(_shown(metric))
    return TABLES[name].title(reader.language) if name in TABLES else name


def _origin(row: Row) -> str:
    """Return the document of a statement; of a table whom it is due to."""
    if row["kind"] in TABLE_KINDS:
        return str(_shown(row["note"]))
    return cited(str(_shown(row["source"])), str(_shown(row["link"])))


def _shown(value: object) -> str | float:
    if not is_known(value):
        return ""
    return value if isinstance(value, float) else str(value)
