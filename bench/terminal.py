"""The terminal against the cost of importing geopandas; `geo` against that of the web libraries."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.measure import Figure, in_turn, modules, python
from data.tables.reader import pack_names

#: The whole gap table may cost this multiple of importing geopandas.
GAPS_LIMIT = 2.5


def gaps(runs: int) -> Iterator[Figure]:
    """Time the whole gap table of the first pack."""
    province = pack_names()[0]
    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder) / "gaps.csv")
        command = ("gaps", "--province", province, "--layer", "all", "--level", "prefecture")
        times = in_turn(
            {
                "geopandas": python("-c", "import geopandas"),
                "gaps": python("cli.py", *command, "--out", out),
            },
            runs=runs,
        )
    yield Figure(
        what=f"`cli.py {' '.join(command)} --out X.csv`",
        runs_s=times["gaps"],
        baseline='`python -c "import geopandas"`',
        baseline_s=times["geopandas"],
        ratio_limit=GAPS_LIMIT,
    )


def imports(runs: int) -> Iterator[Figure]:
    """Time the import of all of `geo`, alone and with the libraries of the web interface."""
    geo = f"import {', '.join(modules('geo'))}"
    times = in_turn(
        {"geo": python("-c", geo), "both": python("-c", f"{geo}, streamlit, folium")}, runs=runs
    )
    yield Figure(
        what="import all of `geo`",
        runs_s=times["geo"],
        baseline="the same with streamlit and folium",
        baseline_s=times["both"],
        ratio_limit=1.0,
    )
