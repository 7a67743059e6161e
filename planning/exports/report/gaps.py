"""Gaps in the report: key figures, tables of regions with bars, and a map of each layer."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from data.export.report.document import (
    Block,
    Card,
    Cards,
    Drawing,
    Figure,
    Heading,
    Pair,
    Paragraph,
    ReportTable,
)
from data.tables.reader import Pack
from layers.map.palette import colours
from layers.registry import metric_of
from planning.exports.report.bars import bar
from planning.exports.report.maps import MapContent, fills_of, region_map
from planning.exports.report.reader import Reader, Row, is_known, records

_RIGHT = frozenset({2, 3, 4})


def counts_villages(row: Row) -> bool:
    """Return whether a row counts villages, which have colours of their own.

    Parameters
    ----------
    row
        A row of a gap table.

    Returns
    -------
    villages
        True for a metric to which sites add the villages that they reach.
    """
    return metric_of(str(row["layer"]), str(row["metric"]))[1].planned == "villages"


def split_by_metric(table: pd.DataFrame) -> list[pd.DataFrame]:
    """Return the rows of each layer and metric, in the order of the menu.

    Parameters
    ----------
    table
        Rows of a gap table.

    Returns
    -------
    parts
        One frame per layer and metric.
    """
    return [rows for _, rows in table.groupby(["layer", "metric"], sort=False)]


def cards(rows: pd.DataFrame, reader: Reader) -> Cards:
    """Return the key figures of a region, one per layer: its gap, or what is built.

    Parameters
    ----------
    rows
        Rows of one region.
    reader
        Words in the reader's language.

    Returns
    -------
    cards
        Figure, interval, evidence and date of each layer.
    """
    ink = colours(dark=False)
    t = reader.text
    found = []
    for row in records(rows):
        has_gap = is_known(row["gap"])
        key = "uncovered" if counts_villages(row) else "gap"
        colour = ink[key] if has_gap and row["gap"] > 0 else ink["built"]
        about = "report.card_gap" if has_gap else "report.card_built"
        counted = "gap" if has_gap else "built"
        span = reader.interval(row)
        notes = [span] if has_gap and row["gap_low"] != row["gap_high"] else []
        notes += [reader.evidence(row["evidence"]), *filter(None, [str(row["as_of"])])]
        if not has_gap:
            notes.insert(0, _why(row, reader))
        label = t("report.card", layer=reader.heading(row), what=t(about))
        unit = reader.unit(row) if is_known(row[counted]) else ""
        found.append(Card(label, reader.qualified(row, counted), unit,
                          " · ".join(notes), colour))  # fmt: skip
    return Cards(tuple(found))


def _why(row: Row, reader: Reader) -> str:
    """Return why a row has no gap."""
    return reader.text(
        "report.no_target" if not is_known(row["target"]) else "report.built_unknown"
    )


def region_table(
    rows: pd.DataFrame, reader: Reader, *, caption: str, total: Row | None = None
) -> ReportTable:
    """Return the table of one layer by region, with bars and the region above as the total.

    Parameters
    ----------
    rows
        Rows of one layer and metric.
    reader
        Words in the reader's language.
    caption
        Title of the table.
    total
        Row of the region that the rows make up; None for no total.

    Returns
    -------
    table
        Region, bar, built and target, gap, interval, evidence.
    """
    t = reader.text
    lines = [_line(row, str(row[reader.names]), reader) for row in records(rows)]
    if total is not None:
        lines.append(_line(total, t("report.total"), reader))
    head = (t("report.region"), t("report.share"), t("report.built_target"), t("report.gap"),
            t("report.interval"), t("report.evidence"))  # fmt: skip
    widths = (2.4, 0, 2, 1.2, 1.9, 1)
    return ReportTable(caption, head, tuple(lines), _RIGHT, widths, total=total is not None)


def _line(row: Row, name: str, reader: Reader) -> tuple[str | Drawing, ...]:
    figures, missing = reader.built_of(row), reader.gap(row)
    drawn = bar(row, villages=counts_villages(row), alt=f"{name}: {figures}; {missing}")
    evidence = reader.evidence(str(row["evidence"]))
    return (name, drawn, figures, missing, reader.interval(row), evidence)


def dates(row: Row, reader: Reader) -> str:
    """Return the dates of a row: when it was counted, when the target is due.

    Parameters
    ----------
    row
        A row of a gap table.
    reader
        Words in the reader's language.

    Returns
    -------
    dates
        Plain text with the unit.
    """
    t = reader.text
    seen = str(row["as_of"]) if row["as_of"] else t("report.no_date")
    due = str(row["target_as_of"]) if row["target_as_of"] else t("report.no_date")
    return t("report.dates", unit=reader.unit(row), seen=seen, due=due)


def layer_chapter(table: pd.DataFrame, above: pd.DataFrame, reader: Reader) -> list[Block]:
    """Return the chapter of gaps, one section per layer.

    Parameters
    ----------
    table
        Rows of prefectures, all layers.
    above
        Rows of the province; empty where the regions are a part of it.
    reader
        Words in the reader's language.

    Returns
    -------
    blocks
        Heading, then table, map and notes of each layer.
    """
    t = reader.text
    blocks: list[Block] = [Heading(t("report.chapter_layers"), 1), Paragraph(t("report.legend"))]
    for rows in split_by_metric(table):
        first = records(rows)[0]
        item, metric = metric_of(str(first["layer"]), str(first["metric"]))
        title = reader.heading(first)
        blocks += [Heading(title, 2), Paragraph(item.about(reader.language), "small")]
        whole = above[(above["layer"] == item.key) & (above["metric"] == metric.key)]
        total = records(whole)[0] if len(whole) else None
        caption = t("report.by_region", layer=title, dates=dates(first, reader))
        if rows[["target", "built"]].isna().all(axis=None):
            shown = total if total is not None else first
            blocks.append(Paragraph(t(
                "report.only_province", figures=reader.built_of(shown), gap=reader.gap(shown),
                evidence=reader.evidence(str(shown["evidence"])), dates=dates(shown, reader),
            )))  # fmt: skip
        else:
            blocks.append(region_table(rows, reader, caption=caption, total=total))
        counted = str(first[reader.column("denominator")])
        blocks.append(Paragraph(t("report.denominator", what=counted), "small"))
        note = str(first.get(f"note_{reader.language}", first["note_en"]))
        blocks += [Paragraph(note, "small")] if note else []
    return blocks


def gap_map(pack: Pack, rows: pd.DataFrame, reader: Reader, size_mm: tuple[float, float]) -> Figure:
    """Return the map of one layer: regions shaded by their gap, with the classes in words.

    Parameters
    ----------
    pack
        The province's tables in force.
    rows
        Rows of one layer and level.
    reader
        Words in the reader's language.
    size_mm
        Width and greatest height [mm].

    Returns
    -------
    figure
        Map with its caption.
    """
    t = reader.text
    first = records(rows)[0]
    values = rows.set_index("adcode")["gap"].astype(float)
    fills, limits = fills_of(values)
    regions = regions_of(pack, str(first["level"]), rows["adcode"].tolist())
    content = MapContent(regions, reader.names, t("report.north"), fills)
    shown = {"layer": reader.heading(first), "unit": reader.unit(first)}
    caption = t("report.gap_map", **shown)
    steps = t("list.comma").join(reader.figure(limit) for limit in limits)
    classes = t("report.classes", limits=steps) if limits else ""
    return Figure(region_map(pack, content, size_mm, caption), f"{caption} {classes}".strip())


def regions_of(pack: Pack, level: str, adcodes: list[str]) -> gpd.GeoDataFrame:
    """Return rows of the regions table.

    Parameters
    ----------
    pack
        The province's tables in force.
    level
        Level of the regions.
    adcodes
        Their codes.

    Returns
    -------
    regions
        With geometry, in the order of the table.
    """
    regions = pack.geo("regions")
    chosen = (regions["level"] == level) & regions["adcode"].isin(adcodes)
    return regions[chosen].reset_index(drop=True)


def overview(pack: Pack, table: pd.DataFrame, above: pd.DataFrame, reader: Reader) -> list[Block]:
    """Return the map of the widest known gap beside the table of the layers of the province.

    Parameters
    ----------
    pack
        The province's tables in force.
    table
        Rows of prefectures, all layers.
    above
        Rows of the province.
    reader
        Words in the reader's language.

    Returns
    -------
    blocks
        Key figures, map and table.
    """
    t = reader.text
    lines = [
        (reader.heading(row), bar(row, villages=counts_villages(row), alt=reader.built_of(row)),
         reader.built_of(row), reader.gap(row), str(row["as_of"] or "\u2014"),
         str(row["target_as_of"] or "\u2014"), reader.evidence(str(row["evidence"])))
        for row in records(above)
    ]  # fmt: skip
    head = (t("report.layer"), t("report.share"), t("report.built_target"), t("report.gap"),
            t("report.counted"), t("report.due"), t("report.evidence"))  # fmt: skip
    summary = ReportTable(t("report.all_layers"), head, tuple(lines), frozenset({2, 3}),
                    (2.4, 0, 2.2, 1.3, 1.4, 1.4, 1))  # fmt: skip
    maps = [rows for rows in split_by_metric(table) if (rows["gap"] > 0).any()]
    figures = [gap_map(pack, rows, reader, (88.0, 92.0)) for rows in maps[:2]]
    blocks: list[Block] = [cards(above, reader), summary]
    if len(figures) > 1:
        blocks.append(Pair((figures[0],), (figures[1],), 0.5))
    return blocks + list(figures if len(figures) == 1 else [])
