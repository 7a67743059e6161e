"""The figures of the scenarios side by side."""

from __future__ import annotations

from data.workspace.folder import Workspace
from geo.errors import PlannerError
from planning.comparison.comparison import Comparison
from planning.exports.comparison.sheets import dates_of
from planning.exports.comparison.words import (
    evidence_name,
    figure_name,
    figure_text,
    figure_unit,
    is_listed,
    scenario_text,
)
from planning.exports.report.reader import Reader, Row, is_known, records
from ui.shell.i18n import UNKNOWN, language, t
from ui.widgets import figure_table
from ui.widgets.figure_table import Cell, Section, TableColumn, number_cell


def show(comparison: Comparison) -> None:
    """Draw the table."""
    reader, letters = Reader(language()), list(comparison.scenarios)
    columns = [
        TableColumn("figure", t("compare.figure"), "text wide", sortable=False),
        TableColumn("unit", t("compare.unit"), sortable=False),
        *(TableColumn(letter, f"{letter.upper()} {comparison.scenarios[letter].scenario.name}",
                      "number", sortable=False, about=_kept(comparison, letter))
          for letter in letters),
        *(TableColumn(f"{letter}_minus_a", t("compare.difference", letter=letter.upper()), "number",
                      sortable=False, edge=True) for letter in comparison.others),
        TableColumn("dates", t("compare.dates"), sortable=False, optional=True),
        TableColumn("evidence", t("table.evidence"), sortable=False, optional=True),
    ]  # fmt: skip
    rows = [
        (str(i), _cells(row, letters, reader))
        for i, row in enumerate(records(comparison.figures))
        if is_listed(row, letters)
    ]
    section = Section("figures", columns, rows, foot=_bounds(comparison))
    figure_table.show([section], key="compare-figures", legend=())


def _cells(row: Row, letters: list[str], reader: Reader) -> dict[str, Cell]:
    evidence = str(row["evidence"])
    cells: dict[str, Cell] = {
        "figure": {"text": figure_name(row, reader.language)},
        "unit": {"text": figure_unit(row, reader.language)},
        "dates": {"text": dates_of(row, letters, reader)},
        "evidence": {"text": evidence_name(row, reader), "chip": bool(evidence),
                     "look": "illustrative" if evidence == "illustrative" else ""},
    }  # fmt: skip
    for letter in letters:
        value = float(row[letter])
        low, high = (float(row[f"{letter}_{end}"]) for end in ("low", "high"))
        about = ""
        if is_known(low) and low < high:
            ends = (figure_text(row, end, reader) for end in (low, high))
            about = t("compare.between", low=next(ends), high=next(ends))
        cells[letter] = number_cell(scenario_text(row, letter, reader), value, about=about)
    for letter in letters[1:]:
        value = float(row[f"{letter}_minus_a"])
        cells[f"{letter}_minus_a"] = number_cell(
            figure_text(row, value, reader, signed=True), value, strong=value != 0
        )
    return cells


def _bounds(comparison: Comparison) -> dict[str, Cell]:
    """Return the foot: what no plan can exceed, and how far each is from it."""
    foot: dict[str, Cell] = {"figure": {"text": t("compare.bound")}}
    for letter, one in comparison.scenarios.items():
        text = UNKNOWN
        if one.rollout is not None:
            text = f"{one.rollout.choice.bound:,.0f} · {one.rollout.choice.gap:.1%}"
            if one.rollout.choice.measure == "least_share":
                text = f"{one.rollout.choice.bound:.1%} · {one.rollout.choice.gap:.1%}"
        about = "" if one.rollout is None else one.rollout.proof.text(language())
        foot[letter] = {"text": text, "help": about}
    return foot


def _kept(comparison: Comparison, letter: str) -> str:
    """Return when and by which version a saved scenario was solved."""
    name = comparison.scenarios[letter].scenario.name
    try:
        workspace = Workspace.open()
        result = workspace.result(name) if name in workspace.names() else None
    except PlannerError:
        return ""
    if result is None:
        return ""
    return t("compare.kept", at=result.at[:16].replace("T", " "), version=result.version)
