"""PDF and DOCX of one document, read by other programs: poppler, python-docx and zipfile."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn
from lxml import etree

from data.export.report import fonts
from data.export.report.document import (
    Card,
    Cards,
    Drawing,
    Figure,
    Heading,
    OnePage,
    Pair,
    Paragraph,
    ReportDocument,
    ReportTable,
)
from data.export.report.pdf import to_pages
from data.export.report.writers import file_name, to_bytes, write
from geo.errors import InputError, StorageError

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="12" viewBox="0 0 40 12" '
    'font-family="Noto Sans SC"><rect width="20" height="12" fill="#1D5FA6"/>'
    '<text x="2" y="9" font-size="8">泸水市</text></svg>'
)
DRAWING = Drawing(SVG, 20, 6, "bar of 泸水市")
#: Over several pages; the other documents need a table, not a long one.
ROWS, FEW = 300, 3
#: Texts that another program might run, cut or turn around.
HOSTILE = (
    "<script>alert(1)</script>", '=cmd|"/C calc"!A0', "#eval(1) $x$ *y* @z", "../../etc/passwd",
    "长" * 300, "a\u202eb", "tab\tand\x07bell", "\ud800",
)  # fmt: skip


def document(*texts: str, count: int = FEW) -> ReportDocument:
    rows = tuple((f"row{i:03d}", DRAWING, f"{i:,}") for i in range(count))
    table = ReportTable(
        "各县缺口", ("地区", "柱", "数"), rows, frozenset({2}), (2, 0, 1), total=True
    )
    blocks = (
        Heading("怒江傈僳族自治州", 1),
        Cards((Card("5G", "768", "个", "分解", "#CC7410"),)),
        Pair((Figure(DRAWING, "图名"),), (Paragraph("小字", "small"),), 0.4),
        *(Paragraph(text) for text in texts),
        table,
        Heading("来源", 1),
        Paragraph("兰坪白族普米族自治县", "item"),
        Paragraph("未证明", "warning"),
    )
    return ReportDocument(
        language="zh", title="报告", subtitle="云岭", cover=(("范围", "全省"),), date="2026-11-30",
        running=("左", "右"), foot="脚", page="第 {page} 页，共 {pages} 页", contents="目录",
        labels=("表", "图"), blocks=blocks,
    )  # fmt: skip


def poppler(program: str, content: bytes, folder: Path, *options: str) -> str:
    if shutil.which(program) is None:
        pytest.skip(f"no {program}: install poppler-utils to read the report with it")
    path = folder / "report.pdf"
    path.write_bytes(content)
    done = subprocess.run(
        [program, *options, str(path), *(["-"] if program == "pdftotext" else [])],
        capture_output=True, text=True, encoding="utf-8", check=True,
    )  # fmt: skip
    return done.stdout


@pytest.mark.parametrize("suffix", [".pdf", ".docx"])
def test_equal_documents_give_equal_bytes(suffix: str) -> None:
    assert to_bytes(document(), suffix) == to_bytes(document(), suffix)


def test_every_font_is_embedded(tmp_path: Path) -> None:
    lines = poppler("pdffonts", to_bytes(document(), ".pdf"), tmp_path).splitlines()[2:]
    assert lines
    for line in lines:
        assert "NotoSansSC" in line
        assert re.search(r"yes yes yes\s+\d+\s+\d+$", line), line


def test_no_row_is_lost_at_the_end_of_a_page(tmp_path: Path) -> None:
    made = to_bytes(document(count=ROWS), ".pdf")
    text = poppler("pdftotext", made, tmp_path, "-layout")
    assert text.count("\f") > 3
    assert re.findall(r"row\d{3}", text) == [f"row{i:03d}" for i in range(ROWS)]
    # The head of the table stands on each page that the table reaches.
    pages = [page for page in text.split("\f") if "row" in page]
    assert all("地区" in page for page in pages)


def test_every_chinese_name_is_found(tmp_path: Path) -> None:
    text = poppler("pdftotext", to_bytes(document(), ".pdf"), tmp_path, "-raw")
    for name in ("怒江傈僳族自治州", "兰坪白族普米族自治县", "泸水市"):
        assert name in text


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_text_is_run_or_cut(hostile: str, tmp_path: Path) -> None:
    made = document(hostile)
    text = poppler("pdftotext", to_bytes(made, ".pdf"), tmp_path, "-raw")
    word = docx.Document(io.BytesIO(to_bytes(made, ".docx")))
    written = "\n".join(paragraph.text for paragraph in word.paragraphs)
    for sign in "\u202e\x07\ud800":
        assert sign not in text + written
    seen = re.sub("[\u202e\x07]|\ud800", "", hostile)
    letters = [sign for sign in seen if sign.isalnum()]
    joined = re.sub(r"\W", "", text)
    assert "".join(letters) in joined.replace("ﬁ", "fi")
    assert "".join(letters) in re.sub(r"\W", "", written)


def test_what_belongs_on_one_page_is_made_to_fit() -> None:
    lines = tuple(Paragraph(f"line {i}") for i in range(64))
    whole = replace(document(), blocks=(Heading("泸水市", 1), *lines))
    assert len(to_pages(whole, 20)) == 3
    fitted = replace(whole, blocks=(OnePage(whole.blocks),))
    assert len(to_pages(fitted, 20)) == 2
    assert fitted.texts() == whole.texts()


def test_columns_of_the_word_file_are_as_wide_as_in_print() -> None:
    made = docx.Document(io.BytesIO(to_bytes(document(), ".docx")))
    name, bar, figure = (column.width for column in made.tables[-1].columns)
    assert name == pytest.approx(2 * figure, abs=9_525)
    assert bar < figure


def test_a_page_is_a_picture() -> None:
    pages = to_pages(document(), 40)
    assert len(pages) == 3
    assert all(page.startswith(b"\x89PNG") for page in pages)


def test_the_word_file_has_real_headings_tables_and_captions() -> None:
    word = docx.Document(io.BytesIO(to_bytes(document(), ".docx")))
    styles = {paragraph.text: paragraph.style.name for paragraph in word.paragraphs}
    assert styles["怒江傈僳族自治州"] == "Heading 1"
    assert styles["表 1 各县缺口"] == "Caption"
    table = word.tables[-1]
    assert [row.cells[0].text for row in table.rows][1:] == [f"row{i:03d}" for i in range(FEW)]
    head = table.rows[0]._tr.trPr
    assert head.find(qn("w:tblHeader")) is not None
    assert len(word.inline_shapes) == FEW + 1
    assert word.element.xpath("//wp:docPr[@descr='bar of 泸水市']")


def test_no_style_of_the_word_file_names_a_japanese_font() -> None:
    word = docx.Document(io.BytesIO(to_bytes(document(), ".docx")))
    assert b"MS Mincho" not in etree.tostring(word.styles.element)
    for style in word.styles.element.iter(qn("w:style")):
        properties = style.find(qn("w:rPr"))
        assert properties.find(qn("w:rFonts")).get(qn("w:eastAsia")) == "Microsoft YaHei"
        assert properties.find(qn("w:lang")).get(qn("w:eastAsia")) == "zh-CN"


def test_the_word_file_holds_no_time_of_the_run() -> None:
    with zipfile.ZipFile(io.BytesIO(to_bytes(document(), ".docx"))) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_font_has_what_is_printed_and_names_what_it_lacks() -> None:
    assert not fonts.missing(document().texts())
    assert fonts.missing("𠮷野😀") == {"𠮷", "😀"}
    assert to_bytes(document("𠮷野"), ".pdf").startswith(b"%PDF")


def test_without_its_font_no_report_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fonts, "_REGULAR", tmp_path / "gone.ttf")
    fonts._known.cache_clear()
    try:
        with pytest.raises(StorageError, match=r"font of the report .*gone.ttf|gone.ttf.*font"):
            write({tmp_path / "a.pdf": document()})
        assert not list(tmp_path.iterdir())
    finally:
        fonts._known.cache_clear()


def test_another_format_is_refused_and_files_are_written_together(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.pdf or \.docx"):
        write({tmp_path / "a.pdf": document(), tmp_path / "b.odt": document()})
    assert not list(tmp_path.iterdir())
    with pytest.raises(StorageError, match="make the folder first"):
        write({tmp_path / "none" / "a.pdf": document()})


def test_a_row_must_fill_its_columns() -> None:
    with pytest.raises(ValueError, match="2 cells"):
        ReportTable("t", ("a", "b"), (("1",),))


def test_names_of_files_are_safe() -> None:
    assert file_name("a/b\\c:d") == "a_b_c_d"
    assert len(file_name("长" * 300)) == 60
    assert file_name("..") == "_"
    assert "\u202e" not in file_name("a\u202eb")


def test_a_change_of_text_changes_the_bytes() -> None:
    """The equality above could also come from a writer that ignores its document."""
    other = replace(document(), title="另一份")
    assert to_bytes(other, ".pdf") != to_bytes(document(), ".pdf")
