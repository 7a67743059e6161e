"""All layers at once: one row per region of the one in force, or per layer of a county."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd

from layers.base import Layer
from layers.registry import unit_name
from ui.gaps.key_figures import is_past
from ui.shell import cache, region, state
from ui.shell.i18n import brief_name, figure, interval, language, name_language, number, t
from ui.widgets import figure_table
from ui.widgets.figure_table import Cell, RowChoice, Section, TableColumn, bar_cell, number_cell

#: Layers that are shown with bar, interval and date side by side; the others in one column each.
_WIDE = 2
#: Rows of another date or evidence that the note names at most.
_FEW = 3
Row = Mapping[Hashable, Any]


def show(layers: Sequence[Layer]) -> None:
    """Draw the table of the region in force; a row becomes the region in force."""
    level = region.level()
    # Where nothing is stated yet, the regions are shown all the same.
    known = regional(layers) or list(layers)
    if level == "province":
        rest = [item for item in layers if item not in known]
        sections = [_wide(known), *([_of_whole(rest)] if rest else [])]
    elif level == "prefecture":
        sections = _per_layer(known)
    else:
        sections = [_of_county(known)]
    below = region.level_below()
    take = None if level == "county" else lambda key: region.choose(below, key)
    tables = {item.key: rows_below(item).to_dict("records") for item in known}
    words = note(known, tables)
    figure_table.show(sections, key="dashboard", choice=RowChoice(take=take), note=words)


def regional(layers: Sequence[Layer]) -> list[Layer]:
    """Return the layers of which a region below the province has any figure."""
    found = []
    for item in layers:
        table = cache.gaps(item.key, "prefecture")
        if table[["built", "gap", "gap_low", "gap_high"]].notna().any(axis=None):
            found.append(item)
    return found


def rows_below(item: Layer) -> pd.DataFrame:
    """Return the gap table of the regions below the one in force."""
    table = cache.gaps(item.key, region.level_below())
    adcode = state.region()[1]
    if state.region()[0] == "prefecture":
        return table[table["parent"] == adcode]
    return table[table["adcode"] == adcode] if adcode else table


def own_rows(item: Layer) -> pd.DataFrame:
    """Return the gap table of the region in force: one row."""
    table = cache.gaps(item.key, region.level())
    adcode = state.region()[1]
    return table[table["adcode"] == adcode] if adcode else table


def own_row(item: Layer) -> pd.Series:
    """Return the row of the gap table for the region in force."""
    return own_rows(item).iloc[0]


def total_title() -> str:
    """Return what the foot of a table says."""
    return t("dashboard.total", place=region.name() if state.region()[0] else t("level.province"))


def gap_cell(row: Row, digits: int = 0) -> Cell:
    """Return the gap of a row, or why there is none."""
    if not math.isnan(row["gap"]):
        look = {"look": "met"} if row["gap"] <= 0 else {"strong": True}
        return number_cell(figure(row, "gap", digits=digits, brief=True), row["gap"]) | look
    if math.isnan(row["target"]):
        return {"text": "—", "look": "none", "value": None, "help": t("status.none_stated")}
    return {"text": t("state.unknown"), "look": "unknown", "value": None}


def built_cell(row: Row, digits: int = 0) -> Cell:
    """Return what is built; unknown is hatched, a figure without a target grey."""
    about = dated(row)
    if math.isnan(row["built"]):
        bounds = interval(row["built_low"], row["built_high"], digits=digits)
        return {"text": bounds, "look": "unknown", "value": None, "help": about}
    look = {"look": "none"} if math.isnan(row["target"]) else {}
    return (
        number_cell(figure(row, "built", digits=digits, brief=True), row["built"], about=about)
        | look
    )


def interval_cell(row: Row, digits: int = 0) -> Cell:
    """Return the interval of the gap."""
    low, high = row["gap_low"], row["gap_high"]
    if not math.isnan(low) and low == high:
        return {"text": t("dashboard.one_source"), "value": 0.0}
    width = None if math.isnan(low) or math.isnan(high) else high - low
    return {"text": interval(low, high, digits=digits), "value": width}


def dated(row: Row, *, short: bool = False) -> str:
    """Return date and evidence of what is built."""
    day = str(row["as_of"])[:7] if short else str(row["as_of"])
    evidence = row["built_evidence"]
    word = t(f"evidence_brief.{evidence}") if short else t(f"evidence.{evidence}")
    return f"{day} {word}".strip()


def date_cell(row: Row, usual: str, *, short: bool = False) -> Cell:
    """Return date and evidence, bold where they are not the usual ones of the table."""
    return {
        "text": dated(row, short=short), "value": str(row["as_of"]),
        "strong": dated(row) != usual, "help": dated(row),
    }  # fmt: skip


def usual_date(rows: Sequence[Row]) -> str:
    """Return the most common date and evidence."""
    words = Counter(dated(row) for row in rows)
    return min(words, key=lambda word: (-words[word], word), default="")


def name_of(row: Row) -> str:
    """Return the name of a row's region, brief."""
    return brief_name(str(row[f"name_{name_language()}"]), with_kind=row["level"] == "county")


