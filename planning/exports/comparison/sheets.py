"""A comparison as a person reads and prints it: sheets of a workbook, in one language."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from data.export.bundle import ReadingSheet
from data.ledger.qualifiers import QUALIFIERS
from data.tables.reader import Pack
from planning.comparison.comparison import Comparison
from planning.comparison.figures import Solved
from planning.exports.comparison.words import (
    cause_name,
    comparison_table,
    evidence_name,
    figure_name,
    figure_number,
    figure_unit,
    is_invented,
    region_name_of,
    scenario_text,
)
from planning.exports.report.reader import Reader, Row, is_known, records
from planning.exports.workbook import source_sheet

#: No plan takes so long: a greater number is a calendar year.
_YEARS = 1000


def comparison_sheets(
    pack: Pack, comparison: Comparison, sources: pd.DataFrame, language: str
) -> tuple[ReadingSheet, ...]:
    """Return the sheets of a comparison.

    Parameters
    ----------
    pack
        The province's tables in force.
    comparison
        The comparison.
    sources
        Rows of the source table that the figures name.
    language
        Code of a language of the locale.

    Returns
    -------
    sheets
        Figures, causes, inputs, villages, sites, sources.
    """
    reader = Reader(language)
    above = tuple(lines_above(pack, comparison, reader))
    return (
        _figures(comparison, above, reader),
        *_causes(comparison, above, reader),
        _inputs(pack, comparison, above, reader),
        _villages(comparison, above, reader),
        _sites(comparison, above, reader),
        source_sheet(pack, sources, reader),
    )


def lines_above(pack: Pack, comparison: Comparison, reader: Reader) -> Iterator[str]:
    """Return what stands above the tables: region, scenarios with their proof, evidence.

    Parameters
    ----------
    pack
        The province's tables in force.
    comparison
        The comparison.
    reader
        Words in the reader's language.

    Yields
    ------
    line
        Plain text.
    """
    t = reader.text
    yield t("compare.region", region=region_name_of(pack, comparison))
    for letter, one in comparison.scenarios.items():
        yield t("compare.of_scenario", letter=letter.upper(), name=one.scenario.name,
                proof=proof_of(one, comparison, reader))  # fmt: skip
    yield t("compare.method")
    plans = [one.rollout for one in comparison.scenarios.values() if one.rollout is not None]
    if any(plan.basis != "terrain" for plan in plans):
        yield t("basis.circle")
    if is_invented(comparison):
        yield t("stamp.illustrative")


def proof_of(solved: Solved, comparison: Comparison, reader: Reader) -> str:
    """Return value and bound of a plan, or why there is none.

    Parameters
    ----------
    solved
        One of the scenarios.
    comparison
        The comparison.
    reader
        Words in the reader's language.

    Returns
    -------
    proof
        Said to be of the whole plan where a part of the province is compared.
    """
    if solved.rollout is None:
        return reader.text("compare.no_plan", why=solved.fault)
    if comparison.area.level == "province":
        return solved.rollout.proof.text(reader.language)
    return reader.text("report.proof_of_whole", proof=solved.rollout.proof)


def _sheet(
    name: str, above: tuple[str, ...], head: tuple[str, ...],
    rows: list[tuple[str | float, ...]], reader: Reader,
) -> ReadingSheet:  # fmt: skip
    titled = reader.text(f"compare.table_{name}")
    return ReadingSheet(titled, reader.text("compare.sheet_title", what=titled), above, head,
                        tuple(rows))  # fmt: skip


def _cell(row: Row, value: float, reader: Reader) -> str | float:
    if not is_known(value):
        return reader.text("report.unknown")
    # A year has no thousands; a difference of years is a number.
    is_year = row["unit"] == "calendar_year" and abs(value) > _YEARS
    return f"{value:.0f}" if is_year else figure_number(row, value)


def _figures(comparison: Comparison, above: tuple[str, ...], reader: Reader) -> ReadingSheet:
    t, letters = reader.text, list(comparison.scenarios)
    others = [f"{letter}_minus_a" for letter in comparison.others]
    heads = [f"{letter.upper()} {one.scenario.name}"
             for letter, one in comparison.scenarios.items()]  # fmt: skip
    heads += [t("compare.difference", letter=letter.upper()) for letter in comparison.others]
    head = (t("compare.figure"), t("compare.unit"), *heads, t("compare.dates"),
            t("report.evidence"))  # fmt: skip
    rows: list[tuple[str | float, ...]] = [
        (figure_name(row, reader.language), figure_unit(row, reader.language),
         *(scenario_text(row, letter, reader) if row[f"{letter}_qualifier"] in QUALIFIERS.values()
           else _cell(row, row[letter], reader) for letter in letters),
         *(_cell(row, row[name], reader) for name in others), dates_of(row, letters, reader),
         evidence_name(row, reader))
        for row in records(comparison.figures)
    ]  # fmt: skip
    return _sheet("figures", above, head, rows, reader)


def dates_of(row: Row, letters: list[str], reader: Reader) -> str:
    """Return the date of a figure of all scenarios: the day counted, or the year of the prices.

    Parameters
    ----------
    row
        Row of the figures.
    letters
        Letters of the scenarios.
    reader
        Words in the reader's language.

    Returns
    -------
    dates
        Each once; empty for what is planned.
    """
    dated = (row[f"{letter}_as_of"] for letter in letters)
    found = dict.fromkeys(str(date) for date in dated if is_known(date) and date)
    dates = reader.text("list.semicolon").join(found)
    is_money = dates and row["unit"] == "CNY"
    return reader.text("compare.prices_of", year=dates) if is_money else dates


def _causes(
    comparison: Comparison, above: tuple[str, ...], reader: Reader
) -> Iterator[ReadingSheet]:
    """Return a sheet for each compared scenario: a figure per row, a cause per column."""
    t = reader.text
    for letter, rows in comparison.causes.groupby("compared", sort=False):
        names = list(dict.fromkeys(rows["cause"]))
        head = (t("compare.figure"), t("compare.unit"),
                *(cause_name(name, str(letter), reader.language) for name in names))  # fmt: skip
        keys = ["figure", "layer", "metric", "year"]
        lines: list[tuple[str | float, ...]] = []
        for _, of_one in rows.groupby(keys, sort=False):
            parts = records(of_one)
            lines.append((figure_name(parts[0], reader.language),
                          figure_unit(parts[0], reader.language),
                          *(_cell(part, part["effect"], reader) for part in parts)))  # fmt: skip
        yield _sheet("causes", (*above, t("compare.certain_about")), head, lines, reader)


def _inputs(
    pack: Pack, comparison: Comparison, above: tuple[str, ...], reader: Reader
) -> ReadingSheet:
    head = (reader.text("compare.compared"), reader.text("compare.cause"),
            reader.text("compare.change"))  # fmt: skip
    rows: list[tuple[str | float, ...]] = [
        (
            str(row["compared"]).upper(),
            cause_name(row["cause"], "", reader.language),
            row[reader.column("change")],
        )
        for row in records(comparison_table(pack, comparison, "inputs"))
    ]
    return _sheet("inputs", above, head, rows, reader)


def change_name(of: str, row: Row, reader: Reader) -> str:
    """Return what happens to a village or site between A and another scenario.

    Parameters
    ----------
    of
        ``village`` or ``site``.
    row
        Row with ``change`` and the letter in ``compared``.
    reader
        Words in the reader's language.

    Returns
    -------
    name
        Plain text.
    """
    return reader.text(f"compare.{of}_{row['change']}", letter=str(row["compared"]).upper())


def _place(row: Row, reader: Reader) -> tuple[str | float, ...]:
    return (str(row["compared"]).upper(), str(row[reader.column("prefecture")]),
            str(row[reader.column("county")]))  # fmt: skip


def _villages(comparison: Comparison, above: tuple[str, ...], reader: Reader) -> ReadingSheet:
    t = reader.text
    head = (t("compare.compared"), t("level.prefecture"), t("report.county"), t("report.village"),
            t("report.households"), t("compare.change"), t("compare.year_of", letter="A"),
            t("compare.year_of", letter="B"), t("report.evidence"))  # fmt: skip
    rows: list[tuple[str | float, ...]] = [
        (*_place(row, reader), str(row["village_id"]), float(row["households"]),
         change_name("village", row, reader), _year(row["year_a"]), _year(row["year_b"]),
         reader.evidence(str(row["evidence"])))
        for row in records(comparison.villages)
    ]  # fmt: skip
    return _sheet("villages", above, head, rows, reader)


def _sites(comparison: Comparison, above: tuple[str, ...], reader: Reader) -> ReadingSheet:
    t = reader.text
    cost = t("report.with_unit", what=t("report.investment"), unit=t("report.money_unit"))
    head = (t("compare.compared"), t("level.prefecture"), t("report.county"),
            t("report.position"), t("report.technology"), t("compare.change"),
            *(t("compare.of_each", what=what, letter=letter)
              for what in (t("report.households"), cost, t("report.year")) for letter in "AB"),
            t("report.evidence"))  # fmt: skip
    rows: list[tuple[str | float, ...]] = [
        (*_place(row, reader), f"{row['lon']:.4f}, {row['lat']:.4f}",
         t(f"preset.{row['preset']}"), change_name("site", row, reader),
         *(_known(row[f"households_{end}"]) for end in "ab"),
         *(_known(row[f"cost_base_{end}"], 10_000.0) for end in "ab"),
         *(_year(row[f"year_{end}"]) for end in "ab"), reader.evidence(str(row["evidence"])))
        for row in records(comparison.sites)
    ]  # fmt: skip
    return _sheet("sites", above, head, rows, reader)


def _known(value: object, per: float = 1.0) -> str | float:
    return round(float(str(value)) / per, 1) if is_known(value) else ""


def _year(value: object) -> str:
    return str(value) if is_known(value) else ""
