"""The plan in the report: proof, years, costs, what drives them, and every site."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from data.export.report.document import Block, Heading, Paragraph, ReportTable
from data.ledger.metrics import in_language
from layers.registry import technology_of
from planning.exports.report.reader import Reader, Row, is_known, records

if TYPE_CHECKING:
    # Its module loads the solvers: a report without a plan needs none.
    from planning.plan.rollout import Rollout

#: Drivers of the cost that are listed.
_DRIVERS = 10


def plan_chapter(rollout: Rollout, listed: pd.DataFrame, reader: Reader) -> list[Block]:
    """Return the chapter of the plan.

    Parameters
    ----------
    rollout
        The plan.
    listed
        Rows of its sites that are listed.
    reader
        Words in the reader's language.

    Returns
    -------
    blocks
        Proof, years, costs, drivers, sites.
    """
    t = reader.text
    blocks: list[Block] = [
        Heading(t("report.chapter_plan"), 1),
        whole_plan(rollout, reader),
        Heading(t("report.proof"), 2),
        Paragraph(reader.sentence(rollout.proof)),
        Paragraph(reader.sentence(rollout.order_proof)),
    ]  # fmt: skip
    if rollout.choice.gap > rollout.scenario.plan.tolerance:
        blocks.append(Paragraph(t("report.not_proven", gap=rollout.choice.gap), "warning"))
    if rollout.basis != "terrain":
        blocks.append(Paragraph(t("basis.circle"), "warning"))
    blocks += [Paragraph(reader.sentence(note), "warning") for note in rollout.warnings]
    blocks += [*_years(rollout, reader), *_costs(rollout, reader)]
    return [*blocks, _drivers(rollout, reader), _sites(rollout, listed, reader)]


def whole_plan(rollout: Rollout, reader: Reader) -> Paragraph:
    """Return what a plan builds and reaches, in one sentence.

    Parameters
    ----------
    rollout
        The plan.
    reader
        Words in the reader's language.

    Returns
    -------
    paragraph
        Sites, investment, villages and households; what is left.
    """
    sites, villages = rollout.sites, rollout.villages
    return Paragraph(
        reader.text(
            "report.plan_whole",
            sites=len(sites),
            villages=len(villages),
            households=int(villages["households"].sum()),
            cost=reader.money(sites["cost_base"].sum()),
            left=len(rollout.left),
            unreachable=len(rollout.unreachable),
        )
    )


def _years(rollout: Rollout, reader: Reader) -> list[Block]:
    t, rows = reader.text, rollout.yearly
    head = (t("report.year"), t("report.sites"), t("report.investment"), t("report.new_villages"),
            t("report.new_households"), t("report.all_households"))  # fmt: skip
    lines = [
        (str(int(row["year"])), reader.figure(row["sites"]), reader.money(row["cost_base"]),
         reader.figure(row["villages"]), reader.figure(row["households"]),
         reader.figure(row["households_total"]))
        for row in records(rows)
    ]  # fmt: skip
    sums = rows[["sites", "cost_base", "villages", "households"]].sum()
    lines.append((t("report.total"), reader.figure(sums["sites"]), reader.money(sums["cost_base"]),
                  reader.figure(sums["villages"]), reader.figure(sums["households"]),
                  reader.figure(sums["households"])))  # fmt: skip
    caption = t("report.years", year=rollout.scenario.plan.money.price_year)
    right = frozenset(range(1, 6))
    return [ReportTable(caption, head, tuple(lines), right, (), total=True)]


def _costs(rollout: Rollout, reader: Reader) -> list[Block]:
    """Return the life-cycle cost and the bill of materials."""
    t = reader.text
    blocks: list[Block] = [Heading(t("report.costs"), 2)]
    head = (t("report.cost_figure"), t("report.low"), t("report.base"), t("report.high"))
    lines = []
    for row in records(rollout.totals):
        per = str(row["figure"]).startswith("build_per_")
        shown = reader.figure if per else reader.money
        unit = t("report.yuan" if per else "report.money_unit")
        name = t("report.with_unit", what=t(f"plan.total_{row['figure']}"), unit=unit)
        lines.append((name, *(shown(float(row[end])) for end in ("low", "base", "high"))))
    money = rollout.scenario.plan.money
    caption = t("report.life_cost", year=money.price_year, years=money.operation_years)
    blocks.append(ReportTable(caption, head, tuple(lines), frozenset({1, 2, 3}), (3, 1, 1, 1)))
    # What drives the cost is a table of its own.
    blocks += [Paragraph(reader.sentence(note), "small") for note in rollout.cost_notes]
    name = "meaning_zh" if reader.names == "name_zh" else "meaning"
    bill = [
        (str(row[name]), f"{_quantity(row, reader)} {_counted(row, reader)}".strip(),
         reader.figure(row["unit_base"]), reader.money(row["total_low"]),
         reader.money(row["total_base"]), reader.money(row["total_high"]),
         t(f"report.paid_{row['paid']}"))
        for row in records(rollout.bill)
    ]  # fmt: skip
    titles = (t("report.item"), t("report.quantity"), t("report.unit_price"), t("report.low"),
            t("report.base"), t("report.high"), t("report.paid"))  # fmt: skip
    blocks.append(ReportTable(t("report.bill", year=money.price_year), titles, tuple(bill),
                        frozenset(range(1, 6)), (3.4, 1.5, 1.2, 1, 1, 1, 0.9)))  # fmt: skip
    return blocks


def _drivers(rollout: Rollout, reader: Reader) -> ReportTable:
    """Return the unit costs and assumptions that change the cost most, widest first."""
    t = reader.text
    name = "meaning_zh" if reader.names == "name_zh" else "meaning"
    lines = [
        (str(row[name]), reader.cost_unit(str(row["unit"])),
         " / ".join(f"{row[end]:,.6g}" for end in ("low", "base", "high")),
         reader.money(row["total_change_low"]), reader.money(row["total_change_high"]),
         reader.evidence(str(row["evidence"])), str(row["source"]))
        for row in records(in_language(rollout.drivers.head(_DRIVERS), reader.language))
    ]  # fmt: skip
    head = (t("report.assumption"), t("report.unit"), t("report.low_base_high"),
            t("report.change_low"), t("report.change_high"), t("report.evidence"),
            t("report.source"))  # fmt: skip
    caption = t("report.drivers", years=rollout.scenario.plan.money.operation_years)
    return ReportTable(
        caption, head, tuple(lines), frozenset({3, 4}), (2.4, 1.2, 2.3, 0.8, 0.8, 0.8, 2.8)
    )


def _sites(rollout: Rollout, listed: pd.DataFrame, reader: Reader) -> ReportTable:
    t = reader.text
    head = (t("report.number"), t("report.county"), t("report.position"), t("report.technology"),
            t("report.link"), t("report.power"), t("report.new_villages"),
            t("report.new_households"), t("report.investment"), t("report.year"))  # fmt: skip
    lines = tuple(_site(row, reader) for row in records(listed))
    caption = t("report.site_list", year=rollout.scenario.plan.money.price_year)
    return ReportTable(caption, head, lines, frozenset({0, 6, 7, 8}),
                 (0.5, 2.2, 1.9, 1.1, 1, 0.7, 0.9, 1.2, 1.2, 0.6))  # fmt: skip


def _site(row: Row, reader: Reader) -> tuple[str, ...]:
    t = reader.text
    link = t(f"plan.backhaul_{row['backhaul']}") if row["backhaul"] else "\u2014"
    power = t(f"plan.power_{row['power']}") if row["power"] else "\u2014"
    return (
        str(row["rank"]), str(row[reader.column("county")]), f"{row['lon']:.4f}, {row['lat']:.4f}",
        technology_of(str(row["preset"])), link, power, reader.figure(row["villages"]),
        reader.figure(row["households"]), reader.money(row["cost_base"]),
        "\u2014" if not is_known(row["year"]) else str(row["year"]),
    )  # fmt: skip


def _quantity(row: Row, reader: Reader) -> str:
    """Return a quantity: things that are counted have no decimals."""
    return reader.figure(row["quantity"], 0 if float(row["quantity"]).is_integer() else 1)


def _counted(row: Row, reader: Reader) -> str:
    """Return what a bill counts; that it is paid each year stands in a column of its own."""
    return reader.cost_unit(str(row["unit"]).removesuffix(" and year"))
