"""Work of the tests of the engine: importable where the workers run."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path


def write(argument: tuple[int, str], path: Path) -> None:
    """Write what an argument says."""
    path.write_text(f"{argument[0] ** 2} {argument[1]}")


def fail(argument: int, path: Path) -> None:
    """Fail, after half of the file is written."""
    path.write_text("half")
    message = f"part {argument} is broken"
    raise ValueError(message)


def kill_once(flag: str, path: Path) -> None:
    """Kill this process the first time, write the second."""
    if not Path(flag).exists():
        Path(flag).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    path.write_text("alive")


def wait_for(argument: tuple[str, str], path: Path) -> None:
    """Say that it began, wait for a file, write."""
    began, flag = map(Path, argument)
    began.touch()
    until = time.monotonic() + 60.0
    while not flag.exists() and time.monotonic() < until:
        time.sleep(0.05)
    path.write_text("waited")
