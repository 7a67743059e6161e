"""The plan reader: rows of the ledger found, proposals that are wrong, a plan of 300 pages."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import typst

from bench.measure import ROOT, Fact, Figure, in_turn
from data.planreader import Statement, read

SOURCES = ROOT / "data" / "sources"
PAGES = 300


def reading(runs: int) -> Iterator[Figure]:
    """Read the embedded plans against the ledger, then a long one."""
    paths = sorted(SOURCES.glob("*.txt"))
    found = {path.name: read(path) for path in paths}
    rows = list(_rows())
    proposed = sum(any(_is(row, said) for said in found[row["source_file"]]) for row in rows)
    every = [(name, said) for name, statements in found.items() for said in statements]
    wrong = sum(
        not any(row["source_file"] == name and _is(row, said) for row in rows)
        for name, said in every
    )
    times = in_turn({"text": lambda: [read(path) for path in paths]}, runs=min(runs, 3))
    yield Figure(
        what="read the five embedded plans",
        runs_s=times["text"],
        facts=(
            Fact(
                f"{proposed} of {len(rows)} rows of the ledger proposed",
                proposed >= 0.9 * len(rows),
            ),
            Fact(f"{wrong} of {len(every)} proposals are no row of it", wrong * 10 <= len(every)),
        ),
    )
    with TemporaryDirectory() as folder:
        path = Path(folder) / "plan.pdf"
        text = "".join(path.read_text(encoding="utf-8") for path in paths)
        pages = [text[at : at + 600] for at in range(0, len(text), 600)]
        pages = (pages * (PAGES // len(pages) + 1))[:PAGES]
        source = "#pagebreak()\n".join(f"#text({_quoted(page)})" for page in pages)
        path.write_bytes(typst.compile(source.encode()))
        times = in_turn({"pdf": lambda: read(path)}, runs=1)
    yield Figure(what=f"read a PDF of {PAGES} pages", runs_s=times["pdf"], limit_s=60)


def _rows() -> Iterator[dict[str, str]]:
    for name in ("yunnan", "gansu"):
        path = ROOT / "data" / "packs" / name / "targets.csv"
        with path.open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)


def _is(row: dict[str, str], said: Statement) -> bool:
    return (said.layer, said.metric, said.kind, said.basis, said.qualifier, said.date) == (
        row["layer"],
        row["metric"],
        row["kind"],
        row["basis"],
        row["qualifier"],
        row["as_of"],
    ) and abs(said.value - float(row["value"])) < 1e-9 * max(1.0, said.value)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
