"""Command that opens the web interface."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from typing import Annotated

import typer

COMMANDS = typer.Typer()
_APP = Path(__file__).resolve().parents[1] / "app.py"


@COMMANDS.command()
def run(
    *,
    host: Annotated[
        str,
        typer.Option(help="Address to listen at; it has no password: 0.0.0.0 only on purpose."),
    ] = "localhost",
    port: Annotated[int, typer.Option(help="Port to listen at.", min=1, max=65535)] = 8501,
    browser: Annotated[bool, typer.Option(help="Open a browser, where there is one.")] = True,
) -> None:
    """Open the web interface; Ctrl-C ends it."""
    sys.argv = [
        "streamlit", "run", str(_APP), f"--server.address={host}", f"--server.port={port}",
        "--server.showEmailPrompt=false", f"--server.headless={str(not browser).lower()}",
    ]  # fmt: skip
    # In this process, so that a signal to it ends the server.
    runpy.run_module("streamlit", run_name="__main__", alter_sys=True)
