"""The terminal's commands, one file for each part of the work."""

from __future__ import annotations

import sys
from types import TracebackType


def _end(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Say of Ctrl-C in one sentence what it leaves; show any other error as usual."""
    if not issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    from commands.options import remark

    remark("terminal.interrupted")


# Here, because Ctrl-C may come while the commands are still being imported.
sys.excepthook = _end
