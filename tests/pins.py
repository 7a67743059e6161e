"""What a private hook says when a release of a library has broken it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import pytest

PINS = Path(__file__).resolve().parents[1] / "requirements.txt"


def pinned(library: str) -> str:
    """Return the version of a library that ``requirements.txt`` pins."""
    found = re.search(rf"^{library}==([\w.]+)", PINS.read_text(encoding="utf-8"), re.MULTILINE)
    assert found, f"{library} is not pinned in {PINS.name}"
    return found[1]


@contextmanager
def broken_by(library: str, hook: str) -> Iterator[None]:
    """Name library, release and hook if what is checked inside fails."""
    try:
        yield
    except Exception as fault:  # noqa: BLE001  whatever fails in a hook is the release's doing
        pytest.fail(
            f"{library} {version(library)} (pinned: {pinned(library)}) changed {hook}: {fault!r}"
        )
