"""Two ways to call the terminal door: as a planner does, and in this process, which is quicker."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import cli
from data.wording.catalogue import call_prefectures, called_prefectures

ROOT = Path(__file__).parent.parent


def run_command(*arguments: str | Path, code: int = 0) -> SimpleNamespace:
    """Run the command in a process of its own and check its exit code."""
    command = [sys.executable, "cli.py", *map(str, arguments)]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False
    )
    return _checked(SimpleNamespace(stdout=done.stdout, stderr=done.stderr), done.returncode, code)


def run_here(*arguments: str | Path, code: int = 0) -> SimpleNamespace:
    """Call the door in this process, whose libraries are loaded, and check its exit code."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    before, word = sys.argv, called_prefectures()
    sys.argv = ["cli.py", *map(str, arguments)]
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            cli.main()
        got = 0
    except SystemExit as end:
        got = int(end.code or 0)
    finally:
        sys.argv = before
        call_prefectures(word)
    for stream in (out, err):
        stream.flush()
        stream.seek(0)
    return _checked(SimpleNamespace(stdout=out.read(), stderr=err.read()), got, code)


def _checked(said: SimpleNamespace, got: int, code: int) -> SimpleNamespace:
    assert got == code, said.stderr
    assert "Traceback" not in said.stderr
    return said
