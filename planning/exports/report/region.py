"""One page per region: map, bars by county, largest villages without 4G, sites, cost, years."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from data.export.report.document import (
    Block,
    Card,
    Cards,
    Figure,
    Heading,
    OnePage,
    Pair,
    Paragraph,
    ReportTable,
)
from data.ledger.documents import NO_TEXT, cited
from data.tables.reader import Pack
from layers.map.palette import colours
from layers.villages import MIN_HOUSEHOLDS
from planning.exports.report.gaps import cards, dates, region_table, regions_of, split_by_metric
from planning.exports.report.maps import MapContent, region_map
from planning.exports.report.progress import region_progress
from planning.exports.report.reader import Reader, is_known, records

if TYPE_CHECKING:
    # Its module loads the solvers: a report without a plan needs none.
    from planning.plan.rollout import Rollout

#: Villages listed: fewer beside the rows of many counties, so that a region keeps to one page.
_LISTED, _LISTED_BESIDE_MANY, _MANY = 8, 5, 9
#: Width and greatest height of the map [mm].
_MAP_MM = (68.0, 100.0)
#: Quotes at the foot of the page.
_QUOTES = 3
#: Key figures beside the plan's.
_CARDS = 3


@dataclass(frozen=True, eq=False)
class Part:
    """One region of a report.

    Attributes
    ----------
    level, adcode
        The region.
    own
        Its rows of the gap table.
    inside
        Rows of its counties; its own rows for a county.
    progress
        Progress of the regions of its level.
    villages, sources
        Villages of the province without 4G, of :data:`MIN_HOUSEHOLDS` or more, and its table of
        sources.
    rollout
        The plan; None without.
    """

    level: str
    adcode: str
    own: pd.DataFrame
    inside: pd.DataFrame
    progress: pd.DataFrame
    villages: pd.DataFrame
    sources: pd.DataFrame
    rollout: Rollout | None

    def within(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of a table of sites or villages that lie in the region.

        Parameters
        ----------
        table
            With the columns ``prefecture`` and ``county``.

        Returns
        -------
        rows
            Part of the table.
        """
        return table[table[self.level] == self.adcode]


def region_page(pack: Pack, part: Part, reader: Reader) -> list[Block]:
    """Return the page of a region.

    Parameters
    ----------
    pack
        The province's tables in force.
    part
        The region.
    reader
        Words in the reader's language.

    Returns
    -------
    blocks
        Heading, sentence, key figures, map beside bars, villages beside years, progress, quotes;
        on one page.
    """
    name = str(records(part.own)[0][reader.names])
    villages = part.within(part.villages)
    blocks: list[Block] = [Heading(name, 1)]
    blocks += [Paragraph(sentence) for sentence in _sentences(part, villages, reader)]
    blocks.append(_cards(part, reader))
    tables = _tables(part, reader)
    reached = region_progress(part.progress, part.adcode, reader)
    blocks.append(Pair((_map(pack, part, villages, reader),), tuple(tables), 0.385))
    listed = _largest(part, villages, reader)
    if part.rollout is None:
        blocks.append(listed)
    else:
        blocks.append(Pair((listed,), _years(part, part.rollout, reader), 0.5))
    return [OnePage((*blocks, *reached, *_quotes(part, reader)))]


def _sentences(part: Part, villages: pd.DataFrame, reader: Reader) -> list[str]:
    """Return what is missing, in one paragraph, and what the plan does about it in another."""
    t = reader.text
    missing = [
        t("report.missing", layer=reader.heading(row), gap=reader.gap(row), unit=reader.unit(row),
          span=reader.interval(row))
        for row in records(part.own)
        if is_known(row["gap"]) and row["gap"] > 0
    ]  # fmt: skip
    homes = int(villages["households"].sum())
    said = [t("report.missing_all", parts=t("report.semicolon").join(missing))] if missing else []
    said.append(t("report.villages_without", villages=len(villages), households=homes,
                  least=MIN_HOUSEHOLDS))  # fmt: skip
    if part.rollout is not None:
        sites, reached = (part.within(part.rollout.sites), part.within(part.rollout.villages))
        said.append(t(
            "report.plan_here", sites=len(sites), cost=reader.money(sites["cost_base"].sum()),
            villages=len(reached), households=int(reached["households"].sum()),
        ))  # fmt: skip
    return ["".join(said) if reader.names == "name_zh" else " ".join(said)]


