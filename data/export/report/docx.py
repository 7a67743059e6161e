"""DOCX of a report: real headings, tables and captions, which an office can edit."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterator

import docx
from docx.document import Document as Word
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm, Pt
from docx.table import _Cell
from docx.text.paragraph import Paragraph as WordParagraph

from data.export.report.document import (
    Block,
    Cards,
    Cell,
    Drawing,
    Figure,
    Heading,
    Paragraph,
    ReportDocument,
    ReportTable,
    drawings,
    inside,
    shown,
)
from data.export.report.pdf import to_pictures

#: On every Chinese Windows; other systems replace it by a font that has the characters.
_FONT = "Microsoft YaHei"
#: Language of Latin and of Chinese text.
_LATIN, _CHINESE = "en-US", "zh-CN"
#: Styles that the template of python-docx sets in italics.
_UPRIGHT = ("Subtitle", "Intense Quote")
_SMALL = Pt(8)
#: What a cell leaves free on each side of its content.
_CELL_MM = 1.0
#: No clock goes into the file: the same inputs give the same bytes.
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_MARGIN_MM, _WIDTH_MM = 18.0, 210.0
_SIZES = {"Normal": 9.5, "Title": 20, "Subtitle": 13, "Caption": 9, "Heading 1": 17,
          "Heading 2": 12.5, "Heading 3": 10.5}  # fmt: skip


def to_docx(document: ReportDocument) -> bytes:
    """Return a report as DOCX; the same document gives the same bytes.

    Parameters
    ----------
    document
        The report.

    Returns
    -------
    content
        The file.

    Raises
    ------
    StorageError
        If the font that the drawings are drawn with is missing.
    """
    word = docx.Document()
    _set_up(word, document)
    _Body(word, document).write()
    buffer = io.BytesIO()
    word.save(buffer)
    return _without_times(buffer.getvalue())


class _Body:
    """Writes the blocks one after the other; captions are numbered."""

    def __init__(self, word: Word, document: ReportDocument) -> None:
        self._word, self._document = word, document
        found = drawings(document.blocks)
        self._pictures = iter(to_pictures(found))
        self._numbers = dict.fromkeys(document.labels, 0)

    def write(self) -> None:
        """Write cover and blocks."""
        document = self._document
        self._word.add_paragraph(shown(document.title), style="Title")
        self._word.add_paragraph(shown(document.subtitle), style="Subtitle")
        self._table(ReportTable("", ("", ""), document.cover, widths=(1, 3)), headed=False)
        for block in document.blocks:
            self._block(block)

    def _block(self, block: Block) -> None:
        if isinstance(block, Heading):
            heading = self._word.add_heading(shown(block.text), block.level)
            heading.paragraph_format.page_break_before = block.level == 1 and not block.follows
        elif isinstance(block, Paragraph):
            self._paragraph(block)
        elif isinstance(block, Figure):
            self._caption(1, block.caption)
            self._picture(self._word.add_paragraph(), block.drawing)
        elif isinstance(block, Cards):
            rows = tuple((c.label, f"{c.figure} {c.unit}".strip(), c.note) for c in block.cards)
            self._table(ReportTable("", ("", "", ""), rows, frozenset({1})), headed=False)
        elif isinstance(block, ReportTable):
            self._caption(0, block.caption)
            self._table(block)
        else:
            for inner in inside(block):
                self._block(inner)

    def _paragraph(self, block: Paragraph) -> None:
        style = {"item": "List Bullet", "warning": "Intense Quote"}.get(block.style, "Normal")
        paragraph = self._word.add_paragraph(style=style)
        run = paragraph.add_run(shown(block.text))
        if block.style == "small":
            run.font.size = _SMALL

    def _caption(self, kind: int, text: str) -> None:
        """Write a caption whose number another program counts again."""
        label = self._document.labels[kind]
        self._numbers[label] += 1
        paragraph = self._word.add_paragraph(f"{label} ", style="Caption")
        paragraph.paragraph_format.keep_with_next = True
        _field(paragraph, f"SEQ {label} \\* ARABIC", str(self._numbers[label]))
        paragraph.add_run(f" {shown(text)}")

    def _table(self, content: ReportTable, *, headed: bool = True) -> None:
        lines = ([content.head] if headed else []) + list(content.rows)
        table = self._word.add_table(len(lines), len(content.head), style="Table Grid")
        table.autofit = False
        widths = _widths(content)
        for column, width in zip(table.columns, widths, strict=True):
            column.width = width
        for i, (row, line) in enumerate(zip(table.rows, lines, strict=True)):
            is_bold = (headed and i == 0) or (content.total and i == len(lines) - 1)
            for k, (place, cell) in enumerate(zip(row.cells, line, strict=True)):
                place.width = widths[k]
                self._cell(place, cell, right=k in content.right, bold=is_bold)
        made = self._word.element.body.findall(qn("w:tbl"))[-1]
        made.tblPr.find(qn("w:tblLook")).addprevious(_cell_margins())
        for i, element in enumerate(made.findall(qn("w:tr"))):
            settings = element.get_or_add_trPr()
            settings.append(OxmlElement("w:cantSplit"))
            if headed and i == 0:
                settings.append(OxmlElement("w:tblHeader"))
        self._word.add_paragraph()

    def _cell(self, place: _Cell, cell: Cell, *, right: bool, bold: bool) -> None:
        paragraph = place.paragraphs[0]
        paragraph.paragraph_format.space_after = Pt(0)
        if isinstance(cell, Drawing):
            self._picture(paragraph, cell)
            return
        if right:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        run = paragraph.add_run(shown(cell))
        run.bold, run.font.size = bold, _SMALL

    def _picture(self, paragraph: WordParagraph, drawing: Drawing) -> None:
        content = io.BytesIO(next(self._pictures))
        run = paragraph.add_run()
        run.add_picture(content, width=Mm(drawing.width_mm))
        run.element.find(f".//{qn('wp:docPr')}").set("descr", shown(drawing.alt))


def _cell_margins() -> BaseOxmlElement:
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(round(Mm(_CELL_MM).twips)))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    return margins


def _widths(table: ReportTable) -> list[Mm]:
    """Return the widths of the columns: as in print, and equal where it leaves them free."""
    wide = max((cell.width_mm for row in table.rows for cell in row if isinstance(cell, Drawing)),
               default=0.0) + 2 * _CELL_MM  # fmt: skip
    shares = table.widths or (1.0,) * len(table.head)
    free = _WIDTH_MM - 2 * _MARGIN_MM - wide * sum(share == 0 for share in shares)
    return [Mm(share * free / sum(shares) if share else wide) for share in shares]


def _set_up(word: Word, document: ReportDocument) -> None:
    """Set page, fonts, languages, properties, head and foot."""
    section = word.sections[0]
    section.page_width, section.page_height = Mm(_WIDTH_MM), Mm(297)
    section.left_margin = section.right_margin = Mm(_MARGIN_MM)
    section.top_margin = section.bottom_margin = Mm(_MARGIN_MM)
    section.header_distance = section.footer_distance = Mm(_MARGIN_MM / 2)
    for properties in _run_properties(word):
        _set_font(properties)
    word.styles["Normal"].paragraph_format.space_after = Pt(4)
    for name in _UPRIGHT:
        # No Chinese font has an italic: programs slant its characters.
        word.styles[name].font.italic = False
    for name, size in _SIZES.items():
        word.styles[name].font.size = Pt(size)
    day = dt.datetime.fromisoformat(document.date)
    about = word.core_properties
    about.title, about.language = shown(document.title), document.language
    about.author = about.comments = about.last_modified_by = ""
    about.created = about.modified = day
    section.header.paragraphs[0].text = shown(" · ".join(document.running))
    foot = section.footer.paragraphs[0]
    foot.text = f"{shown(document.foot)}  "
    _field(foot, "PAGE", "1")


def _run_properties(word: Word) -> Iterator[BaseOxmlElement]:
    """Yield the properties of text of the defaults and of every style."""
    styles = word.styles.element
    yield from styles.iter(qn("w:rPr"))
    for style in styles.iter(qn("w:style")):
        if style.find(qn("w:rPr")) is None:
            yield style.get_or_add_rPr()


def _set_font(properties: BaseOxmlElement) -> None:
    for tag in ("w:rFonts", "w:lang"):
        for old in properties.findall(qn(tag)):
            properties.remove(old)
    fonts = OxmlElement("w:rFonts")
    for side in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{side}"), _FONT)
    # The order of the schema: fonts first, language last but for what follows it.
    properties.insert(0, fonts)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), _LATIN)
    language.set(qn("w:eastAsia"), _CHINESE)
    properties.append(language)


def _field(paragraph: WordParagraph, code: str, text: str) -> None:
    """Add what another program counts, with the text that it has now."""
    run = paragraph.add_run()
    for kind in ("begin", code, "separate", text, "end"):
        if kind in {"begin", "separate", "end"}:
            part = OxmlElement("w:fldChar")
            part.set(qn("w:fldCharType"), kind)
        else:
            part = OxmlElement("w:instrText" if kind == code else "w:t")
            part.text = kind
        run.element.append(part)


def _without_times(content: bytes) -> bytes:
    """Return the archive with one time for all members, in their order."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as new:
        for member in old.infolist():
            info = zipfile.ZipInfo(member.filename, _ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, old.read(member.filename))
    return buffer.getvalue()
