"""Commands of a workspace where people are known: roles, approval of scenarios, the record."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.options import Folder, in_words, print_table, remark
from geo.sentence import Message

if TYPE_CHECKING:
    from data.workspace.access.audit import Verified

COMMANDS = typer.Typer(
    help="Where people are known (TONGCUN_AUTH): roles, approval, record. A key stands for you."
)
Subject = Annotated[str, typer.Argument(help="user:NAME or group:NAME.")]
RoleName = Annotated[str, typer.Argument(help="reader, planner, approver or administrator.")]
Where = Annotated[str, typer.Argument(help="Name of the province's pack, or * for all.")]
Prefecture = Annotated[str, typer.Option("--prefecture", help="adcode: of that prefecture alone.")]


def identify() -> None:
    """Let a key say for whom this terminal works, where people are known."""
    from data.workspace.access.mode import is_guarded

    if is_guarded():
        from data.home import workspace_folder
        from data.workspace.access import desk, tokens

        desk.identify_by(lambda: tokens.of_terminal(workspace_folder()))


@COMMANDS.command()
def roles(workspace: Folder = None) -> None:
    """List the roles: subject, role, province, prefecture."""
    import pandas as pd

    from data.workspace.access import desk
    from data.workspace.access.roles import EVERYWHERE, Action, RoleArea, first_administrators

    desk.require(Action.ADMINISTER, RoleArea(province=EVERYWHERE), "roles", workspace)
    given = (*first_administrators(), *desk.role_table(workspace).grants)
    rows = [(one.subject, str(one.role), one.area.province, one.area.prefecture) for one in given]
    columns = ["subject", "role", "province", "prefecture"]
    print_table(pd.DataFrame(rows, columns=columns, dtype=object))


@COMMANDS.command()
def grant(
    subject: Subject, role: RoleName, province: Where, *, prefecture: Prefecture = "",
    workspace: Folder = None,
) -> None:  # fmt: skip
    """Give a role."""
    _change(subject, role, province, prefecture, workspace, revoke=False)


@COMMANDS.command()
def revoke(
    subject: Subject, role: RoleName, province: Where, *, prefecture: Prefecture = "",
    workspace: Folder = None,
) -> None:  # fmt: skip
    """Take a role away."""
    _change(subject, role, province, prefecture, workspace, revoke=True)


@COMMANDS.command()
def move(
    name: Annotated[str, typer.Argument(help="Name of the saved scenario.")],
    what: Annotated[
        str, typer.Argument(help="submit, check, return, approve, withdraw or comment.")
    ],
    *,
    comment: Annotated[str, typer.Option("--comment", help="Written with it.")] = "",
    workspace: Folder = None,
) -> None:
    """Move a saved scenario on: submit, check, return, approve, withdraw, comment."""
    from data.workspace.access import reviews
    from data.workspace.access.reviews import Move
    from data.workspace.folder import Workspace
    from geo.errors import UnknownNameError

    if what not in set(Move):
        raise UnknownNameError("move", what, [str(one) for one in Move])
    store = Workspace.open(workspace)
    review = reviews.move(store.load(name), Move(what), store.folder, comment)
    remark("terminal.moved", name=name, state=in_words(Message(f"review_state.{review.state}")))


@COMMANDS.command()
def record(
    *,
    search: Annotated[str, typer.Option("--search", help="Only lines that hold this text.")] = "",
    out: Annotated[Path | None, typer.Option("--out", help="CSV file; default: print.")] = None,
    workspace: Folder = None,
) -> None:
    """Print or write the record, the newest line first; tell whether its chain holds."""
    from dataclasses import asdict

    import pandas as pd

    from data.atomic import atomic_write
    from data.export.writers import csv_bytes
    from data.workspace.access import audit, desk, documents
    from data.workspace.access.roles import EVERYWHERE, Action, RoleArea
    from data.workspace.folder import Workspace

    folder = Workspace.open(workspace).folder
    desk.require(Action.ADMINISTER, RoleArea(province=EVERYWHERE), "record", folder)
    with documents.reading(folder) as opened:
        lines, state = audit.entries(opened), audit.verified(opened)
    columns = [*audit.AuditLine.__dataclass_fields__]
    rows = [asdict(line) for line in reversed(lines)]
    table = pd.DataFrame(
        [row for row in rows if search.lower() in " ".join(map(str, row.values())).lower()],
        columns=columns, dtype=object,
    )  # fmt: skip
    if out is None:
        print_table(table)
    else:
        desk.note("record.exported", str(len(table)), folder=folder)
        atomic_write(out, csv_bytes(table))
    _tell(state)


def _tell(state: Verified) -> None:
    if state.broken:
        remark("terminal.record_broken", line=state.broken)
        raise typer.Exit(1)
    remark("terminal.record_whole", lines=state.lines, head=state.head)


def _change(
    subject: str, role: str, province: str, prefecture: str, workspace: Path | None, *, revoke: bool
) -> None:
    from data.workspace.access import desk
    from data.workspace.access.roles import Grant

    given = Grant.of(subject, role, province, prefecture)
    table = desk.grant(given, revoke=revoke, folder=workspace)
    remark("terminal.roles", count=len(table.grants))
