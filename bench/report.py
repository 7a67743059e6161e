"""The table of measured figures, with all that is needed to measure them again."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median

from bench.browser import chromium_path
from bench.measure import ROOT, Figure

FILE = ROOT / "docs" / "benchmarks.md"
_LIBRARIES = ("streamlit", "folium", "geopandas", "pandas", "numpy", "scipy", "numba")
_HEAD = """\
# Benchmarks

Written by `make bench`; do not edit. Each figure is the median of several runs after a warm-up, in
brackets the fastest and the slowest. A baseline is measured in the same run, in turn with what is
compared with it, so that a busy machine slows both; the ratio is the median over the rounds. "Asked
for" is the moment the browser gets the address; "drawn" is the frame after the last point is drawn
on the page; "at rest" is when the server has nothing more to send. Every visit is a new browser
session with an empty cache.
"""
_COLUMNS = (
    "| what | median | runs | baseline | ratio | promised | holds |\n|---|---|---|---|---|---|---|"
)


def text(figures: Sequence[Figure], notes: Sequence[str] = ()) -> str:
    """Return the page."""
    rows = "\n".join(_row(figure) for figure in figures)
    remarks = "\n".join(f"* {note}" for note in notes)
    parts = [_HEAD, _machine(), f"{_COLUMNS}\n{rows}\n"]
    return "\n".join([*parts, f"{remarks}\n"] if notes else parts)


def write(page: str, path: Path = FILE) -> None:
    """Write the page, whole or not at all."""
    draft = path.with_suffix(".tmp")
    draft.write_text(page, encoding="utf-8")
    draft.replace(path)


def _row(figure: Figure) -> str:
    promised = []
    if figure.limit_s is not None:
        promised.append(f"≤ {_time(figure.limit_s)}")
    if figure.ratio_limit is not None:
        promised.append(f"≤ {figure.ratio_limit:.4g} × baseline")
    promised += [fact.text for fact in figure.facts]
    baseline = (
        f"{figure.baseline}: {_time(median(figure.baseline_s))}" if figure.baseline_s else "—"
    )
    cells = (
        figure.what,
        f"{_time(figure.median_s)} ({_time(min(figure.runs_s))}–{_time(max(figure.runs_s))})",
        str(len(figure.runs_s)),
        baseline,
        "—" if figure.ratio is None else f"{figure.ratio:.2f}",
        ", ".join(promised) or "—",
        {True: "yes", False: "**no**", None: "—"}[figure.holds],
    )
    return f"| {' | '.join(cells)} |"


def _time(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def _machine() -> str:
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    facts = (
        f"{datetime.now(UTC):%Y-%m-%d}",
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores for server and browser",
        f"Python {platform.python_version()}",
        _chromium(),
        libraries,
    )
    return "\n".join(f"* {fact}" for fact in facts) + "\n"


def _chromium() -> str:
    path = chromium_path()
    if path is None:
        return "no Chromium: the pages were not measured"
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    return " ".join(said.split()[:2])
