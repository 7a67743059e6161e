"""Command of the comparison: two to four saved scenarios, their differences and the causes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.options import (
    Folder,
    Out,
    Province,
    Tongue,
    in_words,
    is_map,
    named_scenario,
    pack_of,
    print_table,
    remark,
    terminal_language,
    words,
    write_bundle,
)
from data.wording.catalogue import DEFAULT, data_language
from geo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from data.tables.reader import Pack
    from planning.comparison.comparison import Comparison

COMMANDS = typer.Typer()
#: Columns of files that the terminal gives in words instead, or not at all.
_CODES = ("figure", "source_ids", "layer", "metric", "inputs", "field", "change")


@COMMANDS.command("compare-scenarios")
def compare_scenarios(  # noqa: PLR0913  one argument for each option
    scenarios: Annotated[
        list[str],
        typer.Argument(
            help="Names of two to four saved scenarios, or their files (JSON). The first is what "
            "the others are compared with; of one alone the baseline is.",
        ),
    ],
    *,
    province: Province,
    region: Annotated[
        str, typer.Option("--region", help="adcode of a prefecture or county; default: all.")
    ] = "",
    causes: Annotated[
        bool,
        typer.Option(
            "--causes/--no-causes",
            help="Solve the plan again for each group of inputs that differs.",
        ),
    ] = True,
    table: Annotated[
        str,
        typer.Option("--table", help="figures, causes, villages, sites, inputs, scenarios or all."),
    ] = "all",
    language: Tongue = DEFAULT,
    workspace: Folder = None,
    out: Out = "-",
) -> None:
    """Compare scenarios: figures, differences, and which changed inputs cause them."""
    from data.workspace.folder import Workspace
    from planning.comparison.comparison import ComparisonOrder, compare
    from planning.comparison.kept import keep_rollout, known_rollout

    _check(table, out)
    pack = pack_of(province, workspace)
    store = Workspace.open(workspace)
    names = scenarios if len(scenarios) > 1 else [store.baseline(province), *scenarios]
    if not all(names):
        raise InputError("comparison.one")
    chosen = [named_scenario(name, province, workspace) for name in names]
    with _bar() as progress:
        order = ComparisonOrder(
            region=region, with_causes=causes, progress=progress,
            known=lambda one: known_rollout(pack, one, store),
            keep=lambda one, plan: keep_rollout(pack, one, plan, store),
        )  # fmt: skip
        found = compare(pack, chosen, order)
    if out == "-":
        _print(pack, found, "figures" if table == "all" else table)
        return
    from planning.exports.comparison.bundle import comparison_bundle

    main = ("villages" if is_map(out) else "figures") if table == "all" else table
    write_bundle(comparison_bundle(pack, found, main, language=language), out)
    _remarks(found)


def _check(table: str, out: str) -> None:
    """Refuse an unknown table or format before the work, not after."""
    from data.export.writers import SUFFIXES
    from geo.errors import UnknownNameError
    from planning.exports.comparison.words import TABLES

    if table not in {*TABLES, "all"}:
        raise UnknownNameError("table", table, [*TABLES, "all"], where="--table")
    if out != "-" and Path(out).suffix.lower() not in SUFFIXES:
        raise InputError("export.suffix", suffix=Path(out).suffix, known=" ".join(SUFFIXES))


def _print(pack: Pack, found: Comparison, table: str) -> None:
    """Print a table in the language of the terminal; figures in the units of the files."""
    from layers.registry import unit_name
    from planning.exports.comparison.words import cause_name, comparison_table

    frame = comparison_table(pack, found, table)
    language = terminal_language()
    if "cause" in frame:
        pairs = zip(frame["cause"], frame["compared"], strict=True)
        frame["cause"] = [cause_name(cause, letter, language) for cause, letter in pairs]
    if "figure" in frame:
        frame["unit"] = [unit_name(unit, language) for unit in frame["unit"]]
    other = {"zh": "_en", "en": "_zh"}[data_language(language)]
    hidden: list[Any] = [name for name in frame.columns
                         if str(name).endswith((other, "_low", "_high"))]  # fmt: skip
    frame = frame.drop(columns=[*hidden, *_CODES], errors="ignore")
    shown = frame.astype(object).where(frame.notna(), None)
    print_table(shown, right=frame.select_dtypes("number").columns)
    _remarks(found)


def _remarks(found: Comparison) -> None:
    """Say of each scenario what its plan proves, and how causes are found."""
    from planning.exports.comparison.words import is_invented

    for letter, one in found.scenarios.items():
        fault = one.fault
        proof = (words("compare.no_plan", why=fault) if one.rollout is None
                 else in_words(one.rollout.proof))  # fmt: skip
        remark("compare.of_scenario", letter=letter.upper(), name=one.scenario.name, proof=proof)
    if len(found.causes):
        remark("compare.method")
    if is_invented(found):
        remark("terminal.illustrative_rows")


@contextmanager
def _bar() -> Iterator[Callable[[float], None]]:
    """Show a progress bar on stderr while the block runs; silent when nobody looks."""
    import sys

    if not sys.stderr.isatty():
        yield lambda _share: None
        return
    with typer.progressbar(length=1000, label=words("compare.title"), file=sys.stderr) as bar:
        yield lambda share: bar.update(max(0, int(share * 1000) - bar.pos))
