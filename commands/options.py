"""What the commands share: options, reading what they name, progress, printing and writing."""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from data.ledger.qualifiers import with_word
from data.wording.catalogue import LANGUAGES, call_prefectures, text
from data.wording.prefectures import prefectures_word
from geo.errors import InputError, UnknownNameError
from geo.sentence import Sentence
from layers.discovery import layer_keys

if TYPE_CHECKING:
    import pandas as pd

    from data.export.bundle import ExportBundle
    from data.scenario.scenario import Scenario
    from data.tables.reader import Pack


#: Names the language of what the terminal prints; English where it names none that is there.
LANGUAGE_ENVIRONMENT = "TONGCUN_LANGUAGE"


class LevelName(StrEnum):
    """Levels of ``--level``."""

    province = "province"
    prefecture = "prefecture"
    county = "county"


class StateName(StrEnum):
    """States of ``--state``."""

    uncovered = "uncovered"
    covered = "covered"
    unknown = "unknown"
    all = "all"


def _known_language(code: str) -> str:
    if code not in LANGUAGES:
        raise UnknownNameError("language", code, LANGUAGES, where="--language")
    return code


#: Keys of all layers, found without running them.
LAYER_KEYS = ", ".join(layer_keys())
Metric = Annotated[
    str,
    typer.Option(
        "--metric", "-m", help="Metric of the layer, or all; default its first. See `layers`."
    ),
]
AsOf = Annotated[
    str, typer.Option("--as-of", help="Latest date of what counts as built; default today.")
]
TargetDate = Annotated[
    str,
    typer.Option(
        "--target-date",
        help="Date of the stated target that counts; default the one due next after --as-of.",
    ),
]
Province = Annotated[str, typer.Option("--province", "-p", help="Name of the pack.")]
Out = Annotated[
    str,
    typer.Option(
        "--out", "-o",
        help="File by its suffix: .csv .xlsx .geojson .gpkg .kml .parquet, or for other programs "
        ".qgz .kmz .tab .dxf .ofds.json .ofds.gpkg; - prints a table.",
    ),
]  # fmt: skip
ScenarioFile = Annotated[
    Path | None, typer.Option("--scenario", help="Scenario file (JSON) with what you change.")
]
Tongue = Annotated[
    str,
    typer.Option(
        "--language",
        help="Language of what is written.",
        metavar="|".join(LANGUAGES),
        callback=_known_language,
    ),
]
FiveG = Annotated[
    bool,
    typer.Option(
        "--5g-counts-as-4g",
        help="A 5G site also counts where 4G is asked for; without, it serves 5G alone.",
    ),
]
Folder = Annotated[
    Path | None,
    typer.Option(
        "--workspace", "-w", help="Folder of imported tables; default: the user's data folder."
    ),
]


def terminal_language() -> str:
    """Return the language of what the terminal prints."""
    asked = os.environ.get(LANGUAGE_ENVIRONMENT, "")
    return asked if asked in LANGUAGES else "en"


def words(key: str, /, **arguments: object) -> str:
    """Return a sentence in the language of the terminal."""
    return text(key, terminal_language(), **arguments)


def in_words(sentence: Sentence) -> str:
    """Return a message in the language of the terminal."""
    return sentence.text(terminal_language())


def say(key: str, /, **arguments: object) -> None:
    """Print a sentence."""
    typer.echo(words(key, **arguments))


def remark(key: str, /, **arguments: object) -> None:
    """Print a sentence to stderr: it is no part of what was asked for."""
    typer.echo(words(key, **arguments), err=True)


def say_message(message: Sentence) -> None:
    """Print a message."""
    typer.echo(in_words(message))


def pack_of(province: str, workspace: Path | None) -> Pack:
    """Return the pack as the workspace makes it; name on stderr the packs that were left out."""
    from data.tables.found_packs import find_packs
    from data.tables.reader import Pack
    from data.workspace.effective import effective_pack

    found = find_packs()
    pack = Pack(found.folder(province))
    for fault in found.faults:
        typer.echo(f"warning: {' '.join(str(fault).split())}", err=True)
    call_prefectures(prefectures_word(map(str, pack.regions("prefecture")["name_zh"])))
    return effective_pack(pack, workspace)


def dated(plan: Scenario, as_of: str) -> Scenario:
    """Return the scenario at a date, YYYY-MM-DD; at its own where the date is empty."""
    from data.ledger.statements import parse_date

    day = {"as_of": dt.date.fromisoformat(parse_date(as_of))} if as_of else {}
    return plan.model_copy(update=day)


def scenario_of(path: Path | None, province: str) -> Scenario | None:
    """Read a scenario file of the province; None without one.

    Raises
    ------
    InputError
        If the file cannot be read or belongs to another province.
    """
    if path is None:
        return None
    plan = scenario_in(path)
    if plan.province != province:
        raise InputError("terminal.other_province", where=str(path), province=plan.province)
    return plan