def _wide(layers: Sequence[Layer]) -> Section:
    """Return prefectures by layers side by side."""
    tables = {item.key: rows_below(item).to_dict("records") for item in layers}
    wide = [item for item in layers if _has_gap(tables[item.key])][:_WIDE]
    narrow = [item for item in layers if item not in wide]
    columns = [TableColumn("region", t("table.region"))]
    groups = [("", "", 1)]
    for i, item in enumerate(wide):
        columns += _wide_columns(item, tables[item.key][0], with_date=i == 0)
        due = str(tables[item.key][0]["target_as_of"])
        note = t("dashboard.due", date=due) if due else str(tables[item.key][0]["as_of"])
        groups.append((item.title(language()), note, 4 if i == 0 else 3))
    for item in narrow:
        title = t("figure.gap") if _gap_known(tables[item.key]) else t("table.built")
        columns.append(TableColumn(f"{item.key}.only", title, "number", edge=True,
                              about=item.about(language())))  # fmt: skip
        groups.append((item.title(language()), "", 1))
    first = tables[layers[0].key]
    rows = [
        (str(row["adcode"]), {"region": {"text": name_of(row), "value": name_of(row)}}
         | _cells(wide, narrow, {key: table[i] for key, table in tables.items()}, tables))
        for i, row in enumerate(first)
    ]  # fmt: skip
    own = {item.key: own_row(item).to_dict() for item in layers}
    foot = {"region": {"text": total_title()}} | _cells(wide, narrow, own, tables)
    sort = f"{wide[0].key}.gap" if wide else ""
    return Section("regions", columns, rows, foot, sort=sort, groups=groups)


def _wide_columns(item: Layer, row: Row, *, with_date: bool) -> list[TableColumn]:
    villages = row["unit"] == "natural_village"
    gap = t("card.uncovered") if villages else t("figure.gap")
    share = t("dashboard.share_of_all" if villages else "dashboard.share")
    found = [
        TableColumn(f"{item.key}.bar", share, "bar", edge=True),
        TableColumn(f"{item.key}.gap", gap, "number"),
        TableColumn(
            f"{item.key}.interval", t("figure.interval"), "interval", optional=not with_date
        ),
    ]
    return (
        [*found, TableColumn(f"{item.key}.date", t("dashboard.dated"), optional=True)]
        if with_date
        else found
    )


def _cells(
    wide: Sequence[Layer], narrow: Sequence[Layer], rows: Mapping[str, Row],
    tables: Mapping[str, Sequence[Row]],
) -> dict[str, Cell]:  # fmt: skip
    """Return the cells of one region over all layers."""
    cells: dict[str, Cell] = {}
    for item in wide:
        row, digits = rows[item.key], state.metric_of(item).digits
        cells |= {
            f"{item.key}.bar": bar_cell(row),
            f"{item.key}.gap": gap_cell(row, digits),
            f"{item.key}.interval": interval_cell(row, digits),
            f"{item.key}.date": date_cell(row, usual_date(tables[item.key]), short=True),
        }
    for item in narrow:
        digits = state.metric_of(item).digits
        cell = gap_cell if _gap_known(tables[item.key]) else built_cell
        cells[f"{item.key}.only"] = cell(rows[item.key], digits) | {"help": dated(rows[item.key])}
    return cells


def _per_layer(layers: Sequence[Layer]) -> list[Section]:
    """Return a section per layer with a gap, and one for what the others have built."""
    tables = {item.key: rows_below(item).to_dict("records") for item in layers}
    wide = [item for item in layers if _has_gap(tables[item.key])]
    others = [item for item in layers if item not in wide]
    sections = [_counties(item, tables[item.key]) for item in wide]
    return [*sections, _others(others, tables)] if others else sections


def _counties(item: Layer, rows: Sequence[Row]) -> Section:
    own = own_row(item).to_dict()
    due = str(own["target_as_of"])
    note = [t("figure.dated", date=own["as_of"]) if own["as_of"] else t("figure.undated")]
    if due:
        note.append(t("card.past_due" if is_past(due) else "figure.due", date=due))
    note.append(t("figure.unit", unit=unit_name(str(own["unit"]), language())))
    evidence = str(own["evidence"])
    return Section(
        item.key, _full_columns(t("level.county")),
        [(str(row["adcode"]), _full_cells(row, own)) for row in rows],
        _full_cells(own, own) | {"region": {"text": total_title()}},
        sort=f"{item.key}.none", title=item.title(language()), note=" · ".join(note),
        chip=(t(f"evidence.{evidence}"), "illustrative" if evidence == "illustrative" else ""),
    )  # fmt: skip