def _cards(part: Part, reader: Reader) -> Cards:
    """Return the key figures that have a gap, else what is built, and the plan's cost."""
    t = reader.text
    known = part.own["gap"].notna()
    own = part.own[known if known.any() else part.own["built"].notna()]
    found = list(cards(own, reader).cards[:_CARDS])
    if part.rollout is not None:
        sites = part.within(part.rollout.sites)
        low, high = (reader.money(sites[f"cost_{end}"].sum()) for end in ("low", "high"))
        found.append(Card(
            t("report.plan_card"), reader.money(sites["cost_base"].sum()), t("report.money_unit"),
            t("report.plan_card_note", sites=len(sites), low=low, high=high),
            colours(dark=False)["planned"],
        ))  # fmt: skip
    return Cards(tuple(found))


def _tables(part: Part, reader: Reader) -> list[Block]:
    """Return a table for each layer that misses something here, and a line for the others.

    Where no gap is known the layers of which something is built have the tables.
    """
    t = reader.text
    blocks: list[Block] = []
    others = []
    column = "gap" if (part.inside["gap"].abs() > 0).any() else "built"
    for rows in split_by_metric(part.inside):
        first = records(rows)[0]
        same = part.own["layer"].eq(first["layer"]) & part.own["metric"].eq(first["metric"])
        own = records(part.own[same])[0]
        if (rows[column].abs() > 0).any():
            caption = t("report.by_region", layer=reader.heading(own), dates=dates(own, reader))
            table = region_table(rows, reader, caption=caption, total=own)
            blocks.append(_narrow(table))
        else:
            stated = "other" if is_known(own["target"]) else "other_without"
            others.append(t(f"report.{stated}", layer=reader.heading(own),
                            figures=reader.built_of(own), gap=reader.gap(own),
                            evidence=reader.evidence(str(own["evidence"]))))  # fmt: skip
    if others:
        blocks.append(Paragraph(t("report.semicolon").join(others), "small"))
    return blocks


def _narrow(table: ReportTable) -> ReportTable:
    """Return a table of regions without the evidence, which its caption and the foot give."""
    evidence = {str(row[5]) for row in table.rows}
    caption = f"{table.caption} · {' / '.join(sorted(evidence))}"
    rows = tuple(row[:5] for row in table.rows)
    return ReportTable(
        caption, table.head[:5], rows, table.right, (2.2, 0, 2.7, 1.4, 1.6), table.total
    )


def _map(pack: Pack, part: Part, villages: pd.DataFrame, reader: Reader) -> Figure:
    t = reader.text
    inside = sorted(set(part.inside["adcode"]))
    regions = regions_of(pack, "county", inside)
    columns = ["lon", "lat"]
    empty = np.empty((0, 2))
    covered = sites = empty
    left = villages
    if part.rollout is not None:
        reached = part.within(part.rollout.villages)
        left = villages[~villages["village_id"].isin(reached["village_id"])]
        covered = reached[columns].to_numpy(float)
        sites = part.within(part.rollout.sites)[columns].to_numpy(float)
    content = MapContent(
        regions, reader.names, t("report.north"), {}, left[columns].to_numpy(float), covered, sites
    )
    caption = t("report.village_map", uncovered=len(left))
    if part.rollout is not None:
        caption = t("report.plan_map", sites=len(sites), covered=len(covered), uncovered=len(left))
    return Figure(region_map(pack, content, _MAP_MM, caption), caption)


