"""A plan, a what-if effect and a yearly need as people read and print them."""

from __future__ import annotations

import pandas as pd

from data.export.bundle import ReadingSheet
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from planning.exports.report.reader import Reader
from planning.exports.worded import SheetContent, lines_above, worded_sheet, year_columns
from planning.exports.workbook import source_sheet
from planning.plan.rollout import Rollout
from planning.whatif import Effect

_PLACE = ("prefecture", "county")
#: Table of a plan → columns that are shown, and those with a sum.
_PLAN = {
    "sites": (
        ("rank", *_PLACE, "lon", "lat", "preset", "villages", "households", "cost_low",
         "cost_base", "cost_high", "cost_per_household", "backhaul", "power", "year", "evidence"),
        ("villages", "households", "cost_low", "cost_base", "cost_high"),
    ),
    "villages": (
        ("village_id", *_PLACE, "lon", "lat", "households", "rank", "distance_m", "year",
         "evidence"),
        ("households",),
    ),
    "yearly": (
        ("year", "sites", "cost_low", "cost_base", "cost_high", "villages", "households",
         "sites_total", "cost_total", "villages_total", "households_total"),
        ("sites", "cost_low", "cost_base", "cost_high", "villages", "households"),
    ),
    "bill": (
        ("meaning", "quantity", "unit", "unit_base", "total_low", "total_base", "total_high",
         "paid", "evidence", "source"),
        (),
    ),
    "unreachable": (
        ("village_id", *_PLACE, "lon", "lat", "households", "nearest_m", "evidence"),
        ("households",),
    ),
    "left": (("village_id", *_PLACE, "lon", "lat", "households", "evidence"), ("households",)),
}  # fmt: skip


def plan_sheets(
    pack: Pack, rollout: Rollout, sources: pd.DataFrame, language: str
) -> tuple[ReadingSheet, ...]:
    """Return the sheets of a plan.

    Parameters
    ----------
    pack
        The province's tables in force.
    rollout
        The plan.
    sources
        Rows of the source table that the figures name.
    language
        Code of a language of the locale.

    Returns
    -------
    sheets
        Sites, villages, years, bill of materials, villages without service, sources.
    """
    reader = Reader(language)
    invented = "illustrative" in rollout.evidence
    above = list(lines_above(pack, rollout.scenario, sources, reader, invented=invented))
    above += [rollout.proof.text(language), rollout.order_proof.text(language)]
    above += [note.text(language) for note in (*rollout.money_notes[:1], *rollout.warnings)]
    if rollout.basis != "terrain":
        above.append(reader.text("basis.circle"))
    year = rollout.scenario.plan.money.price_year
    above.append(reader.text("compare.prices_of", year=year))
    sheets = [
        worded_sheet(getattr(rollout, name), _content(f"plan_table.{name}", columns, summed,
                                                      reader), above, reader)
        for name, (columns, summed) in _PLAN.items()
    ]  # fmt: skip
    return (*sheets, source_sheet(pack, sources, reader))


def whatif_sheets(
    pack: Pack, scenario: Scenario, tables: dict[str, pd.DataFrame], effect: Effect, language: str
) -> tuple[ReadingSheet, ...]:
    """Return the sheets of what-if sites.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario with the sites.
    tables
        ``sites`` placed, ``villages`` newly covered, and ``sources``.
    effect
        What the sites change.
    language
        Code of a language of the locale.

    Returns
    -------
    sheets
        Regions before and after, sites, villages, sources.
    """
    reader, sources = Reader(language), tables["sources"]
    invented = "illustrative" in set(effect.regions["evidence"])
    above = list(lines_above(pack, scenario, sources, reader, invented=invented))
    above.append(reader.text("basis.circle" if effect.basis == "circle" else "basis.terrain"))
    counts = ("villages", "households", "villages_before", "villages_after", "households_before",
              "households_after")  # fmt: skip
    return (
        worded_sheet(effect.regions, _content(
            "sheet.effect", ("name", *counts, "villages_unknown", "evidence"), counts, reader),
            above, reader),
        worded_sheet(tables["sites"], _content(
            "sheet.placed", ("site", "lon", "lat", "antenna_height_m", "title", "radius_m"), (),
            reader), above, reader),
        worded_sheet(tables["villages"], _content(
            "sheet.gained", ("village_id", *_PLACE, "lon", "lat", "households", "site",
                             "distance_m", "evidence"), ("households",), reader), above, reader),
        source_sheet(pack, sources, reader),
    )  # fmt: skip


def need_sheets(
    pack: Pack, scenario: Scenario, table: pd.DataFrame, sources: pd.DataFrame, reader: Reader,
    title: str,
) -> tuple[ReadingSheet, ...]:  # fmt: skip
    """Return the sheets of the need of a layer by year.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario whose settings apply.
    table
        Table from :func:`planning.needs.need_table`.
    sources
        Rows of the source table that the figures name.
    reader
        Words in the reader's language.
    title
        What is needed, with its unit.

    Returns
    -------
    sheets
        The need, then the sources.
    """
    known = ("name", "target", "built", "planned", "gap", "gap_low", "gap_high", "villages",
             "route_km", "cost_low", "cost_base", "cost_high", "standard_racks", "physical_racks",
             "it_mw", "facility_mw")  # fmt: skip
    own = [name for name in known if name in table or name == "name"]
    years = year_columns(table)
    # Rows of several levels have no common sum.
    summed = years if "gap" in table or "route_km" in table else ()
    content = SheetContent(title, (*own, *years, "as_of", "evidence"), frozenset(summed))
    invented = "illustrative" in set(table["evidence"])
    above = lines_above(pack, scenario, sources, reader, invented=invented)
    return (worded_sheet(table, content, above, reader), source_sheet(pack, sources, reader))


def _content(
    key: str, columns: tuple[str, ...], summed: tuple[str, ...], reader: Reader
) -> SheetContent:
    return SheetContent(reader.text(key), columns, frozenset(summed))