def scenario_in(path: Path) -> Scenario:
    """Read a scenario file of any province.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    from data.scenario.scenario import Scenario

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("terminal.scenario", where=str(path), error=error) from error
    return Scenario.from_json(text, where=str(path))


def named_scenario(name: str, province: str, workspace: Path | None) -> Scenario:
    """Read a scenario of the province by its file, or by the name that it is saved under.

    Raises
    ------
    InputError
        If there is none, it cannot be read, or it belongs to another province.
    """
    path = Path(name)
    if path.suffix == ".json" or path.is_file():
        found = scenario_of(path, province)
        if found is not None:
            return found
    from data.workspace.folder import Workspace

    saved = Workspace.open(workspace).load(name)
    if saved.province != province:
        raise InputError("terminal.other_province", where=name, province=saved.province)
    return saved


def is_map(out: str) -> bool:
    """Return whether the file's format carries geometry."""
    from data.export.writers import TABLES_ONLY, suffix_of

    return suffix_of(Path(out).name) not in TABLES_ONLY


def write_bundle(bundle: ExportBundle, out: str) -> None:
    """Write an export and say on stderr where it went."""
    from data.export.writers import write

    path = write(bundle, Path(out))
    remark("terminal.rows_written", rows=len(bundle.main), path=path)


@contextmanager
def steps(title: str, length: int) -> Iterator[Callable[[str], None]]:
    """Show a progress bar on stderr while the block runs; silent when nobody looks."""
    if not sys.stderr.isatty():
        yield lambda _name: None
        return
    with typer.progressbar(length=length, label=title, file=sys.stderr) as bar:

        def step(name: str) -> None:
            bar.label = f"{title}: {name}"
            bar.update(1)

        yield step


def print_table(table: pd.DataFrame, *, right: Container[str] = ()) -> None:
    """Print a table with aligned columns: whole lines, however narrow the terminal is.

    Parameters
    ----------
    table
        What is printed; an unknown cell is a dash. The words of a column ``…_qualifier`` go before
        the figures that they are about.
    right
        Columns that are flush right.
    """
    from rich.cells import cell_len

    table = _qualified(table)
    # rich's own Table takes ten times as long: 4 s for 3,000 rows of twelve columns.
    columns = [
        [str(name), *(_cell(value, str(name)) for value in table.iloc[:, i].tolist())]
        for i, name in enumerate(table.columns)
    ]
    for i, (name, texts) in enumerate(zip(table.columns, columns, strict=True)):
        widths = [cell_len(text) for text in texts]
        widest = max(widths)
        blanks = [" " * (widest - width) for width in widths]
        sides = (blanks, texts) if name in right else (texts, blanks)
        columns[i] = [left + after for left, after in zip(*sides, strict=True)]
    for line in zip(*columns, strict=True):
        typer.echo("  ".join(line).rstrip())


def one_note(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with its note in the language of the terminal alone, as its last column."""
    notes = {f"note_{code}" for code in LANGUAGES} & set(table)
    own = f"note_{terminal_language()}"
    told = table.drop(columns=list(notes))
    return told.assign(note=table[own]) if own in notes else told


def _qualified(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with the word of how exact a figure is before it, not in its own column."""
    pairs = {c.removesuffix("_qualifier"): c for c in map(str, table) if c.endswith("_qualifier")}
    if "qualifier" in table:
        pairs["value"] = "qualifier"
    worded = table.drop(columns=list(pairs.values()))
    for name in pairs.keys() & set(worded):
        worded[name] = [
            shown if shown == _UNKNOWN else with_word(shown, str(sign), terminal_language())
            for shown, sign in zip(
                [_cell(value, name) for value in table[name]],
                table[pairs[name]].astype(object).fillna(""), strict=True,
            )
        ]  # fmt: skip
    return worded


#: What stands for a cell that is unknown.
_UNKNOWN = "—"
#: From here on figures have their thousands grouped, and decimals of a hundredth.
_GROUPED = 1000


def _cell(value: object, name: str) -> str:
    if value is None or value != value:  # noqa: PLR0124  NaN is the only value unequal to itself
        return _UNKNOWN
    if isinstance(value, float):
        # Six digits of an amount of money would lose its fen, and its size in an exponent.
        return f"{value:g}" if abs(value) < _GROUPED else f"{value:,.2f}".removesuffix(".00")
    is_count = isinstance(value, int) and not isinstance(value, bool)
    is_year = name == "year" or name.endswith("_year")
    text = f"{value:,}" if is_count and not is_year else str(value)
    return "".join(ch if ch.isprintable() else " " for ch in text)
