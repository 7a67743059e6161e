"""Names of provinces, prefectures and counties, as people write them, to codes.

Understood: full and short names (大理白族自治州, 大理州, 大理), English names, former names and
codes (``renamed_codes.csv``), traditional characters, full width and spaces, codes of 2 to 12
digits, several levels in one cell (甲省乙州丙县). A name is never guessed by likeness: one
that fits several regions, or none, is reported with what it could be.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from data.doctor.base import ROW, Finding, Severity
from data.doctor.names.forms import plain
from data.doctor.names.gazetteer import CODE, Gazetteer, NameMeaning, Region, inside
from data.doctor.vocabulary import vocabulary
from data.wording.catalogue import Message

#: Columns that may name a region, from the widest to the narrowest.
COLUMNS = ("province", "prefecture", "county")
#: Cells that name nothing.
BLANK = frozenset(vocabulary("names")["blank"])
#: Similar names are suggested for so many different unknown names, not for the rest.
SUGGESTED = 200
#: Longer cells are no names.
LONGEST = 60

_HOW = Message("finding.region_name.how")

Integers = np.ndarray[tuple[int], np.dtype[np.int64]]


@dataclass(frozen=True, slots=True)
class ResolvedNames:
    """Region codes of the rows of a file.

    Attributes
    ----------
    adcode
        Code of the narrowest region that the row names; missing where none is certain.
    level
        ``county``, ``prefecture`` or ``province``; missing with the code.
    findings
        One per row that is unknown, ambiguous or contradicts itself (``error``: no code), or
        that is outdated or in the wrong column (``note``, ``warning``: with a code). A row
        whose cells are all blank has neither code nor finding.
    """

    adcode: pd.Series
    level: pd.Series
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Answer:
    """Meaning of the cells of one row: a region, or several that it could be, and a finding."""

    region: Region | None = None
    several: tuple[Region, ...] = ()
    rule: str = ""
    column: str = ""
    why: Message = _HOW
    severity: Severity = "note"


def resolve_names(frame: pd.DataFrame, regions: pd.DataFrame) -> ResolvedNames:
    """Find the code of each row from its code, province, prefecture and county.

    Parameters
    ----------
    frame
        Any of ``adcode``, ``province``, ``prefecture``, ``county``, and
        :data:`data.doctor.base.ROW` (else rows count from 1). Left as it is.
    regions
        Table ``regions`` of one pack or of several one after the other; no polygons needed.

    Returns
    -------
    resolved
        On the same index. Different combinations of cells are looked up once.
    """
    present = [name for name in ("adcode", *COLUMNS) if name in frame.columns]
    if not present:
        empty = pd.Series(None, index=frame.index, dtype="object")
        return ResolvedNames(empty, empty.copy())
    group, cells = _distinct(frame, present)
    reader = _Reader(Gazetteer.of(regions))
    answers = [reader.read(dict(zip(present, row, strict=True))) for row in cells]
    codes = np.array([a.region.adcode if a.region else None for a in answers], dtype=object)
    levels = np.array([a.region.level if a.region else None for a in answers], dtype=object)
    return ResolvedNames(
        pd.Series(codes[group], index=frame.index, dtype="object"),
        pd.Series(levels[group], index=frame.index, dtype="object"),
        _findings(frame, group, answers),
    )


def _distinct(frame: pd.DataFrame, present: list[str]) -> tuple[Integers, list[tuple[str, ...]]]:
    """Return the number of each row's combination of cells, and the combinations as plain text."""
    group: Integers = np.zeros(len(frame), dtype=np.int64)
    columns = []
    for name in present:
        number, values = _factorized(frame[name], codes=name == "adcode")
        group = pd.factorize(group * (len(values) + 1) + number)[0].astype(np.int64)
        columns.append((number, values))
    _, first = np.unique(group, return_index=True)
    rows = [[values[i] for i in number[first]] for number, values in columns]
    return group, list(zip(*rows, strict=True))


