"""What a report consists of: headings, paragraphs, tables, drawings, in the reader's language.

One document is written as PDF and as DOCX. Every text is plain: no writer takes one for markup.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

#: Characters that turn the direction of the text, or that no XML can carry.
_UNSEEN = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]|[^\t\n\x20-\U0010ffff]")


@dataclass(frozen=True)
class Heading:
    """A heading; one of level 1 begins a new page unless it follows on."""

    text: str
    level: int
    follows: bool = False


@dataclass(frozen=True)
class Paragraph:
    """A paragraph: of the text, small, a list item, or what the reader must not miss."""

    text: str
    style: Literal["body", "small", "item", "warning"] = "body"


@dataclass(frozen=True)
class Drawing:
    """A vector drawing.

    Attributes
    ----------
    svg
        The drawing; its size is in ``width_mm`` and ``height_mm``.
    alt
        What it shows, for readers who cannot see it.
    """

    svg: str
    width_mm: float
    height_mm: float
    alt: str


@dataclass(frozen=True)
class Figure:
    """A drawing with its caption."""

    drawing: Drawing
    caption: str


@dataclass(frozen=True)
class Card:
    """One key figure: what it counts, the figure with its unit, and what qualifies it."""

    label: str
    figure: str
    unit: str
    note: str
    colour: str


@dataclass(frozen=True)
class Cards:
    """Key figures side by side."""

    cards: tuple[Card, ...]


Cell = str | Drawing


@dataclass(frozen=True)
class ReportTable:
    """A table; its head is repeated on each page that it reaches.

    Attributes
    ----------
    caption
        Title with unit, date and evidence.
    head
        (k,) titles of the columns.
    rows
        Rows of k cells.
    right
        Columns that are flush right.
    widths
        (k,) relative widths of the columns; 0 for as wide as its content.
    total
        Whether the last row is the total.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    right: frozenset[int] = frozenset()
    widths: tuple[float, ...] = ()
    total: bool = False

    def __post_init__(self) -> None:
        """Check that every row fills the columns."""
        if any(len(row) != len(self.head) for row in self.rows):
            raise ValueError(f"a row of {self.caption!r} has not {len(self.head)} cells")


@dataclass(frozen=True)
class Pair:
    """Blocks side by side; the left ones take ``share`` of the width."""

    left: tuple[Block, ...]
    right: tuple[Block, ...]
    share: float


@dataclass(frozen=True)
class OnePage:
    """Blocks that keep to one page: printed smaller where they need more, down to four fifths."""

    blocks: tuple[Block, ...]


Block = Heading | Paragraph | Figure | Cards | ReportTable | Pair | OnePage


@dataclass(frozen=True)
class ReportDocument:
    """A whole report.

    Attributes
    ----------
    language
        Code of the language, ``zh`` or ``en``.
    title, subtitle
        Of the cover.
    cover
        Lines of the cover: label and text.
    date
        Day of the figures, YYYY-MM-DD.
    running
        Head of each page, left and right.
    foot
        Foot of each page: what is illustrative, what the maps are.
    page
        The page's number at its foot, with ``{page}`` and ``{pages}``.
    contents
        Title of the table of contents.
    labels
        Words before the number of a table and of a figure.
    """

    language: str
    title: str
    subtitle: str
    cover: tuple[tuple[str, str], ...]
    date: str
    running: tuple[str, str]
    foot: str
    page: str
    contents: str
    labels: tuple[str, str]
    blocks: tuple[Block, ...]

    def texts(self) -> str:
        """Return every text of the document, one after the other.

        Returns
        -------
        texts
            Lines of plain text; the words inside drawings are their ``alt``.
        """
        own = (self.title, self.subtitle, self.foot, *self.running, *sum(self.cover, ()))
        return "\n".join([*own, *(line for block in self.blocks for line in _lines(block))])


def shown(text: str) -> str:
    r"""Return a text with a box for each character that is not seen but changes what is.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    text
        As long as before.

    Examples
    --------
    >>> shown("a\u202eb")
    'a□b'
    """
    return _UNSEEN.sub("\u25a1", text.encode("utf-8", "replace").decode())


def inside(block: Pair | OnePage) -> tuple[Block, ...]:
    """Return the blocks that a block holds, in the order of reading.

    Parameters
    ----------
    block
        Blocks side by side, or those of one page.

    Returns
    -------
    blocks
        The left ones before the right ones.
    """
    return block.blocks if isinstance(block, OnePage) else (*block.left, *block.right)


def drawings(blocks: tuple[Block, ...]) -> list[Drawing]:
    """Return every drawing in the order of the page.

    Parameters
    ----------
    blocks
        Blocks of a document.

    Returns
    -------
    drawings
        Those of figures and of cells.
    """
    found: list[Drawing] = []
    for block in blocks:
        if isinstance(block, Figure):
            found.append(block.drawing)
        elif isinstance(block, ReportTable):
            found += [cell for row in block.rows for cell in row if isinstance(cell, Drawing)]
        elif isinstance(block, Pair | OnePage):
            found += drawings(inside(block))
    return found


def _lines(block: Block) -> list[str]:
    if isinstance(block, Figure):
        return [block.caption, block.drawing.alt]
    if isinstance(block, Cards):
        return [part for c in block.cards for part in (c.label, c.figure, c.unit, c.note)]
    if isinstance(block, ReportTable):
        cells = (cell for row in (block.head, *block.rows) for cell in row)
        return [block.caption, *(c.alt if isinstance(c, Drawing) else c for c in cells)]
    if isinstance(block, Pair | OnePage):
        return [line for inner in inside(block) for line in _lines(inner)]
    return [block.text]
