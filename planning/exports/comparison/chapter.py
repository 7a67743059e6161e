"""The comparison of scenarios in the report: figures, causes as a waterfall, map of the changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

import pandas as pd

from data.export.report.document import (
    Block,
    Drawing,
    Figure,
    Heading,
    Pair,
    Paragraph,
    ReportTable,
)
from data.export.report.fonts import FAMILY
from data.tables.reader import Pack
from layers.map.palette import colours
from layers.registry import unit_name
from planning.comparison.comparison import Comparison
from planning.exports.comparison.inputs import InputWords
from planning.exports.comparison.sheets import dates_of, lines_above
from planning.exports.comparison.waterfall import Bar, figures_explained, steps_of, waterfall
from planning.exports.comparison.words import (
    evidence_name,
    figure_name,
    figure_text,
    figure_unit,
    is_invented,
    is_listed,
    scenario_text,
)
from planning.exports.report.maps import MapContent, region_map
from planning.exports.report.reader import Reader, records
from planning.exports.report.report import Chapter

#: Width and height of a waterfall, in its own units and on paper.
_WIDTH, _HEIGHT, _MM = 640.0, 250.0, 165.0
_TOP, _FOOT = 24.0, 30.0
_MAP_MM = (80.0, 110.0)


def comparison_chapter(pack: Pack, comparison: Comparison, language: str) -> Chapter:
    """Return the chapter of the comparison.

    Parameters
    ----------
    pack
        The province's tables in force.
    comparison
        The comparison.
    language
        Code of a language of the locale.

    Returns
    -------
    chapter
        Scenarios, figures, then causes and a map of each scenario that is compared.
    """
    reader = Reader(language)
    blocks: list[Block] = [Heading(reader.text("compare.title"), 1)]
    blocks += [Paragraph(line, "small") for line in lines_above(pack, comparison, reader)]
    blocks.append(figures_table(comparison, reader))
    for letter in comparison.others:
        heading = reader.text("compare.difference", letter=letter.upper())
        blocks += [Heading(heading, 2), *_explained(pack, comparison, letter, reader)]
        if len(comparison.villages):
            blocks.append(_map(pack, comparison, letter, reader))
    ids = tuple(comparison.figures["source_ids"])
    title = reader.text("compare.title")
    return Chapter(title, tuple(blocks), ids, is_invented(comparison))


def figures_table(comparison: Comparison, reader: Reader) -> ReportTable:
    """Return the table of the figures of all scenarios.

    Parameters
    ----------
    comparison
        The comparison.
    reader
        Words in the reader's language.

    Returns
    -------
    table
        Without figures that no scenario has.
    """
    t, letters = reader.text, list(comparison.scenarios)
    head = (t("compare.figure"), t("compare.unit"),
            *(f"{k.upper()} {one.scenario.name}" for k, one in comparison.scenarios.items()),
            *(t("compare.difference", letter=k.upper()) for k in comparison.others),
            t("compare.dates"), t("report.evidence"))  # fmt: skip
    rows = tuple(
        (figure_name(row, reader.language), figure_unit(row, reader.language),
         *(scenario_text(row, letter, reader) for letter in letters),
         *(figure_text(row, float(row[f"{letter}_minus_a"]), reader, signed=True)
           for letter in comparison.others),
         dates_of(row, letters, reader), evidence_name(row, reader))
        for row in records(comparison.figures) if is_listed(row, letters)
    )  # fmt: skip
    right = frozenset(range(2, 2 + len(letters) + len(comparison.others)))
    widths = (3.0, 1.2, *(1.2 for _ in right), 1.4, 1.0)
    return ReportTable(t("compare.table_figures"), head, rows, right, widths)


def _explained(pack: Pack, comparison: Comparison, letter: str, reader: Reader) -> Iterator[Block]:
    """Return the waterfall of the first figure that differs, and the inputs that are changed."""
    t = reader.text
    known = figures_explained(comparison.causes, letter)
    if not known:
        yield Paragraph(t("compare.no_cause"))
        return
    row = next((one for one in known if one["figure"] == "households"), known[0])
    told = InputWords(pack, reader).by_cause(comparison, letter)
    bars = waterfall(steps_of(comparison.causes, row), reader, told)
    caption = t("report.with_unit", what=figure_name(row, reader.language),
                unit=figure_unit(row, reader.language))  # fmt: skip
    yield Figure(waterfall_drawing(bars, alt=_alt(bars)), caption)
    if any(not bar.is_certain for bar in bars):
        yield Paragraph(t("compare.certain_about"), "small")
    for bar in bars:
        if bar.inputs:
            line = t("compare.bar_inputs", cause=bar.title, change=bar.label, inputs=bar.inputs)
            yield Paragraph(line, "item")


def _alt(bars: Sequence[Bar]) -> str:
    return "; ".join(f"{bar.title} {bar.label}" for bar in bars)


def waterfall_drawing(bars: Sequence[Bar], *, alt: str) -> Drawing:
    """Return a waterfall as a vector drawing; a bar whose sign is not certain is not filled.

    Parameters
    ----------
    bars
        From A to the other scenario.
    alt
        What it shows, in words.

    Returns
    -------
    drawing
        As wide as the page.
    """
    ink = colours(dark=False)
    fill = {"end": ink["ink-2"], "more": ink["covered"], "less": ink["uncovered"]}
    most = max(0.0, *(max(bar.first, bar.last) for bar in bars))
    least = min(0.0, *(min(bar.first, bar.last) for bar in bars))
    scale = (_HEIGHT - _TOP - _FOOT) / ((most - least) or 1.0)
    step = _WIDTH / len(bars)
    parts = [f'<path d="M0 {_TOP + most * scale:.1f}H{_WIDTH:g}" stroke="{ink["ink"]}"/>']
    for i, bar in enumerate(bars):
        x, width = step * (i + 0.19), step * 0.62
        high, low = (_TOP + (most - end) * scale for end in
                     (max(bar.first, bar.last), min(bar.first, bar.last)))  # fmt: skip
        shade = fill[bar.kind]
        inside = shade if bar.is_certain else ink["ground"]
        parts.append(
            f'<rect x="{x:.1f}" y="{high:.1f}" width="{width:.1f}" '
            f'height="{max(low - high, 0.8):.1f}" fill="{inside}" stroke="{shade}" '
            f'stroke-width="1.4"/>'
        )
        if i + 1 < len(bars):
            at = _TOP + (most - bar.last) * scale
            parts.append(
                f'<path d="M{x + width:.1f} {at:.1f}h{step - width:.1f}" '
                f'stroke="{ink["ink-2"]}" stroke-dasharray="2 2" fill="none"/>'
            )
        parts += [_text(x + width / 2, high - 6, bar.label, ink["ink"], 700),
                  _text(x + width / 2, _HEIGHT - 8, bar.title, ink["ink"], 400)]  # fmt: skip
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH:g}" height="{_HEIGHT:g}" '
        f'viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" font-family="{FAMILY}">'
    )
    return Drawing(f"{head}{''.join(parts)}</svg>", _MM, _MM * _HEIGHT / _WIDTH, alt)


def _text(x: float, y: float, text: str, fill: str, weight: int) -> str:
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="12" font-weight="{weight}" '
            f'text-anchor="middle" fill="{fill}">{escape(text)}</text>')  # fmt: skip


def _map(pack: Pack, comparison: Comparison, letter: str, reader: Reader) -> Pair:
    """Return the map of the changes, with the numbers of villages beside it."""
    t, area = reader.text, comparison.area
    own = comparison.villages[comparison.villages["compared"] == letter]
    places = {change: rows[["lon", "lat"]].to_numpy(float)
              for change, rows in own.groupby("change")}  # fmt: skip
    level = "county" if area.level == "county" else "prefecture"
    regions = pack.geo("regions")
    wanted = regions["level"].eq(level)
    if area.level != "province":
        wanted &= regions["adcode"].eq(area.adcode)
    blank = own[["lon", "lat"]].head(0).to_numpy(float)
    gained, lost, kept, others = (places.get(change, blank)
                                  for change in ("gained", "lost", "both", "neither"))  # fmt: skip
    content = MapContent(
        regions[wanted], reader.names, t("report.north"), covered=gained, uncovered=lost,
        kept=kept, others=others,
    )  # fmt: skip
    title = t("compare.map_caption", letter=letter.upper())
    drawing = region_map(pack, content, _MAP_MM, title)
    return Pair((Figure(drawing, title),), (_counts(own, letter, reader),), 0.55)


def _counts(villages: pd.DataFrame, letter: str, reader: Reader) -> ReportTable:
    t = reader.text
    sums = villages.groupby("change")["households"].agg(["size", "sum"])
    rows = [
        (t(f"compare.village_{change}", letter=letter.upper()),
         *(reader.figure(sums[name].get(change, 0)) for name in ("size", "sum")))
        for change in ("gained", "lost", "both", "neither")
    ]  # fmt: skip
    rows.append((t("report.total"), reader.figure(len(villages)),
                 reader.figure(villages["households"].sum())))  # fmt: skip
    head = (
        t("compare.change"),
        unit_name("natural_village", reader.language),
        t("report.households"),
    )
    return ReportTable(t("compare.table_villages"), head, tuple(rows), frozenset({1, 2}), (),
                       total=True)  # fmt: skip
