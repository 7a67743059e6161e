"""Commands of the plan: where to build, what it costs, in which year.

``place`` chooses sites; ``plan`` joins, costs and dates them too. Both take the same parameters,
from the field ``plan`` of a scenario file and from options, which win.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.options import (
    FiveG,
    Folder,
    Out,
    Province,
    ScenarioFile,
    in_words,
    pack_of,
    print_table,
    remark,
    scenario_of,
    terminal_language,
    words,
    write_bundle,
)
from geo.errors import InputError

if TYPE_CHECKING:
    from data.scenario.scenario import Scenario
    from data.tables.reader import Pack
    from planning.plan.rollout import Rollout

COMMANDS = typer.Typer()

Objective = Annotated[str, typer.Option("--objective", help="sites, budget, all, share or equity.")]
Sites = Annotated[int | None, typer.Option("--sites", help="Greatest number of new sites.")]
Budget = Annotated[
    float | None, typer.Option("--budget", help="Greatest build cost [CNY, plan's price year].")
]
TargetShare = Annotated[float | None, typer.Option("--share", help="Share of households, 0–1.")]
Presets = Annotated[
    list[str] | None, typer.Option("--preset", help="Technology of new sites; repeatable.")
]
Lock = Annotated[
    list[str] | None, typer.Option("--lock", help="LAT,LON that must be built; repeatable.")
]
Forbid = Annotated[
    list[str] | None, typer.Option("--forbid", help="LAT,LON not to be built; repeatable.")
]
Own = Annotated[
    list[str] | None, typer.Option("--candidate", help="LAT,LON to consider too; repeatable.")
]
Annual = Annotated[
    list[float] | None,
    typer.Option("--annual-budget", help="Spending per year [CNY]; repeatable, the last stays."),
]
Area = Annotated[
    str, typer.Option("--region", help="Prefectures or counties: ADCODE[,ADCODE…]; default: all.")
]
Across = Annotated[
    bool, typer.Option("--across", help="Sites outside these regions may serve them.")
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set", help="Any field of the plan: years.count=3, limits.least_share.ADCODE=0.5; JSON.",
    ),
]  # fmt: skip
Table = Annotated[
    str,
    typer.Option(
        "--table",
        help="sites, villages, routes, bill, yearly, totals, drivers, frontier, alternatives, "
        "unreachable, left or all.",
    ),
]


def _command(name: str, about: str, *, links: bool) -> None:
    """Add a command: choosing sites alone and planning their links too take the same options."""

    @COMMANDS.command(name, help=about)
    def command(  # noqa: PLR0913  one argument for each option
        *,
        province: Province,
        scenario: ScenarioFile = None,
        objective: Objective = "",
        sites: Sites = None,
        budget: Budget = None,
        share: TargetShare = None,
        preset: Presets = None,
        lock: Lock = None,
        forbid: Forbid = None,
        candidate: Own = None,
        annual_budget: Annual = None,
        region: Area = "",
        across: Across = False,
        settings: Settings = None,
        five_g: FiveG = False,
        table: Table = "all",
        workspace: Folder = None,
        out: Out = "-",
    ) -> None:
        asked = {
            "objective": objective or None, "sites": sites, "budget": budget, "share": share,
            "presets": preset, "candidates.locked": lock, "candidates.forbidden": forbid,
            "candidates.own": candidate, "years.annual_budgets": annual_budget,
            "regions": [code.strip() for code in region.split(",") if code.strip()] or None,
            "across": across or None,
        }  # fmt: skip
        wanted = scenario_asked(scenario_of(scenario, province), province, asked, settings or [])
        if five_g:
            wanted = wanted.model_copy(update={"five_g_counts_as_4g": True})
        run(pack_of(province, workspace), wanted, table, out, links=links)


_command(
    "place",
    "Choose sites: which candidates reach most, with a proof of how good the answer is.",
    links=False,
)
_command(
    "plan",
    "Plan the roll-out: sites, links, costs, years. Ctrl-C gives the best plan so far.",
    links=True,
)


def scenario_asked(
    given: Scenario | None, province: str, asked: dict[str, Any], settings: list[str]
) -> Scenario:
    """Return the scenario with what the options ask put over its plan.

    Raises
    ------
    InputError
        If an option has another form or breaks the limits of its field.
    """
    from data.scenario.scenario import Scenario

    start = given if given is not None else Scenario(province=province)
    content = start.model_dump(mode="json")
    for path, value in asked.items():
        if value is not None:
            places = path.startswith("candidates.")
            _put(content["plan"], path, [_place(text) for text in value] if places else value)
    for text in settings:
        path, sign, value = text.partition("=")
        if not sign:
            raise InputError("terminal.sets_nothing", text=text)
        _put(content["plan"], path.strip(), _value(value))
    return Scenario.from_json(json.dumps(content), where="plan")


def run(pack: Pack, scenario: Scenario, table: str, out: str, *, links: bool) -> None:
    """Plan, report progress, and print or write the tables."""
    from planning.exports.plan import TABLES
    from planning.plan.rollout import plan as planned

    if table != "all" and table not in TABLES:
        from geo.errors import UnknownNameError

        raise UnknownNameError("table", table, [*TABLES, "all"], where="--table")
    _check_out(out)
    with _interruptible() as cancelled, _bar("plan" if links else "place") as tell:
        result = planned(pack, scenario, progress=tell, cancel=cancelled, links=links)
    if result.choice.stopped == "cancelled":
        remark("terminal.cancelled")
    if out == "-":
        _print(result, "sites" if table == "all" else table)
        return
    _write(pack, result, table, out)


def _check_out(out: str) -> None:
    """Refuse an unknown format before the work, not after."""
    from data.export.writers import check_suffix

    if out != "-":
        check_suffix(Path(out).name)


def _write(pack: Pack, result: Rollout, table: str, out: str) -> None:
    """Write one table, or all: a file each where the format holds one table only."""
    from planning.exports.plan import TABLES, plan_bundle

    path = Path(out)
    if table != "all":
        write_bundle(plan_bundle(pack, result, table, language=terminal_language()), out)
    elif path.suffix.lower() in {".csv", ".parquet"}:
        for name in TABLES:
            beside = path.with_name(f"{path.stem}-{name}{path.suffix}")
            write_bundle(plan_bundle(pack, result, name), str(beside))
    else:
        write_bundle(plan_bundle(pack, result, language=terminal_language()), out)
    typer.echo(_sentence(result), err=True)


def _print(result: Rollout, table: str) -> None:
    from planning.exports.plan import plan_table

    frame = plan_table(result, table)
    zh = [name for name in frame.columns if name.endswith("_zh")]
    frame = frame.drop(columns=[*zh, "source"], errors="ignore")
    print_table(frame, right=frame.select_dtypes("number").columns)
    typer.echo(_sentence(result), err=True)


def _sentence(result: Rollout) -> str:
    """Say what was found, what it costs, and what it rests on."""
    from data.ledger.metrics import currency_word

    sites, money = result.sites, result.scenario.plan.money
    villages, households = len(result.villages), int(result.villages["households"].sum())
    build = sites["cost_base"].sum()
    parts = [
        words("terminal.plan_size", sites=len(sites), villages=villages, households=households),
        in_words(result.proof),
        in_words(result.order_proof),
        words(
            "terminal.plan_cost",
            currency=currency_word(money.currency),
            year=money.price_year,
            base=build,
        ),
    ]
    parts += [in_words(note) for note in (*result.money_notes, *result.warnings)]
    if len(result.unreachable):
        parts.append(words("terminal.plan_unreachable", villages=len(result.unreachable)))
    if result.basis == "circle":
        parts.append(words("terminal.basis_circle"))
    if "illustrative" in result.evidence:
        parts.append(words("terminal.illustrative_rows"))
    return words("terminal.semicolon").join(parts)


@contextmanager
def _interruptible() -> Iterator[Callable[[], bool]]:
    """Turn the first Ctrl-C into a request to stop; the second ends the program as usual."""
    stopped: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        if stopped:
            signal.default_int_handler(number, frame)
        stopped.append(number)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield lambda: bool(stopped)
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _bar(title: str) -> Iterator[Callable[[str, float, str], None]]:
    """Show a progress bar on stderr while the block runs; silent when nobody looks."""
    if not sys.stderr.isatty():
        yield lambda _step, _share, _text: None
        return
    with typer.progressbar(length=1000, label=title, file=sys.stderr) as bar:

        def tell(step: str, share: float, text: str) -> None:
            bar.label = f"{title}: {step} {text}".strip()
            bar.update(max(0, int(share * 1000) - bar.pos))

        yield tell
        bar.update(1000 - bar.pos)


def _put(content: dict[str, Any], path: str, value: Any) -> None:
    """Put a value at a dotted path; a field that nobody knows is refused when the plan is read."""
    *folders, name = path.split(".")
    for folder in folders:
        inside = content.setdefault(folder, {})
        if not isinstance(inside, dict):
            raise InputError("terminal.no_fields", folder=folder)
        content = inside
    content[name] = value


def _value(text: str) -> Any:
    """Return what a text means: JSON where it is JSON, else the text itself."""
    try:
        return json.loads(text)
    except ValueError:
        return text.strip()


def _place(text: str) -> dict[str, float]:
    """Read ``LAT,LON``."""
    from data.scenario.scenario import parse_site

    site = parse_site(text)
    return {"lat": site.lat, "lon": site.lon}