def _full_columns(first: str) -> list[TableColumn]:
    return [
        TableColumn("region", first),
        TableColumn("bar", t("dashboard.share"), "bar"),
        TableColumn("built", t("table.built"), "number"),
        TableColumn("target", t("figure.target"), "number"),
        TableColumn("planned", t("figure.planned"), "number"),
        TableColumn("gap", t("figure.gap"), "number"),
        TableColumn("interval", t("figure.interval"), "interval"),
        TableColumn("part", t("dashboard.part", place=region.name()), "number"),
    ]


def _full_cells(row: Row, own: Row) -> dict[str, Cell]:
    total = own["gap"]
    part = row["gap"] / total if total and not math.isnan(total) else math.nan
    return {
        "region": {"text": name_of(row), "value": name_of(row)},
        "bar": bar_cell(row),
        "built": built_cell(row),
        "target": number_cell(figure(row, "target", brief=True), row["target"]),
        "planned": number_cell(number(row["planned"]), row["planned"]),
        "gap": gap_cell(row),
        "interval": interval_cell(row),
        "part": number_cell("—" if math.isnan(part) else f"{part:.0%}", part),
    }


def _others(layers: Sequence[Layer], tables: Mapping[str, Sequence[Row]]) -> Section:
    columns = [
        TableColumn("layer", ""),
        TableColumn("date", ""),
        TableColumn("parts", "", "text wide"),
        TableColumn("gap", ""),
    ]
    rows: list[tuple[str, dict[str, Cell]]] = []
    for item in layers:
        own, digits = own_row(item).to_dict(), state.metric_of(item).digits
        parts = " · ".join(
            f"{name_of(row)} {built_cell(row, digits)['text']}" for row in tables[item.key]
        )
        built = built_cell(own, digits)["text"]
        rows.append(("", {
            "layer": {"text": item.title(language()), "strong": True},
            "date": {"text": dated(own)},
            "parts": {"text": t("dashboard.parts", built=built, parts=parts)},
            "gap": gap_cell(own, digits),
        }))  # fmt: skip
    return Section("others", columns, rows, title=t("dashboard.others"))


def _of_whole(layers: Sequence[Layer]) -> Section:
    """Return the layers of which only the province has figures, one row each."""
    columns = [
        TableColumn("layer", t("dashboard.whole_only")),
        TableColumn("built", t("table.built"), "number"),
        TableColumn("target", t("figure.target"), "number"),
        TableColumn("gap", t("figure.gap"), "number"),
        TableColumn("date", t("dashboard.dated")),
    ]  # fmt: skip
    rows: list[tuple[str, dict[str, Cell]]] = []
    for item in layers:
        own, metric = own_row(item).to_dict(), state.metric_of(item)
        rows.append(("", {
            "layer": {"text": f"{item.heading(metric, language())} · {_unit(own)}"},
            "built": built_cell(own, metric.digits),
            "target": number_cell(figure(own, "target", digits=metric.digits), own["target"]),
            "gap": gap_cell(own, metric.digits),
            "date": date_cell(own, dated(own)),
        }))  # fmt: skip
    return Section("whole", columns, rows)


def _unit(row: Row) -> str:
    return unit_name(str(row["unit"]), language())


def _of_county(layers: Sequence[Layer]) -> Section:
    """Return the layers of a county, one row each."""
    columns = [*_full_columns(t("sidebar.layer"))[:-1], TableColumn("date", t("dashboard.dated"))]
    rows: list[tuple[str, dict[str, Cell]]] = []
    for item in layers:
        own = own_row(item).to_dict()
        title = {"region": {"text": item.title(language()), "value": item.title(language())}}
        rows.append(("", _full_cells(own, own) | title | {"date": date_cell(own, dated(own))}))
    return Section("county", columns, rows, title=region.name(full=True))


def note(layers: Sequence[Layer], tables: Mapping[str, Sequence[Row]]) -> str:
    """Return the sentences on dates that differ and on negative intervals, where there are any.

    Parameters
    ----------
    tables
        Rows shown, by key of the layer.
    """
    parts = []
    for item in layers:
        rows = tables[item.key]
        usual = usual_date(rows)
        other = [f"{name_of(row)} {dated(row)}" for row in rows if dated(row) != usual]
        if 0 < len(other) <= _FEW and _has_gap(rows):
            words = {"layer": item.title(language()), "others": t("list.comma").join(other)}
            parts.append(t("dashboard.other_dates", usual=usual, **words))
    if any(row["gap_low"] < 0 for item in layers for row in tables[item.key]):
        parts.append(t("dashboard.negative"))
    return " ".join(parts)


def _gap_known(rows: Sequence[Row]) -> bool:
    return any(not math.isnan(row["gap"]) for row in rows)


def _has_gap(rows: Sequence[Row]) -> bool:
    """Return whether any region lacks anything: else a column says it."""
    return any(row["gap"] > 0 or row["gap_high"] > 0 for row in rows)