def _largest(part: Part, villages: pd.DataFrame, reader: Reader) -> ReportTable:
    """Return the largest villages without 4G, with the site that reaches each."""
    t = reader.text
    many = part.inside["adcode"].nunique() > _MANY
    order = villages.sort_values(["households", "village_id"], ascending=[False, True])
    shown = order.head(_LISTED_BESIDE_MANY if many else _LISTED)
    head = [t("report.village"), t("report.county"), t("report.households")]
    rows = [[str(row["village_id"]), str(row[reader.column("county")]),
             reader.figure(row["households"])] for row in records(shown)]  # fmt: skip
    if part.rollout is not None:
        head.append(t("report.in_plan"))
        reached = part.rollout.villages.set_index("village_id")
        for cells in rows:
            cells.append(_served(cells[0], reached, reader))
    evidence = t("list.comma").join(map(reader.evidence, sorted(set(villages["evidence"]))))
    caption = t("report.largest", evidence=evidence or t("report.none"))
    widths = (1.5, 2.6, 1, 1.7)[: len(head)]
    return ReportTable(caption, tuple(head), tuple(map(tuple, rows)), frozenset({2}), widths)


def _served(village: str, reached: pd.DataFrame, reader: Reader) -> str:
    if village not in reached.index:
        return reader.text("report.not_reached")
    year, site = reached.loc[[village], ["year", "rank"]].to_numpy()[0]
    if not is_known(year):
        return reader.text("report.reached_undated", site=site)
    return reader.text("report.reached", year=year, site=site)


def _years(part: Part, rollout: Rollout, reader: Reader) -> tuple[Block, ...]:
    """Return sites, cost and households per year in the region."""
    t = reader.text
    sites = part.within(rollout.sites)
    money = rollout.scenario.plan.money
    caption = t("report.years", year=money.price_year)
    if sites.empty:
        return (Paragraph(caption), Paragraph(t("report.no_sites"), "small"))
    sums = sites.assign(sites=1).groupby("year", dropna=False)[
        ["sites", "cost_base", "villages", "households"]
    ].sum()  # fmt: skip
    rows = [
        (str(row["year"]) if is_known(row["year"]) else t("report.undated"),
         reader.figure(row["sites"]),
         reader.money(row["cost_base"]), reader.figure(row["villages"]),
         reader.figure(row["households"]))
        for row in records(sums.reset_index())
    ]  # fmt: skip
    whole = sums.sum()
    rows.append((t("report.total"), reader.figure(whole["sites"]),
                 reader.money(whole["cost_base"]), reader.figure(whole["villages"]),
                 reader.figure(whole["households"])))  # fmt: skip
    head = (t("report.year"), t("report.sites"), t("report.investment"), t("report.new_villages"),
            t("report.new_households"))  # fmt: skip
    table = ReportTable(caption, head, tuple(rows), frozenset({1, 2, 3, 4}), (), total=True)
    return (table, Paragraph(t("report.proof_of_whole", proof=rollout.proof), "small"))


def _quotes(part: Part, reader: Reader) -> list[Block]:
    """Return the sentences of the plans that the gaps of the region rest on."""
    t = reader.text
    rows = part.own[part.own["gap"].notna()]
    wanted = {key for ids in rows["source_ids"] for key in str(ids).split(";")}
    sources = part.sources[part.sources["id"].isin(wanted)]
    without = sources["quote"].fillna("").isin(("", NO_TEXT))
    quoted = sources[~without].head(_QUOTES)
    if quoted.empty:
        return []
    lines = [
        Paragraph(t("report.quote", what=row[_metric(reader)], quote=row["quote"],
                    source=cited(str(row["source"]))), "small")
        for row in records(quoted)
    ]  # fmt: skip
    return [Heading(t("report.quotes"), 3), *lines]


def _metric(reader: Reader) -> str:
    return "metric_zh" if reader.names == "name_zh" else "metric"
