"""Compiled code is kept, made anew when a module it calls has changed, and does without a disk."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import numba
import pytest

from tests.pins import broken_by

ROOT = Path(__file__).resolve().parents[2]
INNER = "from geo.compiled import compiled\n@compiled\ndef inner(x):\n    return x + {}\n"
OUTER = """
from geo.compiled import compiled
from geo.inner import inner
@compiled
def outer(x):
    return 10.0 * inner(x)
"""
ASK = """
import geo.outer
value = geo.outer.outer(1.0)
print(value, sum(geo.outer.outer.stats.cache_hits.values()))
"""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Return a folder with the compiler and two modules of which one calls the other."""
    room = tmp_path / "geo"
    room.mkdir()
    (room / "__init__.py").write_text("")
    (room / "compiled.py").write_bytes((ROOT / "geo/compiled.py").read_bytes())
    (room / "inner.py").write_text(INNER.format("1.0"))
    (room / "outer.py").write_text(textwrap.dedent(OUTER))
    return tmp_path


def ask(house: Path, **environment: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-B", "-c", ASK],
        cwd=house,
        env={**os.environ, "PYTHONPATH": str(house), **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


def test_the_stamp_of_kept_code_stands_where_numba_looks_for_it() -> None:
    """A release that moves it would leave our stamp unread, and stale code in use."""
    dispatcher: Any = numba.njit(cache=True)(lambda x: x)
    with broken_by("numba", "Dispatcher._cache._cache_file._version"):
        assert dispatcher._cache._cache_file._version == numba.__version__


def test_kept_code_is_used_until_a_module_that_it_calls_changes(house: Path) -> None:
    assert ask(house) == ["20.0", "0"]
    assert ask(house) == ["20.0", "1"]
    (house / "geo/inner.py").write_text(INNER.format("2.0"))
    with broken_by("numba", "the comparison of _cache_file._version with its cache"):
        assert ask(house) == ["30.0", "0"]


def test_a_record_may_be_renamed(house: Path) -> None:
    """The cached index names the types of arguments: an old name must not be looked for."""
    record = """
from typing import NamedTuple
from geo.compiled import compiled
class {0}(NamedTuple):
    x: float
@compiled
def inner(x):
    return x
@compiled
def first(pair):
    return pair.x
value = first({0}(1.0))
"""
    for name in ("Pair", "Couple"):
        (house / "geo/inner.py").write_text(record.format(name))
        with broken_by("numba", "the comparison of _cache_file._version before its cache is read"):
            assert ask(house)[0] == "10.0"


def test_works_where_neither_the_folder_nor_the_cache_can_be_written(house: Path) -> None:
    # A file in the place of each folder stops even a user who may write everywhere.
    for path in (house / "geo/__pycache__", house / "cache"):
        path.write_text("")
    nowhere = {"XDG_CACHE_HOME": str(house / "cache"), "HOME": str(house / "cache")}
    assert ask(house, **nowhere) == ["20.0", "0"]


def test_falls_back_to_the_cache_of_the_user(house: Path) -> None:
    (house / "geo/__pycache__").write_text("")
    home = {"XDG_CACHE_HOME": str(house / "cache"), "HOME": str(house)}
    assert ask(house, **home) == ["20.0", "0"]
    assert ask(house, **home) == ["20.0", "1"]
