"""PDF of a report, and pictures of its drawings, typeset by typst without a network."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any, Literal

import typst

from data.export.report.document import Drawing, Heading, ReportDocument, shown
from data.export.report.fonts import FAMILY, FONTS, missing

Form = Literal["pdf", "png"]
_TEMPLATE = Path(__file__).with_name("template.typ")
#: Resolution of the pictures in a DOCX [dots per inch].
_PPI = 220.0


def to_pdf(document: ReportDocument) -> bytes:
    """Return a report as PDF; the same document gives the same bytes.

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
        If the font of the report is missing.
    """
    return _compiled(document, "pdf")[0]


def to_pages(document: ReportDocument, ppi: float = 96.0) -> list[bytes]:
    """Return the pages of a report as pictures.

    Parameters
    ----------
    document
        The report.
    ppi
        Resolution [dots per inch].

    Returns
    -------
    pages
        One PNG per page.

    Raises
    ------
    StorageError
        If the font of the report is missing.
    """
    return _compiled(document, "png", ppi)


def to_pictures(drawings: Sequence[Drawing]) -> list[bytes]:
    """Return drawings as pictures, for formats that take no vectors.

    Parameters
    ----------
    drawings
        The drawings.

    Returns
    -------
    pictures
        One PNG per drawing, in the same order.

    Raises
    ------
    StorageError
        If the font of the report is missing.
    """
    if not drawings:
        return []
    source = """
        #let all = json(bytes(sys.inputs.document))
        #set page(width: auto, height: auto, margin: 0pt, fill: none)
        #for it in all { page(image(bytes(it.svg), format: "svg", width: it.width_mm * 1mm)) }
    """
    content = json.dumps([_plain(item) for item in drawings], ensure_ascii=False)
    return _run(source.encode(), content, "png", _PPI, own_fonts=False)


def _compiled(document: ReportDocument, form: Form, ppi: float = 144.0) -> list[bytes]:
    strange = missing(document.texts())
    content = _plain(document) | {
        "outline": sum(isinstance(b, Heading) and b.level == 1 for b in document.blocks) > 1,
        "fonts": [FAMILY],
    }
    text = json.dumps(content, ensure_ascii=False)
    # A rare character is looked for among the fonts of the machine; nothing else comes from there.
    return _run(_TEMPLATE.read_bytes(), text, form, ppi, own_fonts=bool(strange))


def _run(source: bytes, content: str, form: Form, ppi: float, *, own_fonts: bool) -> list[bytes]:
    # Without its font typst would draw empty boxes: that must fail, and say why.
    missing("")
    fonts = typst.Fonts(
        include_system_fonts=own_fonts, include_embedded_fonts=False, font_paths=[str(FONTS)]
    )
    compiler = typst.Compiler(source, font_paths=fonts, sys_inputs={"document": content})
    made = compiler.compile(format=form, ppi=ppi, timestamp=0)
    return [made] if isinstance(made, bytes) else list(made or ())


def _plain(value: Any) -> Any:
    """Return a block as JSON knows it, with the name of its class as ``kind``."""
    if is_dataclass(value) and not isinstance(value, type):
        fields = {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
        return {"kind": type(value).__name__} | fields
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, str):
        return shown(value)
    return [_plain(item) for item in value] if isinstance(value, tuple | list) else value
