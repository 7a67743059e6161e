"""Files that a plan comes in: texts, web pages, Word, PDF; and files that are none."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement

from data.doctor.base import ImportChoice
from data.doctor.reading import text_document
from data.doctor.reading.limits import FileLimits
from data.doctor.reading.source import LandedFile
from data.planreader import read
from data.planreader.document import Document
from data.planreader.files import opened
from data.planreader.reading import read_document
from geo.errors import DataError

SENTENCE = "到2025年，全省新建5G基站14万个。"
HEAD = (
    "云南省人民政府关于印发“十四五”数字云南规划的通知\n云政发〔2022〕26号\n"
    "云南省人民政府\n2022年4月27日\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_text_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "plan.txt"
    path.write_bytes((HEAD + SENTENCE).encode(encoding))
    document = opened(path)
    assert document.number == "云政发〔2022〕26号"
    assert document.date == "2022-04-27"
    assert (document.first_year, document.last_year, document.region) == (2021, 2025, "530000")
    found = read(path)
    assert [(s.value, s.quote) for s in found] == [(140000, SENTENCE.rstrip("。"))]
    assert document.text[found[0].start :].startswith("到2025年")


def test_a_web_page_shows_no_script(tmp_path: Path) -> None:
    path = tmp_path / "plan.html"
    path.write_text(
        "<html><head><style>p{}</style><script>到2025年，全省新建5G基站99万个。</script></head>"
        "<body><p>云南省“十四五”规划</p><p>到2025年，<b>全省</b>新建5G&#22522;站14万个。</p></body></html>",
        encoding="utf-8",
    )
    assert [s.value for s in read(path)] == [140000]


def word(paragraphs: list[str]) -> docx.document.Document:
    made = docx.Document()
    for paragraph in paragraphs:
        made.add_paragraph(paragraph)
    return made


def test_a_word_file_with_a_table(tmp_path: Path) -> None:
    made = word([HEAD.split("\n", maxsplit=1)[0], SENTENCE])
    table = made.add_table(rows=3, cols=4)
    rows = [("指标", "单位", "2020年", "2025年"), ("5G基站数", "万个", "1.9", "15"),
            ("数据中心标准机架（万架）", "", "4", "10")]  # fmt: skip
    for row, cells in zip(table.rows, rows, strict=True):
        for cell, words in zip(row.cells, cells, strict=True):
            cell.text = words
    path = tmp_path / "plan.docx"
    made.save(str(path))
    found = {(s.metric, s.value, s.date) for s in read(path)}
    assert found == {
        ("base_stations_new", 140000, "2025-12-31"), ("base_stations", 19000, "2020-12-31"),
        ("base_stations", 150000, "2025-12-31"), ("racks_in_data_centres", 40000, "2020-12-31"),
        ("racks_in_data_centres", 100000, "2025-12-31"),
    }  # fmt: skip


ROWS = (
    ("序号", "指标", "单位", "2020年", "2025年", "年均增速"),
    ("1", "5G基站数", "万个", "1.9", "15", "51%"), ("2", "行政村5G通达率", "%", "0", "≥80", ""),
    ("3", "电信业务收入", "亿元", "350", "500", "7%"),
)  # fmt: skip


def page(rows: tuple[tuple[str, ...], ...]) -> str:
    cells = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table>{cells}</table>"


def test_a_web_page_with_tables(tmp_path: Path) -> None:
    path = tmp_path / "plan.html"
    regions = (("州市", "2025年5G基站（万个）"), ("昆明市", "3.5"), ("曲靖市", "1.2"))
    # The outer table only lays out the page.
    body = f"<p>云南省“十四五”规划</p>{page(ROWS)}{page(regions)}<p>{SENTENCE}</p>"
    path.write_text(f"<html><table><tr><td>首页</td><td>{body}</td></tr></table></html>", "utf-8")
    names = [("530100", "昆明市"), ("530300", "曲靖市")]
    found = {(s.metric, s.value, s.qualifier, s.date, s.region) for s in read(path, regions=names)}
    assert found == {
        ("base_stations", 19000, "=", "2020-12-31", "530000"),
        ("base_stations", 150000, "=", "2025-12-31", "530000"),
        ("admin_villages_reached", 0, "=", "2020-12-31", "530000"),
        ("admin_villages_reached", 0.8, ">=", "2025-12-31", "530000"),
        ("base_stations", 35000, "=", "2025-12-31", "530100"),
        ("base_stations", 12000, "=", "2025-12-31", "530300"),
        ("base_stations_new", 140000, "=", "2025-12-31", "530000"),
    }  # fmt: skip


def test_tracked_changes_count_as_accepted(tmp_path: Path) -> None:
    made = word(["“十四五”规划"])
    paragraph = made.add_paragraph("到2025年，全省新建5G基站")
    for tag, text_tag, words in (("w:del", "w:delText", "14"), ("w:ins", "w:t", "16")):
        change, run, text = OxmlElement(tag), OxmlElement("w:r"), OxmlElement(text_tag)
        change.set(qn("w:id"), "1")
        text.text = words
        run.append(text)
        change.append(run)
        paragraph._p.append(change)
    paragraph.add_run("万个。")
    path = tmp_path / "plan.docx"
    made.save(str(path))
    assert [s.value for s in read(path)] == [160000]


def pdf(lines: list[str], *, password: str = "") -> bytes:
    import typst

    source = "\n\n".join(line.replace("#", "\\#") for line in lines).encode()
    made = typst.compile(source)
    if not password:
        return made
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(PdfReader(io.BytesIO(made)))
    writer.encrypt(password)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def test_a_scan_and_a_locked_pdf_say_so(tmp_path: Path) -> None:
    path = tmp_path / "plan.pdf"
    path.write_bytes(pdf([]))
    with pytest.raises(DataError, match="it is a scan"):
        opened(path)
    path.write_bytes(pdf(["by 2025"], password="x"))
    with pytest.raises(DataError, match="password"):
        opened(path)


def test_the_tables_of_a_pdf_are_named_by_their_page_and_not_read(tmp_path: Path) -> None:
    path = tmp_path / "plan.pdf"
    path.write_bytes(pdf(["by 2025, 14 sites", "Sites 2020 2025", "5G 2.06 15"]))
    assert opened(path).tables == (1,)
    path.write_bytes(pdf(["by 2025, 14 sites"]))
    assert opened(path).tables == ()
    row = Document("“十四五”规划\n5G基站数 1.9万个 15万个 预期性\n", "", "plan.pdf")
    assert read_document(row) == []


def test_radicals_that_a_browser_writes_into_a_pdf_are_characters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "plan.pdf"
    path.write_bytes(pdf(["by 2025"]))
    page = "pypdf._page.PageObject.extract_text"
    monkeypatch.setattr(page, lambda _page: "到2025年，\u2f8f政村⻓")
    file = LandedFile(path, "plan.pdf", "", tmp_path, FileLimits())
    assert text_document.document_text(file, ImportChoice()).text == "到2025年，行政村长"


def test_the_blanks_of_a_typesetter_part_no_words() -> None:
    text = "规划\n到 2025 年，全省 5G 基站达到 15 万个 ，行政村 5G 通达率达到 80 %。"
    document = Document(text, "", "plan.txt", first_year=2021, last_year=2025)
    found = read_document(document, province="520000")
    assert [(said.metric, said.value) for said in found] == [
        ("base_stations", 150_000), ("admin_villages_reached", 0.8)
    ]  # fmt: skip
    for said, figure in zip(found, ("15 万个", "80 %"), strict=True):
        assert text[slice(*said.figure)] == figure
        assert text[said.start :].startswith(said.quote)
        assert said.quote.startswith("到 2025 年，全省 5G")


def bomb() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * 70_000_000)
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "is empty"), (b"  \n", "no text"), (b"\xd0\xcf\x11\xe0abc", "DOCX"),
     (b"PK\x03\x04broken", "damaged"), (b"%PDF-1.7 broken", "damaged"),
     (b"\x00\x01\x02", "neither"), (bomb(), "harmful")],
    ids=["empty", "blank", "doc", "zip", "pdf", "binary", "bomb"],
)  # fmt: skip
def test_what_is_no_plan_is_named(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "plan"
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        opened(path)
    assert words in str(caught.value)
    assert "plan" in caught.value.where


def test_entities_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "plan.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "word/document.xml",
            '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>',
        )
    with pytest.raises(DataError, match="entities"):
        opened(path)


def test_this_process_never_reads_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def here(*_arguments: object) -> None:
        raise AssertionError("read in the process of the page")

    monkeypatch.setattr(text_document, "document_text", here)
    monkeypatch.setattr(text_document, "_text", here)
    path = tmp_path / "plan.txt"
    path.write_text(SENTENCE, encoding="utf-8")
    pages: list[tuple[int, int]] = []
    assert opened(path, progress=lambda done, count: pages.append((done, count))).text == SENTENCE
