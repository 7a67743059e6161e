"""The documents that the ledgers quote: title, issuer, number and date of each file."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

#: Stands for the quote of a row of the ledgers whose source is not at hand.
NO_TEXT = "no text at hand"
INDEX = Path(__file__).parents[1] / "sources" / "index.csv"


@dataclass(frozen=True)
class SourceDocument:
    """One public document, as :data:`INDEX` names it; an unknown part is empty."""

    title: str
    issuer: str
    number: str
    date: str


@cache
def documents() -> dict[str, SourceDocument]:
    """Return the known documents by the name of their file.

    Returns
    -------
    documents
        File name → document.
    """
    with INDEX.open(encoding="utf-8", newline="") as file:
        return {
            row["file"]: SourceDocument(row["title"], row["issuer"], row["number"], row["date"])
            for row in csv.DictReader(file)
        }


def cited(source: str, link: str = "") -> str:
    """Return how a source is named for people: title, number, issuer and date of a document.

    Parameters
    ----------
    source
        Name of a file of the documents, or any other source.
    link
        Its address, which follows the name; empty where none is known.

    Returns
    -------
    name
        The source itself where it is none of the documents.
    """
    known = documents().get(source)
    parts = (source,) if known is None else (known.title, known.number, known.issuer, known.date)
    return " · ".join(filter(None, (*parts, link)))
