"""Reads a document into statements, each once, with its anomalies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from data.planreader.context import Plan, ReadingContext
from data.planreader.dates import Mention, mentions, with_digits
from data.planreader.document import Document
from data.planreader.extraction import statements
from data.planreader.files import opened
from data.planreader.phrases import pattern, phrase
from data.planreader.quantities import quantities
from data.planreader.regions import RegionNames, region_names
from data.planreader.statement import PlanStatement
from data.planreader.timing import PlanSentence

_END = re.compile(r"[。！!？?；;\n]+")
_LINE = re.compile(r".+")
_JOINS = ";；"
#: Blanks between Chinese and other signs are the typesetter's: 5G 基站 15 万个.
_BLANK = re.compile(
    r"(?<=[\u3001-\uffef“”])[ \t\u3000\xa0]+(?=\S)|(?<=\S)[ \t\u3000\xa0]+(?=[\u3001-\uffef“”%])"
)
#: Full-width signs → half-width ones of the same length.
_HALF = {code: code - 0xFEE0 for code in range(0xFF10, 0xFF5B) if code != 0xFF1B} | {
    ord(wide): ord(half) for wide, half in zip("％－／（）．＋\u3000\xa0", "%-/().+  ", strict=True)
}


def read(
    path: Path | str, *, province: str = "", regions: Iterable[tuple[str, str]] = ()
) -> list[PlanStatement]:
    """Read a plan's file into statements.

    Parameters
    ----------
    path
        A file: TXT, HTML, DOCX or PDF with a text layer.
    province
        Six-digit code of the province; found in the document where empty.
    regions
        Code and name of the regions that the text may name.

    Returns
    -------
    statements
        In the order of the text, each once.

    Raises
    ------
    DataError
        If the file cannot be read or holds no text.
    """
    return read_document(opened(path), province=province, regions=regions)


def read_document(
    document: Document, *, province: str = "", regions: Iterable[tuple[str, str]] = ()
) -> list[PlanStatement]:
    """Read an opened document into statements.

    Parameters
    ----------
    document
        The document.
    province, regions
        As in :func:`read`.

    Returns
    -------
    statements
        In the order of the text, each once.
    """
    plan = Plan(
        document.first_year, document.last_year, document.date, province or document.region,
        over=_over(document.text),
    )  # fmt: skip
    return read_text(document.text, plan, region_names(regions))


def read_text(text: str, plan: Plan, names: RegionNames | None = None) -> list[PlanStatement]:
    """Read a text into statements.

    Parameters
    ----------
    text
        Sentences; paragraphs end with a line break.
    plan
        Metadata of the document.
    names
        Regions that the text may name.

    Returns
    -------
    statements
        In the order of the text, each once.

    Examples
    --------
    >>> found = read_text("到2025年，全省新建5G基站14万个。", Plan(2021, 2025, None, "990000"))
    >>> found[0].layer, found[0].value, found[0].basis, found[0].date, found[0].kind
    ('mobile_5g', 140000.0, 'increment', '2025-12-31', 'target')
    """
    original, (text, places) = text, _compact(text)
    context = ReadingContext(plan)
    seen: set[str] = set()
    found: dict[tuple[object, ...], PlanStatement] = {}
    for sentence in _sentences(text, plan):
        if sentence is None:
            context.paragraph()
            continue
        context.meets(sentence.text, list(sentence.dates))
        # Texts copied from the web repeat whole paragraphs.
        bare = re.sub(r"\s", "", sentence.text)
        if bare in seen:
            continue
        seen.add(bare)
        for statement in statements(sentence, context, names or RegionNames({})):
            found.setdefault(statement.key, statement)
    every = _with_anomalies(list(found.values()))
    return [_placed(said, original, places) for said in every]


def _compact(text: str) -> tuple[str, list[int]]:
    """Return a text without a typesetter's blanks beside Chinese, and each character's place."""
    kept = bytearray(b"\1" * len(text))
    for line in _LINE.finditer(text):
        if pattern("extraction.row").search(line[0]):
            continue  # The blanks of a table's row part its cells.
        for match in _BLANK.finditer(text, *line.span()):
            kept[match.start() : match.end()] = bytes(len(match[0]))
    places = [place for place, keep in enumerate(kept) if keep]
    return "".join(text[place] for place in places), places


def _placed(said: PlanStatement, text: str, places: list[int]) -> PlanStatement:
    """Return a statement with its places in the document, and its words letter by letter."""
    begin, end = places[said.start], places[said.start + len(said.quote) - 1] + 1
    first, last = said.figure
    figure = (places[first], places[max(first, last - 1)] + 1)
    return replace(said, start=begin, quote=text[begin:end], figure=figure)


def _over(text: str) -> str | None:
    """Return the last day that a text says is over, as 截至2022年底 does."""
    half = with_digits(text.translate(_HALF))
    until = (phrase("dates.up_to"), phrase("dates.closing"))
    over = [mention.date for mention in mentions(half) if half.startswith(until, mention.start)]
    return max(over, default=None)


def set_aside(text: str, found: Sequence[PlanStatement]) -> list[tuple[int, str]]:
    """Return the sentences that count something and state nothing of infrastructure.

    Parameters
    ----------
    text
        The document's text.
    found
        What was read from it.

    Returns
    -------
    sentences
        Place in the text [characters] and the words, each sentence once.
    """
    stated = {said.quote for said in found}
    apart: dict[str, int] = {}
    compact, places = _compact(text)
    for sentence in _sentences(compact, Plan()):
        if sentence is None or not quantities(sentence.text):
            continue
        begin, end = places[sentence.start], places[sentence.start + len(sentence.quote) - 1] + 1
        if text[begin:end] not in stated:
            apart.setdefault(text[begin:end], begin)
    return [(start, words) for words, start in apart.items()]


def _sentences(text: str, plan: Plan) -> Iterator[PlanSentence | None]:
    half = with_digits(text.translate(_HALF))
    begin, joined = 0, False
    for match in [*_END.finditer(half), None]:
        end = match.start() if match else len(half)
        quote = text[begin:end]
        lead = len(quote) - len(quote.lstrip())
        stripped = quote.strip()
        if stripped:
            part = half[begin + lead : begin + lead + len(stripped)]
            found = tuple(mentions(part, plan.year, plan.first_year))
            yield PlanSentence(part, stripped, begin + lead, _own_dates(part, found), joined)
        joined = match is not None and match[0] in _JOINS
        if match and "\n" in match[0]:
            yield None
        begin = match.end() if match else end


def _own_dates(text: str, found: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """Leave out dates that name a document or a meeting."""
    result = []
    for mention in found:
        before, behind = text[: mention.start], text[mention.end :]
        if pattern("reading.compared").search(before):
            continue
        if pattern("reading.times_of").match(behind):
            continue
        if before.count("《") > before.count("》"):
            continue
        if pattern("reading.names_document").match(behind):
            continue
        if re.search(r"[((][^)）]*$", before) and re.match(r"[^((]*[)）]", behind):
            continue
        result.append(mention)
    return tuple(result)


def _with_anomalies(found: list[PlanStatement]) -> list[PlanStatement]:
    """Mark sums that cannot be: more new ones than there are in all at the same date."""
    result = []
    for said in found:
        totals = [
            s for s in found
            if s.basis == "cumulative" and said.basis == "increment" and s.layer == said.layer
            and s.unit == said.unit and s.date == said.date and s.region == said.region
            and s.kind == said.kind and s.value < said.value
        ]  # fmt: skip
        result.append(said.because("more_new_than_in_all", 0.3) if totals else said)
    return result
