"""Which provinces a test runs on: those found, those built from packages, published figures."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, NoReturn

import pytest

from data.tables.reader import Pack, pack_names

PUBLISHED = Path(__file__).parent / "data" / "published"
#: Embedded packs whose tables are built from packages, by the rule of data/packs/README.md.
BUILT = tuple(name for name in pack_names() if "build" in Pack.load(name).meta)
#: Those of them that have a demonstration relief.
WITH_RELIEF = tuple(name for name in BUILT if "relief" in Pack.load(name).meta["build"])


class Published(dict[str, Any]):
    """One figure by pack, from ``tests/data/published/<name>.toml``; a test without it skips."""

    def __init__(self, figure: str) -> None:
        files = {path.stem: path.read_text(encoding="utf-8") for path in PUBLISHED.glob("*.toml")}
        found = {name: tomllib.loads(text) for name, text in files.items()}
        super().__init__({name: known[figure] for name, known in found.items() if figure in known})

    def __missing__(self, name: str) -> NoReturn:
        """Skip the test that asks."""
        pytest.skip(f"no published figure of {name}: see tests/data/published")
