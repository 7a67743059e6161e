"""Commands on saved scenarios: list, save, rename, copy, delete, notes, and the baseline."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from commands.options import Folder, print_table, remark

COMMANDS = typer.Typer(help="Saved scenarios: list, save, rename, copy, notes, baseline.")

Name = Annotated[str, typer.Argument(help="Name that the scenario is saved under.")]
New = Annotated[str, typer.Argument(help="Another name, which no scenario has yet.")]


@COMMANDS.command("list")
def list_scenarios(
    *,
    province: Annotated[str, typer.Option("--province", "-p", help="Only of this pack.")] = "",
    workspace: Folder = None,
) -> None:
    """List the saved scenarios: baseline, when and by which version solved, notes."""
    import pandas as pd

    from data.workspace.folder import Workspace

    store = Workspace.open(workspace)
    rows = []
    for name in store.names():
        found, kept = store.load(name), store.result(name)
        if province in {"", found.province}:
            is_baseline = store.baseline(found.province) == name
            rows.append((name, found.province, is_baseline, found.digest,
                         None if kept is None else kept.at, None if kept is None else kept.version,
                         " ".join(found.notes.split())))  # fmt: skip
    columns = ["name", "province", "is_baseline", "digest", "solved_at", "version", "notes"]
    print_table(pd.DataFrame(rows, columns=columns, dtype=object))


@COMMANDS.command()
def save(
    file: Annotated[Path, typer.Argument(help="File of a scenario (JSON).")],
    *,
    name: Annotated[str, typer.Option("--name", help="Name; default: that in the file.")] = "",
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace the saved scenario of that name.")
    ] = False,
    workspace: Folder = None,
) -> None:
    """Save the scenario of a file in the workspace."""
    from commands.options import scenario_in
    from data.workspace.folder import Workspace

    found = scenario_in(file)
    named = found.model_copy(update={"name": name or found.name})
    Workspace.open(workspace).save(named, replaces=None if replace else "")
    remark("compare.done", name=named.name)


@COMMANDS.command()
def rename(name: Name, new: New, *, workspace: Folder = None) -> None:
    """Give a scenario another name; its result and the mark as baseline stay."""
    from data.workspace.folder import Workspace

    remark("compare.done", name=Workspace.open(workspace).rename(name, new).name)


@COMMANDS.command()
def copy(name: Name, new: New, *, workspace: Folder = None) -> None:
    """Save a scenario under another name too, with its result."""
    from data.workspace.folder import Workspace

    remark("compare.done", name=Workspace.open(workspace).copy(name, new).name)


@COMMANDS.command()
def delete(name: Name, *, workspace: Folder = None) -> None:
    """Delete a scenario with its result."""
    from data.workspace.folder import Workspace

    Workspace.open(workspace).delete(name)
    remark("compare.done", name=name)


@COMMANDS.command()
def notes(
    name: Name,
    text: Annotated[str, typer.Argument(help="Notes; without, those there are printed.")] = "",
    *,
    clear: Annotated[bool, typer.Option("--clear", help="Take the notes away.")] = False,
    workspace: Folder = None,
) -> None:
    """Print or set the notes of a scenario; they change no figure."""
    from data.workspace.folder import Workspace

    store = Workspace.open(workspace)
    before = store.load(name)
    if not text and not clear:
        typer.echo(before.notes)
        return
    store.save(before.noted(text), replaces=before.digest)
    remark("compare.done", name=name)


@COMMANDS.command()
def baseline(
    name: Annotated[str, typer.Argument(help="Scenario that others are compared with.")],
    *,
    drop: Annotated[bool, typer.Option("--drop", help="Take the mark away.")] = False,
    workspace: Folder = None,
) -> None:
    """Make a scenario the baseline of its province, in place of an earlier one."""
    from data.workspace.folder import Workspace

    store = Workspace.open(workspace)
    province = store.load(name).province
    if not drop or store.baseline(province) == name:
        store.set_baseline(province, "" if drop else name)
    remark("compare.done", name=name)
