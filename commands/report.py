"""Command of the report: a document of a province or of some regions, as PDF or DOCX."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from commands.options import Folder, Province, Tongue, named_scenario, pack_of, remark, steps
from data.wording.catalogue import DEFAULT
from data.workspace.folder import Workspace
from geo.errors import InputError

if TYPE_CHECKING:
    from data.export.report.document import ReportDocument
    from data.scenario.scenario import Scenario
    from data.tables.reader import Pack
    from layers.base import Level
    from planning.comparison.comparison import Comparison
    from planning.exports.report.report import Chapter, ReportInputs
    from planning.plan.rollout import Rollout

COMMANDS = typer.Typer()


@COMMANDS.command()
def report(  # noqa: PLR0913  one argument for each option
    *,
    province: Province,
    region: Annotated[
        list[str] | None,
        typer.Option("--region", help="adcode of a prefecture or county; repeatable."),
    ] = None,
    scenario: Annotated[
        str,
        typer.Option(
            "--scenario",
            help="Name of a saved scenario, or its file (JSON): its plan becomes a chapter.",
        ),
    ] = "",
    compare: Annotated[
        list[str] | None,
        typer.Option(
            "--compare",
            help="Name or file of a scenario that --scenario is compared with; up to three times.",
        ),
    ] = None,
    language: Tongue = DEFAULT,
    split: Annotated[
        Literal["none", "prefecture"],
        typer.Option("--split", help="prefecture: a file per region, its name added to --out."),
    ] = "none",
    workspace: Folder = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="File: .pdf or .docx by its suffix.")],
) -> None:
    """Write the report: summary, gaps, a page per prefecture, plan, costs, method, sources."""
    from data.export.report.writers import check_suffix, write
    from planning.exports.report.report import levels_of, prefectures

    check_suffix(out.suffix)
    pack = pack_of(province, workspace)
    pages = prefectures(pack, tuple(region or ()))
    if compare and not scenario:
        raise InputError("comparison.no_first")
    wanted = [named_scenario(name, province, workspace)
              for name in (scenario, *(compare or ())) if name]  # fmt: skip
    with steps("report", len(pages) + 1) as step:
        known = _known(pack, Workspace.open(workspace))
        compared = _compared(pack, wanted, known, tuple(region or ()))
        chapter = _chapter(pack, compared, language)
        inputs = _inputs(pack, wanted, known, chapter, levels_of(region or ()))
        step("inputs")
        files = {out: tuple(region or ())}
        if split == "prefecture":
            files = {_beside(out, pack, code, language): (code,) for code in pages}
        made = _documents(inputs, files, language, step)
        write(made)
    for path, document in made.items():
        _remarks(path, document)


def _known(pack: Pack, workspace: Workspace) -> Callable[[Scenario], Rollout | None]:
    """Return what finds the plan that a saved scenario keeps."""

    def known(scenario: Scenario) -> Rollout | None:
        # Only a scenario needs the modules of the plan, which load the solvers.
        from planning.comparison.kept import known_rollout

        return known_rollout(pack, scenario, workspace)

    return known


def _compared(
    pack: Pack, scenarios: Sequence[Scenario], known: Callable[[Scenario], Rollout | None],
    regions: tuple[str, ...],
) -> Comparison | None:  # fmt: skip
    """Return the comparison of the scenarios in the one region asked for, else in the province."""
    if len(scenarios) < 2:
        return None
    from planning.comparison.comparison import ComparisonOrder, compare

    region = regions[0] if len(regions) == 1 else ""
    return compare(pack, scenarios, ComparisonOrder(region=region, known=known))


def _chapter(pack: Pack, compared: Comparison | None, language: str) -> Chapter | None:
    if compared is None:
        return None
    from planning.exports.comparison.chapter import comparison_chapter

    return comparison_chapter(pack, compared, language)


def _inputs(
    pack: Pack, scenarios: Sequence[Scenario], known: Callable[[Scenario], Rollout | None],
    chapter: Chapter | None, levels: Sequence[Level],
) -> ReportInputs:  # fmt: skip
    """Return what the reports are made from, the plan of a scenario included."""
    from data.scenario.scenario import Scenario as Blank
    from planning.exports.report.report import ReportInputs

    if not scenarios:
        return ReportInputs.of(pack, Blank(province=pack.name), levels=levels)
    from planning.plan.rollout import plan

    first = scenarios[0]
    return ReportInputs.of(pack, first, known(first) or plan(pack, first), chapter, levels)


def _documents(
    inputs: ReportInputs,
    files: Mapping[Path, tuple[str, ...]],
    language: str,
    step: Callable[[str], None],
) -> dict[Path, ReportDocument]:
    from planning.exports.report.report import ReportRequest, report as report_of

    return {
        path: report_of(inputs, ReportRequest(language, codes), step)
        for path, codes in files.items()
    }


def _beside(out: Path, pack: Pack, adcode: str, language: str) -> Path:
    """Return the file of one region, named by it."""
    from data.export.report.writers import file_name
    from planning.exports.report.report import region_name

    name = file_name(region_name(pack, adcode, language))
    return out.with_name(f"{out.stem}-{name}{out.suffix}")


def _remarks(path: Path, document: ReportDocument) -> None:
    """Say where a report went, and which of its characters its font lacks."""
    from data.export.report.fonts import missing

    remark("report.written", path=path)
    if path.suffix.lower() == ".pdf" and (lacking := missing(document.texts())):
        named = " ".join(f"{sign} (U+{ord(sign):04X})" for sign in sorted(lacking))
        remark("report.font_missing", characters=named)
