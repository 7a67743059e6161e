"""The terminal interface: the same functions as the web interface, one sub-command each.

Exit codes: 0 done, 1 a file or folder is at fault, 2 the call is at fault. Progress goes to
stderr, so that ``--out -`` can be piped.
"""

from __future__ import annotations

import os
import sys

import typer

from commands import (
    access,
    area,
    comparison,
    compiling,
    coverage,
    dem,
    forms,
    imports,
    needs,
    packs,
    plan,
    planreading,
    progress,
    provinces,
    report,
    scenarios,
    serving,
    tables,
)
from commands.options import remark
from geo.errors import PlannerError

#: Exit code of a command that Ctrl-C has ended.
_INTERRUPTED = 130

cli = typer.Typer(
    name="cli.py",
    help="Tongcun 通村: what is missing, where, on what evidence — and what a site would change.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for part in (
    tables, coverage, area, plan, needs, comparison, progress, planreading, imports, report, forms,
    compiling, serving,
):  # fmt: skip
    cli.add_typer(part.COMMANDS)
cli.add_typer(access.COMMANDS, name="access")
cli.add_typer(dem.COMMANDS, name="dem")
cli.add_typer(packs.COMMANDS, name="pack")
cli.add_typer(scenarios.COMMANDS, name="scenario")
cli.add_typer(provinces.COMMANDS, name="province")


def main() -> None:
    """Run the terminal interface; every planner error is one line on stderr."""
    _utf8_streams()
    try:
        access.identify()
        cli()
    except PlannerError as error:
        typer.echo(f"error: {' '.join(str(error).split())}", err=True)
        raise SystemExit(error.exit_code) from error
    except SystemExit as end:
        if end.code == _INTERRUPTED:
            remark("terminal.interrupted")
        raise
    except BrokenPipeError:
        # The reader (head, less) has gone: nothing is left to say.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None


def _utf8_streams() -> None:
    """Chinese names must print on consoles whose code page is not UTF-8."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")


if __name__ == "__main__":
    main()
