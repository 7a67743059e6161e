"""The document of a report, put together: cover, summary, layers, regions, plan, sources."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from data.export.report.document import Block, Heading, Paragraph, ReportDocument
from data.home import workspace_folder
from data.ledger.metrics import credits_in
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from data.wording.catalogue import data_language
from data.workspace.access import reviews
from layers.base import LEVELS, Level
from layers.villages import MIN_HOUSEHOLDS, check_regions, village_table
from planning.exports.gaps import source_table
from planning.exports.report.gaps import layer_chapter, overview, split_by_metric
from planning.exports.report.plan import plan_chapter, whole_plan
from planning.exports.report.progress import progress_chapter, progress_rows
from planning.exports.report.reader import Reader, records
from planning.exports.report.region import Part, region_page
from planning.exports.report.sources import illustrative_chapter, method_chapter, source_chapter
from planning.gaps import gap_table

if TYPE_CHECKING:
    # Its module loads the solvers: a report without a plan needs none.
    from planning.plan.rollout import Rollout


@dataclass(frozen=True)
class ReportRequest:
    """What a report is about.

    Attributes
    ----------
    language
        Code of a language of the locale.
    regions
        adcodes of prefectures or counties; none for the whole province.
    """

    language: str
    regions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Chapter:
    """A chapter of another subject, in the language of the report.

    Attributes
    ----------
    title
        What it is about.
    blocks
        Its content.
    source_ids
        Ids of its sources, several in one text joined by ``;``.
    is_invented
        Whether something illustrative is in it.
    """

    title: str
    blocks: tuple[Block, ...]
    source_ids: tuple[str, ...]
    is_invented: bool


@dataclass(frozen=True, eq=False)
class ReportInputs:
    """What the reports of a province are made from; computed once for several of them.

    Attributes
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario whose settings apply.
    rollout
        The plan of the scenario; None for reports without one.
    gaps, progress
        Level → gap table, and progress of the layers with a dated target; that of counties is
        worked out for each that has a page.
    villages
        Villages without 4G, of :data:`~layers.villages.MIN_HOUSEHOLDS` or more.
    sources
        The table of sources.
    further
        A chapter after that of the plan, such as a comparison; None for reports without one.
    """

    pack: Pack
    scenario: Scenario
    rollout: Rollout | None
    gaps: dict[Level, pd.DataFrame]
    progress: dict[Level, pd.DataFrame]
    villages: pd.DataFrame
    sources: pd.DataFrame
    further: Chapter | None = None

    @classmethod
    def of(
        cls, pack: Pack, scenario: Scenario, rollout: Rollout | None = None,
        further: Chapter | None = None, levels: Sequence[Level] = LEVELS,
    ) -> ReportInputs:  # fmt: skip
        """Return the inputs of reports.

        Parameters
        ----------
        pack
            The province's tables in force.
        scenario
            The scenario whose settings apply.
        rollout
            Its plan; None for reports without one.
        further
            A chapter after that of the plan; None for reports without one.
        levels
            Levels of the gap tables; a report of regions does not need the province.

        Returns
        -------
        inputs
            Gap tables, villages, sources.
        """
        gaps: dict[Level, pd.DataFrame] = {
            level: gap_table(pack, level=level, scenario=scenario) for level in levels
        }
        progress: dict[Level, pd.DataFrame] = {
            level: progress_rows(pack, table, scenario)
            for level, table in gaps.items()
            if level != "county"
        }
        villages = village_table(
            pack, state="uncovered", min_households=MIN_HOUSEHOLDS, as_of=scenario.day
        )
        return cls(pack, scenario, rollout, gaps, progress, villages, source_table(pack), further)


def levels_of(regions: Sequence[str]) -> tuple[Level, ...]:
    """Return the levels of the gap tables that a report of some regions needs.

    Parameters
    ----------
    regions
        adcodes asked for; none for the whole province.

    Returns
    -------
    levels
        All, or those of prefectures and counties.
    """
    return ("prefecture", "county") if regions else LEVELS


def report(
    inputs: ReportInputs, request: ReportRequest, step: Callable[[str], None] = lambda _name: None
) -> ReportDocument:
    """Return the report of a province or of some of its regions.

    Parameters
    ----------
    inputs
        What the report is made from.
    request
        Language and regions.
    step
        Called with the adcode of each region that is done; what it raises ends the report.

    Returns
    -------
    document
        The report, to be written by :mod:`data.export.report.writers`.

    Raises
    ------
    InputError
        If a region is none of the province.
    """
    check_regions(inputs.pack, request.regions)
    reader, rollout = Reader(request.language), inputs.rollout
    parts = list(_parts(inputs, request.regions))
    own = pd.concat([part.own for part in parts], ignore_index=True)
    blocks = _summary(inputs, reader) if not request.regions else []
    if not request.regions:
        blocks += layer_chapter(inputs.gaps["prefecture"], inputs.gaps["province"], reader)
        blocks += progress_chapter(
            inputs.progress["prefecture"], inputs.progress["province"], reader
        )
    elif len(parts) > 1:
        blocks += layer_chapter(own, own.iloc[:0], reader)
    for part in parts:
        blocks += region_page(inputs.pack, part, reader)
        step(part.adcode)
    if rollout is not None:
        listed = pd.concat([part.within(rollout.sites) for part in parts])
        blocks += plan_chapter(rollout, listed.sort_values("rank"), reader)
    if inputs.further is not None:
        blocks += inputs.further.blocks
    # The page of a region is its own.
    after_region = rollout is None and inputs.further is None
    blocks += method_chapter(own, reader, follows=not after_region)
    blocks += source_chapter(inputs.sources, _ids(own, inputs), reader)
    invented = list(_illustrative(own, inputs, reader))
    blocks += illustrative_chapter(invented, reader)
    return _document(inputs, request, tuple(blocks), invented=bool(invented))


def prefectures(pack: Pack, regions: Sequence[str]) -> tuple[str, ...]:
    """Return the regions that get a file each where a report is split.

    Parameters
    ----------
    pack
        The province's tables in force.
    regions
        adcodes asked for; none for every prefecture.

    Returns
    -------
    regions
        The adcodes asked for, else those of all prefectures.
    """
    check_regions(pack, regions)
    return tuple(regions) or tuple(pack.regions("prefecture")["adcode"])


def region_name(pack: Pack, adcode: str, language: str) -> str:
    """Return the name of a prefecture or county.

    Parameters
    ----------
    pack
        The province's tables in force.
    adcode
        Its code.
    language
        Code of a language of the locale.

    Returns
    -------
    name
        Plain text.
    """
    level = _level(pack, adcode)
    rows = pack.regions(level).set_index("adcode")
    return str(rows.loc[adcode, f"name_{data_language(language)}"])


def _level(pack: Pack, adcode: str) -> Level:
    # A code may belong to a prefecture and a county; a report means the prefecture.
    return "prefecture" if adcode in set(pack.regions("prefecture")["adcode"]) else "county"


def _parts(inputs: ReportInputs, regions: Sequence[str]) -> Iterator[Part]:
    counties = inputs.gaps["county"]
    for adcode in prefectures(inputs.pack, regions):
        level = _level(inputs.pack, adcode)
        rows = inputs.gaps[level]
        own = rows[rows["adcode"] == adcode].reset_index(drop=True)
        column = "parent" if level == "prefecture" else "adcode"
        inside = counties[counties[column] == adcode].reset_index(drop=True)
        progress = inputs.progress.get(level)
        if progress is None:
            progress = progress_rows(inputs.pack, own, inputs.scenario)
        yield Part(level, adcode, own, inside, progress, inputs.villages,
                   inputs.sources, inputs.rollout)  # fmt: skip


def _summary(inputs: ReportInputs, reader: Reader) -> list[Block]:
    t, rollout = reader.text, inputs.rollout
    blocks: list[Block] = [Heading(t("report.chapter_summary"), 1)]
    blocks += overview(inputs.pack, inputs.gaps["prefecture"], inputs.gaps["province"], reader)
    if rollout is None:
        return [*blocks, Paragraph(t("report.no_plan"))]
    return [*blocks, whole_plan(rollout, reader), Paragraph(reader.sentence(rollout.proof))]


def _ids(shown: pd.DataFrame, inputs: ReportInputs) -> list[str]:
    ids, rollout = [*shown["source_ids"], "pack:natural_villages"], inputs.rollout
    if inputs.further is not None:
        ids += inputs.further.source_ids
    if rollout is not None:
        for table in (rollout.sites, rollout.villages, rollout.bill, rollout.drivers):
            ids += list(table["source_ids"].unique())
    return ids


def _illustrative(shown: pd.DataFrame, inputs: ReportInputs, reader: Reader) -> Iterator[str]:
    for rows in split_by_metric(shown):
        if (rows["evidence"] == "illustrative").any():
            yield reader.heading(records(rows)[0])
    if "illustrative" in set(inputs.villages["evidence"]):
        yield reader.text("report.all_villages")
    if inputs.rollout is not None and "illustrative" in inputs.rollout.evidence:
        yield reader.text("report.chapter_plan")
    if inputs.further is not None and inputs.further.is_invented:
        yield inputs.further.title


def _approval(scenario: Scenario, reader: Reader) -> tuple[tuple[str, str], ...]:
    """Return who approved the scenario, or where it stands, where people are known."""
    review = reviews.standing(scenario, workspace_folder())
    if review is None:
        return ()
    t, step = reader.text, review.approval
    said = t(f"review_state.{review.state}")
    if step is not None:
        said = t("report.approved", who=step.who, on=step.at[:10], digest=step.after)
    return ((t("report.cover_approval"), said),)


def _document(
    inputs: ReportInputs, request: ReportRequest, blocks: tuple[Block, ...], *, invented: bool
) -> ReportDocument:
    pack, scenario = inputs.pack, inputs.scenario
    reader = Reader(request.language)
    t = reader.text
    province = str(pack.meta[reader.names])
    names = [region_name(pack, code, request.language) for code in request.regions]
    subject = t("list.comma").join(names) or province
    date = scenario.as_of.isoformat() if scenario.as_of else pack.default_as_of
    title = t("report.title", subject=subject if len(names) <= 3 else province)
    credits_ = credits_in(pack.table("SOURCES")["credit"], reader.language)
    cover = (
        (t("report.cover_regions"), subject),
        (t("report.cover_date"), date),
        (t("report.cover_scenario"), scenario.name or t("report.no_scenario")),
        (t("report.cover_digest"), f"{pack.digest[:12]} / {scenario.digest[:12]}"),
        *_approval(scenario, reader),
        (t("report.cover_status"), t("stamp.illustrative" if invented else "report.all_real")),
        (t("report.cover_maps"), t("report.map_note")),
        (t("report.cover_credits"), credits_),
    )
    return ReportDocument(
        language=data_language(request.language),
        title=title,
        subtitle=t("report.subtitle", province=province),
        cover=cover,
        date=date,
        running=(title, t("report.running", date=date, scenario=scenario.name or "\u2014")),
        foot=t("report.foot_illustrative" if invented else "report.foot"),
        page=t("report.page"),
        contents=t("report.contents"),
        labels=(t("report.label_table"), t("report.label_figure")),
        blocks=blocks,
    )