def _factorized(cells: pd.Series, *, codes: bool) -> tuple[Integers, list[str]]:
    """Return the number of each cell's plain text, and these texts."""
    number, values = pd.factorize(cells, use_na_sentinel=True)
    texts = pd.Series(values).astype("str")
    if codes:  # of villages: thousands of codes, some hundred counties
        whole = texts.str.fullmatch(CODE.pattern)
        texts = texts.where(~whole, texts.str.slice(0, 6))
    again, distinct = pd.factorize(texts)
    plains = [plain(str(text)) if len(str(text)) <= LONGEST else str(text) for text in distinct]
    blanked = ["" if text in BLANK else text for text in plains]
    # Missing cells are numbered −1: they take the last place, which is blank.
    places = np.append(again, len(blanked)).astype(np.int64)
    return places[number], [*blanked, ""]


def _findings(frame: pd.DataFrame, group: Integers, answers: list[_Answer]) -> list[Finding]:
    found = np.array([bool(answer.rule) for answer in answers], dtype=bool)
    at = np.flatnonzero(found[group]) if len(answers) else np.array([], dtype=np.int64)
    rows = frame[ROW].to_numpy()[at] if ROW in frame.columns else at + 1
    names = sorted({answer.column for answer in answers if answer.rule})
    shown = {name: frame[name].astype("str").to_numpy()[at] for name in names}
    return [
        _finding(answers[number], int(row), str(shown[answers[number].column][place]))
        for place, (row, number) in enumerate(zip(rows, group[at], strict=True))
    ]


def _finding(answer: _Answer, row: int, value: str) -> Finding:
    return Finding(
        answer.rule, answer.severity, row, answer.column, value, answer.why, _HOW
    )  # fmt: skip


