"""Pages of the documents that are generated: terminal, tables, Python; a hook of mkdocs.

They are made when the documents are built, so that they cannot be older than the code.
"""

from __future__ import annotations

import ast
import inspect
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

ROOT = Path(__file__).resolve().parents[1]
#: Packages whose public names are documented.
PACKAGES = ("geo", "planning", "layers")
Definition = ast.FunctionDef | ast.ClassDef


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages, as mkdocs asks of a hook."""
    from mkdocs.structure.files import File

    pages = {"terminal": terminal(), "data": tables(), "p1812-validation": validation()}
    pages |= {name: python(name) for name in PACKAGES}
    for name, content in pages.items():
        files.append(File.generated(config, f"reference/{name}.md", content=content))
    return files


# -- terminal


def terminal() -> str:
    """Return the reference of every command and option."""
    parts = [
        "# Terminal reference",
        (
            "Generated from the commands of this version. Installed: `tongcun COMMAND`; in the "
            "source tree: `.venv/bin/python cli.py COMMAND`. Exit code 0: done; 1: a file or "
            "folder is at fault; 2: the call is at fault."
        ),
    ]
    for path, command in commands():
        parts += [f"## {path}", inspect.cleandoc(command.help or "")]
        rows = [_option(parameter) for parameter in command.params if parameter.name != "help"]
        if rows:
            parts.append("\n".join(["| | default | |", "|---|---|---|", *rows]))
    return "\n\n".join(parts) + "\n"


def commands() -> Iterator[tuple[str, Any]]:
    """Yield the words that call a command, and the command."""
    import typer

    from cli import cli

    yield from _commands(typer.main.get_command(cli), ())


def _commands(command: Any, above: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    below = getattr(command, "commands", None)
    if below is None:
        yield " ".join(above), command
    else:
        for name, part in below.items():
            yield from _commands(part, (*above, name))


def _option(parameter: Any) -> str:
    names = [*parameter.opts, *parameter.secondary_opts]
    shown = parameter.default
    if parameter.required:
        default = "required"
    elif shown in {None, ""} or callable(shown):
        default = ""
    else:
        default = f"`{getattr(shown, 'value', shown)}`"
    called = " ".join(f"`{name}`" for name in names)
    return f"| {called} | {default} | {_cell(getattr(parameter, 'help', None) or '')} |"


# -- tables


def tables() -> str:
    """Return the data dictionary: every table and column of a pack, and of the imports."""
    from data.tables.checks.tables import file_of
    from data.tables.imports import IMPORTABLE
    from data.tables.pack import TABLES

    parts = [
        "# Data dictionary",
        (
            "Generated from the declarations in `data/tables`. Coordinates are WGS84 (EPSG:4326) "
            "degrees; lengths and areas are geodesic."
        ),
        "## Tables of a province",
        *(_table(table, file_of(table)) for table in TABLES.values()),
        "## Tables that are imported",
        *(_table(table, "") for table in IMPORTABLE.values()),
    ]
    return "\n\n".join(parts) + "\n"


def _table(table: Any, file: str) -> str:
    shape = f"Geometry: {table.geometry}. " if table.geometry else ""
    where = f"File `{file}`. " if file else ""
    rows = [
        f"| `{column.name}` | {column.kind} | {_cell(column.unit)} | "
        f"{'' if column.nullable else 'required'} | {_values(column)} | "
        f"{_cell(column.meaning('en'))} |"
        for column in table.columns
    ]
    head = ["| column | kind | unit | | values | meaning |", "|---|---|---|---|---|---|"]
    return "\n".join([
        f"### {table.name}", "",
        f"{table.title('en')}. {where}{shape}Key: {', '.join(table.key) or 'none'}.", "",
        *head, *rows,
    ])  # fmt: skip


def _values(column: Any) -> str:
    if column.words:
        return ", ".join(f"`{word}`" for word in column.words)
    low, high = column.minimum, column.maximum
    if low is None and high is None:
        return ""
    return f"{'' if low is None else f'{low:g}'} … {'' if high is None else f'{high:g}'}"


# -- validation of P.1812

CASES = ROOT / "tests/geo/radio/p1812_cases.json"


def validation() -> str:
    """Return the losses of every reference case beside what this program gives now."""
    recorded = json.loads(CASES.read_text(encoding="utf-8"))
    rows, largest = [], 0.0
    for case in recorded["cases"]:
        difference = loss_of(case) - case["loss_dB"]
        largest = max(largest, abs(difference))
        rows.append(
            f"| {case['name']} | {case['distance_km']:g} | {case['frequency_GHz']:g} | "
            f"{case['h_tx_m']:g} | {case['h_rx_m']:g} | {case['time_percent']:g} | "
            f"{case['clutter_m']:g} | {case['loss_dB']:.4f} | "
            f"{case['agreement_of_two_programs_dB']:.4f} | {difference:+.4f} |"
        )
    head = [
        (
            "| case | length [km] | f [GHz] | Tx [m] | Rx [m] | time [%] | clutter [m] "
            "| reference [dB] | two programs apart [dB] | here less reference [dB] |"
        ),
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    return "\n\n".join([
        "# Validation report of P.1812",
        f"Computed when these pages were built. {recorded['about']}",
        f"Cases: {len(rows)}. Largest difference: {largest:.4f} dB. The tests allow 0.01 dB.",
        "\n".join(head + rows),
    ]) + "\n"  # fmt: skip


def loss_of(case: dict[str, Any]) -> float:
    """Return the loss of a reference case [dB]."""
    import numpy as np

    from geo.radio.p1812 import basic_transmission_loss

    points = case["n"]
    clutter = np.full(points, float(case["clutter_m"]))
    clutter[[0, -1]] = 0.0
    link = ("frequency_GHz", "h_tx_m", "h_rx_m", "time_percent", "polarization", "delta_N", "N0")
    return basic_transmission_loss(
        np.linspace(0.0, case["distance_km"], points), case["terrain_m"],
        **{name: case[name] for name in link}, clutter_m=clutter if case["clutter_m"] else None,
        lat_tx=25.0, lat_rx=25.0 + math.degrees(case["distance_km"] / 6371.0),
        lon_tx=102.7, lon_rx=102.7,
    )  # fmt: skip


# -- Python


def python(package: str) -> str:
    """Return the public names of a package with their docstrings."""
    parts = [f"# Python: `{package}`", "Generated from the docstrings."]
    for path in sorted((ROOT / package).rglob("*.py")):
        relative = path.relative_to(ROOT).with_suffix("")
        if any(part.startswith("_") for part in relative.parts if part != "__init__"):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        name = ".".join(part for part in relative.parts if part != "__init__")
        parts += [f"## {name}", _text(tree)]
        for node in tree.body:
            if isinstance(node, Definition) and not node.name.startswith("_"):
                parts += [f"### {name}.{node.name}", _signature(node), _text(node)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _signature(node: Definition) -> str:
    if isinstance(node, ast.ClassDef):
        fields = [
            f"    {ast.unparse(item)}" for item in node.body if isinstance(item, ast.AnnAssign)
        ]
        return _fenced("python", "\n".join([f"class {node.name}:", *(fields or ["    ..."])]))
    returned = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    return _fenced("python", f"def {node.name}({ast.unparse(node.args)}){returned}")


def _text(node: ast.Module | Definition) -> str:
    found = ast.get_docstring(node)
    return _fenced("text", found) if found else ""


def _fenced(language: str, text: str) -> str:
    return f"````{language}\n{text}\n````"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
