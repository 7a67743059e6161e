"""Sheets of a table in words: names for codes, units in the heads, sums at the foot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from data.export.bundle import Cell, ReadingSheet, WordedNumber
from data.ledger.documents import cited
from data.ledger.qualifiers import with_word
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from planning.exports.report.reader import Reader, Row, is_known, records

#: Column of codes → section of the catalogue that names them.
_NAMED: Mapping[str, str] = {
    "evidence": "evidence", "preset": "preset", "backhaul": "plan.backhaul",
    "power": "plan.power", "paid": "report.paid", "figure": "plan.total",
}  # fmt: skip
#: Columns of amounts, shown in tens of thousands; figures of one unit stay as they are.
_AMOUNTS = ("cost_low", "cost_base", "cost_high", "cost_total", "total_low", "total_base",
            "total_high", "budget")  # fmt: skip
_MONEY = 10_000.0
_YEAR = "year_"


@dataclass(frozen=True)
class SheetContent:
    """What a sheet shows.

    Attributes
    ----------
    title
        Name of the sheet and its title.
    columns
        Columns of the table, in this order; of a name its stem without the language.
    summed
        Columns with a sum at the foot; no foot without one.
    """

    title: str
    columns: tuple[str, ...]
    summed: frozenset[str] = frozenset()


def worded_sheet(
    frame: pd.DataFrame, content: SheetContent, above: Iterable[str], reader: Reader
) -> ReadingSheet:
    """Return a table as a sheet for people.

    Parameters
    ----------
    frame
        The table, with codes.
    content
        Title, columns and sums.
    above
        Lines above the table.
    reader
        Words in the reader's language.

    Returns
    -------
    sheet
        A row per row of the table.
    """
    return ReadingSheet(
        name=content.title, title=content.title, lines=tuple(above),
        head=tuple(_head(name, reader) for name in content.columns),
        rows=tuple(
            tuple(_cell(row, name, reader) for name in content.columns) for row in records(frame)
        ),
        total=_total(frame, content, reader),
    )  # fmt: skip


def year_columns(frame: pd.DataFrame) -> tuple[str, ...]:
    """Return the columns of a table that stand for a year each.

    Parameters
    ----------
    frame
        Any table.

    Returns
    -------
    columns
        Such as ``year_2027``.
    """
    return tuple(name for name in map(str, frame.columns) if name.removeprefix(_YEAR).isdigit())


def lines_above(
    pack: Pack, scenario: Scenario, sources: pd.DataFrame, reader: Reader, *, invented: bool
) -> Iterator[str]:
    """Return what stands above a table: province, date, scenario, documents, what is illustrative.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario whose settings apply.
    sources
        Rows of the source table that the figures name.
    reader
        Words in the reader's language.
    invented
        Whether something illustrative is in the table.

    Yields
    ------
    line
        Plain text.
    """
    t = reader.text
    date = scenario.as_of.isoformat() if scenario.as_of else pack.default_as_of
    yield t("sheet.about", province=pack.meta[reader.names], date=date,
            scenario=scenario.name or t("report.no_scenario"))  # fmt: skip
    if named := _documents(sources["source"]):
        yield t("workbook.sources", names=t("list.semicolon").join(named))
    if invented:
        yield t("stamp.illustrative")


def _documents(sources: pd.Series) -> Sequence[str]:
    known = (str(name) for name in sources.dropna())
    return [name for source in dict.fromkeys(known) if (name := cited(source)) != source]


def _head(name: str, reader: Reader) -> str:
    if name.removeprefix(_YEAR).isdigit():
        return reader.text("sheet.in_year", year=name.removeprefix(_YEAR))
    title = reader.text(f"sheet.{name}")
    if name in _AMOUNTS:
        return reader.text("report.with_unit", what=title, unit=reader.text("report.money_unit"))
    return title


def _cell(row: Row, name: str, reader: Reader) -> Cell:
    # The name of a region is preferred to its code; a meaning is English where it has no suffix.
    own, english = reader.column(name), f"{name}_en"
    column = own if own in row else english if english in row else name
    value = row[column]
    if not is_known(value) or value == "":
        return reader.text("report.unknown") if isinstance(value, float) else ""
    if name in _NAMED:
        return reader.text(f"{_NAMED[name]}_{value}" if "." in _NAMED[name]
                           else f"{_NAMED[name]}.{value}")  # fmt: skip
    if name == "unit":
        # That an item is paid each year stands in a column of its own.
        return reader.cost_unit(str(value).removesuffix(" and year"))
    if isinstance(value, str):
        return value
    if name == "year":
        return str(int(value))
    number = round(float(value) / _MONEY, 2) if name in _AMOUNTS else float(value)
    sign = str(row.get(f"{name}_qualifier") or "")
    return WordedNumber(number, with_word("", sign, reader.language)) if sign else number


def _total(frame: pd.DataFrame, content: SheetContent, reader: Reader) -> tuple[Cell, ...]:
    """Return the sums; unknown where one row is."""
    if not content.summed or len(frame) < 2:
        return ()
    sums = {name: float(frame[name].astype(float).sum(skipna=False)) for name in content.summed}
    cells: list[Cell] = [reader.text("report.total")]
    for name in content.columns[1:]:
        if name not in sums:
            cells.append("")
        elif not is_known(sums[name]):
            cells.append(reader.text("report.unknown"))
        else:
            cells.append(round(sums[name] / _MONEY, 2) if name in _AMOUNTS else sums[name])
    return tuple(cells)