class _Reader:
    """Reads combinations of cells, one after the other."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._suggested = 0

    def read(self, cells: dict[str, str]) -> _Answer:
        """Read the cells of one row; they are plain, empty where blank."""
        code, named = cells.get("adcode", ""), self._names(cells)
        if not code:
            return named
        meaning = self._gazetteer.code(code)
        coded = meaning.only
        if coded is None:
            return self._unknown_code(code, named)
        if named.region is None:
            return self._by_code(coded, code, meaning, named)
        if inside(named.region, coded):
            return (
                named if named.rule or not meaning.former else _former(named.region, "adcode", code)
            )
        if inside(coded, named.region):
            return replace(named, region=coded)
        why = Message(
            "finding.code_disagrees.why",
            {"code": code, "coded": coded.name, "named": named.region.name},
        )
        return _Answer(None, (), "code_disagrees", "adcode", why, "error")

    def _by_code(self, coded: Region, code: str, meaning: NameMeaning, named: _Answer) -> _Answer:
        """Take the code where the names are blank, unknown or can mean it."""
        if named.rule == "names_disagree":
            return named
        if named.several and not any(inside(coded, region) for region in named.several):
            return named
        if named.rule and not named.several:
            return replace(named, region=coded, severity="warning")
        return _former(coded, "adcode", code) if meaning.former else _Answer(coded)

    def _unknown_code(self, code: str, named: _Answer) -> _Answer:
        if named.rule and named.region is None:
            return named
        why = Message("finding.unknown_code.why", {"code": code[:20]})
        if "e+" in code:
            why = Message("finding.unknown_code.why_rounded")
        severity: Severity = "warning" if named.region else "error"
        return _Answer(named.region, (), "unknown_code", "adcode", why, severity)

    def _names(self, cells: dict[str, str]) -> _Answer:
        """Go from the widest name to the narrowest, each within the one before."""
        answer = _Answer()
        for column in COLUMNS:
            text = cells.get(column, "")
            if text and not (answer.rule and answer.region is None and not answer.several):
                answer = self._cell(text, column, answer)
        return answer

    def _cell(self, text: str, column: str, upper: _Answer) -> _Answer:
        """Read one cell: a name, or a path of names."""
        parts = self._gazetteer.split(text) if len(text) <= LONGEST else [text]
        for part in parts[:-1]:
            wide = self._part(part, column, upper, level="prefecture")
            if wide.region is None:
                return wide
            upper = wide if wide.rule != "wrong_column" else replace(upper, region=wide.region)
        last = self._part(parts[-1], column, upper, level=column)
        county = upper.region is not None and upper.region.level == "county"
        township = county and len(parts) > 1 and last.rule == "unknown_name"
        return upper if township else last

    def _part(self, text: str, column: str, upper: _Answer, *, level: str) -> _Answer:
        """Read one name, looked up first at ``level``, within the regions of the wider names."""
        if not self._gazetteer.knows(text):
            return self._unknown(text, column)
        coded = self._gazetteer.code(text)
        if coded.only:
            return _joined(coded.only, text, column, upper, "former_name" if coded.former else "")
        own = self._gazetteer.named(text, level, upper.region)
        others = [
            self._gazetteer.named(text, other, upper.region) for other in COLUMNS if other != level
        ]
        other = next((each for each in others if each.regions), NameMeaning())
        if own.former and other.regions and not other.former and upper.rule != "former_name":
            whole = other.only is not None and plain(other.only.name) == text
            own = NameMeaning() if whole else NameMeaning((*own.regions, *other.regions))
        meaning = own if own.regions else other
        if meaning.only is None:
            return _ambiguous(text, column, meaning.regions)
        rule = "former_name" if meaning.former else "" if own.regions else "wrong_column"
        return _joined(meaning.only, text, column, upper, rule)

    def _unknown(self, text: str, column: str) -> _Answer:
        """Report an unknown name; after the first many, one answer does for all."""
        self._suggested += 1
        if self._suggested > SUGGESTED:
            return _UNKNOWN[column]
        near = self._gazetteer.most_similar(text)
        why = Message("finding.unknown_name.why", {"text": text[:LONGEST]})
        if near:
            why = Message("finding.unknown_name.why_near", {"text": text[:LONGEST], "near": near})
        return replace(_UNKNOWN[column], why=why)


_UNKNOWN = {
    column: _Answer(
        rule="unknown_name",
        column=column,
        why=Message("finding.unknown_name.why_any"),
        severity="error",
    )
    for column in COLUMNS
}


def _joined(region: Region, text: str, column: str, upper: _Answer, rule: str) -> _Answer:
    """Join a region with what the wider names say, or report that they contradict each other."""
    wholes = (upper.region,) if upper.region else upper.several
    if wholes and not any(inside(region, whole) for whole in wholes):
        if upper.region is None or not inside(upper.region, region):
            names = "、".join(whole.name for whole in wholes)
            why = Message("finding.names_disagree.why", {"region": region.name, "wholes": names})
            return _Answer(None, (), "names_disagree", column, why, "error")
        region = upper.region
    if rule == "former_name":
        return _former(region, column, text)
    if rule == "wrong_column":
        level = Message(f"finding.region_name.{region.level}")
        why = Message(
            "finding.wrong_column.why",
            {"level": level, "region": region.name, "adcode": region.adcode},
        )
        return _Answer(region, (), rule, column, why, "warning")
    kept = upper.region is not None
    return replace(upper, region=region, several=()) if kept else _Answer(region)


def _former(region: Region, column: str, text: str) -> _Answer:
    why = Message(
        "finding.former_name.why",
        {"text": text, "region": region.name, "adcode": region.adcode},
    )
    return _Answer(region, (), "former_name", column, why)


def _ambiguous(text: str, column: str, several: tuple[Region, ...]) -> _Answer:
    names = "、".join(f"{region.name} {region.adcode}" for region in several)
    why = Message("finding.ambiguous_name.why", {"text": text, "names": names})
    return _Answer(None, several, "ambiguous_name", column, why, "error")
