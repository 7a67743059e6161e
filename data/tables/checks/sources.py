"""Faults of the sources: quotes that no text holds, tables without a source, wrong checksums."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from data.tables.checks.fault import PackFault, fault
from data.tables.pack import TABLES
from data.tables.reader import SOURCES_DIR

_ROOT = SOURCES_DIR.parents[1]
_FILE = "SOURCES.csv"


def quote_faults(folder: Path, tables: Mapping[str, pd.DataFrame]) -> Iterator[PackFault]:
    """Yield the quotes that are not, character by character, in their source text.

    The text is looked for in the pack's folder ``sources``, then among the embedded ones.

    Parameters
    ----------
    folder
        Folder of the pack.
    tables
        Tables of the pack.

    Yields
    ------
    fault
        One per table and source text that is missing or lacks a quote, with the ids of the rows.
    """
    for name in ("targets", "policy_zones", "observations"):
        rows = tables.get(name)
        if rows is None:
            continue
        for text_file, cited in rows[rows["source_file"] != ""].groupby("source_file"):
            text = _text(folder, str(text_file))
            ids = ", ".join(cited["id"].astype(str).head(5))
            if text is None:
                yield fault(f"{name}.csv", "no_text", text=str(text_file), ids=ids)
                continue
            quotes = cited["quote"].fillna("").astype(str)
            found = [bool(quote.strip()) and quote in text for quote in quotes]
            lost = cited.loc[[not one for one in found], "id"].astype(str)
            if len(lost):
                yield fault(f"{name}.csv", "no_quote", text=str(text_file), ids=", ".join(lost))


def source_faults(folder: Path, tables: Mapping[str, pd.DataFrame]) -> Iterator[PackFault]:
    """Yield tables without a source, sources of no table, and files that changed since.

    Parameters
    ----------
    folder
        Folder of the pack.
    tables
        Tables of the pack.

    Yields
    ------
    fault
        One per rule of the table ``SOURCES``.
    """
    rows = tables.get("SOURCES")
    if rows is None:
        return
    there = {name for name, table in TABLES.items() if (folder / f"{name}{table.suffix}").is_file()}
    there |= {path.stem for path in folder.glob("*.tif")}
    stated = set(rows["table"].dropna().astype(str))
    for rule, names in (("no_source", there - stated - {"SOURCES"}), ("no_table", stated - there)):
        if names:
            yield fault(_FILE, rule, tables=", ".join(sorted(names)))
    digests = rows["sha256"].fillna("").astype(str)
    odd = ~digests.str.fullmatch("[0-9a-f]{64}")
    if odd.any():
        yield fault(_FILE, "odd_checksum", files=_files(rows[odd]))
    changed = [
        path is not None and hashlib.sha256(path.read_bytes()).hexdigest() != digest
        for path, digest in zip((_kept(folder, str(f)) for f in rows["file"]), digests, strict=True)
    ]
    if any(changed):
        yield fault(_FILE, "changed", files=_files(rows[changed]))


def _text(folder: Path, name: str) -> str | None:
    for home in (folder / "sources", SOURCES_DIR):
        path = home / Path(name).name
        if path.is_file():
            return path.read_bytes().decode("utf-8", errors="replace")
    return None


def _kept(folder: Path, name: str) -> Path | None:
    """Return the file that a source names where it is at hand: in the pack or in this project."""
    for home in (folder, _ROOT):
        path = (home / name).resolve()
        if path.is_relative_to(home) and path.is_file():
            return path
    return None


def _files(rows: pd.DataFrame) -> str:
    return ", ".join(dict.fromkeys(rows["file"].astype(str)))
