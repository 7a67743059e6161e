"""The report as a file, from the command to the last byte, without the time of a plan."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.measure import Figure, in_turn, python
from data.tables.reader import Pack, pack_names

#: Longest time of the report of a province, and of one prefecture [s].
PROVINCE_S, PREFECTURE_S = 20.0, 4.0


def reports(runs: int) -> Iterator[Figure]:
    """Time the report of the first pack, whole and of its first prefecture."""
    pack = Pack.load(pack_names()[0])
    prefectures = pack.regions("prefecture")["adcode"].tolist()
    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder) / "report.pdf")
        command = ("report", "--province", pack.name, "--out", out)
        times = in_turn(
            {
                "province": python("cli.py", *command),
                "prefecture": python("cli.py", *command, "--region", prefectures[0]),
            },
            runs=min(runs, 3),
        )
    yield Figure(
        what=f"report of a province as PDF, {len(prefectures)} prefectures, without a plan",
        runs_s=times["province"], limit_s=PROVINCE_S,
    )  # fmt: skip
    yield Figure(
        what="report of one prefecture as PDF", runs_s=times["prefecture"], limit_s=PREFECTURE_S
    )
