"""Which column of a table each header of a file means, and which table a file most probably is.

A header means a column if it is that column's name or declared meaning, or one of its aliases
(``aliases.csv``), whatever its case, width, spaces, characters (traditional or simplified) and the
unit or remark in brackets. A likeness below :data:`ACCEPT` is proposed, never applied.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from heapq import nlargest
from operator import itemgetter
from pathlib import Path

from rapidfuzz import fuzz, process

from data.doctor.base import ROW
from data.doctor.headers.readings import BRACKETS, letters, readings, system_of, unit_of
from data.doctor.names.forms import plain
from data.doctor.vocabulary import vocabulary
from data.tables.pack import Table
from data.wording.catalogue import LANGUAGES, Message
from geo.errors import InputError, UnknownNameError

ALIASES = Path(__file__).parent / "aliases.csv"
#: Column of :data:`ALIASES` for headers that mean something no table holds: never likened.
EXTRA = "extra"
#: Where two headers mean one column, the dialect named first wins.
DIALECTS = ("zh", "en", "site_sheet", "drive_test", "opencellid", "geonames", "osm")
#: Columns of positions that a table of points may be given; read by the step of coordinates.
POSITIONS = ("lon", "lat", "x", "y", "coordinates")
#: Columns that name where a row lies and what it is called; read by the step of names.
NAMES = ("province", "prefecture", "county", "township", "admin_village", "name")
#: From this likeness (0..1) on a header is taken for an alias: one letter too many or too few in
#: nine (lattitude). Chinese headers are short, so that one character always falls below.
ACCEPT = 0.94
#: Below this likeness nothing is proposed.
PROPOSE = 0.65
_CAPPED = 0.9
#: A header that is so much more like one column than like any other is not in doubt.
_MARGIN = 0.06
_NONE = (("", 0.0), ("", 0.0))
#: Longer headers are compared by their first characters.
COMPARED = 60

#: What a table of points is worth to a file without any column of positions.
_UNPLACED = 0.8

_DECLARED = -1
#: An area code is a telephone's unless another column is of a radio network.
_TELEPHONE = frozenset({"area_code", "mnc"})
_CELLULAR = frozenset({"station_id", "cell_id", "technology", "band", "azimuth_deg", "range_m"})
_DIGITS = re.compile(r"\d+")
#: Of several positions those in the system that the planner works in go first, shifted ones last.
_PREFERENCE = {"WGS84": 0, "CGCS2000": 0, "": 1}
#: OpenStreetMap gives voltages in volts: https://wiki.openstreetmap.org/wiki/Key:voltage
_IMPLIED_UNITS = {"voltage": "V"}


@dataclass(frozen=True, slots=True)
class HeaderProposal:
    """A header that may mean a column; shown, not applied.

    Attributes
    ----------
    header
        Header of the file.
    column
        Declared column that it may mean.
    score
        Likeness, 0..1; 1 where the header means the column but another one means it more.
    """

    header: str
    column: str
    score: float


@dataclass(frozen=True, slots=True)
class HeaderMap:
    """What the headers of a file mean.

    Attributes
    ----------
    mapped
        Header of the file → declared column, or one of :data:`POSITIONS` and :data:`NAMES`.
    proposals
        Headers that may mean a column, the most similar first.
    extras
        Headers that mean none: kept under their own names.
    units
        Header → unit as the file writes it, also of extras.
    systems
        Header of a position → coordinate system that it names.
    scores
        Header → likeness, for those mapped by likeness rather than by a known alias.
    """

    mapped: dict[str, str]
    proposals: tuple[HeaderProposal, ...] = ()
    extras: tuple[str, ...] = ()
    units: dict[str, str] = field(default_factory=dict)
    systems: dict[str, str] = field(default_factory=dict)
    scores: dict[str, float] = field(default_factory=dict)

    @property
    def renaming(self) -> dict[str, str]:
        """Every header → its name in the table; an extra called like a mapped column is marked."""
        taken = {*self.mapped.values(), *self.extras}
        names = dict(self.mapped)
        for header in self.extras:
            name = header
            while name in names.values() or (name != header and name in taken):
                name += "*"
            names[header] = name
        return names


def column_targets(table: Table) -> tuple[str, ...]:
    """Return all columns that a header may mean: declared ones, positions, names.

    Parameters
    ----------
    table
        Table that the file becomes.

    Returns
    -------
    columns
        Each once.

    Examples
    --------
    >>> from data.tables.pack import TABLES
    >>> column_targets(TABLES["natural_villages"])[-7:]
    ('coordinates', 'province', 'prefecture', 'county', 'township', 'admin_village', 'name')
    """
    positions = POSITIONS if table.geometry == "point" else ()
    named = table.geometry is not None or "adcode" in table.column_names
    names = [name for name in NAMES if named and not _is_own_name(name, table)]
    return tuple(dict.fromkeys((*table.column_names, *positions, *names)))


def _is_own_name(name: str, table: Table) -> bool:
    """Test for a name that the table has under another column: its rows are such regions."""
    return (name == "name" and "name_zh" in table.column_names) or f"{name}s" == table.name


def map_headers(
    headers: Sequence[str], table: Table, *, chosen: Mapping[str, str] | None = None
) -> HeaderMap:
    """Find the column that each header means.

    Parameters
    ----------
    headers
        Headers of the file, each once; :data:`data.doctor.base.ROW` is passed over.
    table
        Table that the file becomes.
    chosen
        Header → column as the planner sets it, which has priority; an empty column keeps the
        header as an extra.

    Returns
    -------
    mapping
        Meaning of every header.

    Raises
    ------
    UnknownNameError
        If the planner names a header or a column that there is not.
    InputError
        If the planner gives one column to two headers.
    """
    own = [header for header in headers if header != ROW]
    chosen = dict(chosen or {})
    _check_chosen(own, table, chosen)
    mapped = {header: column for header, column in chosen.items() if column}
    free = [header for header in own if header not in chosen]
    units = {header: unit for header in own if (unit := unit_of(header))}
    claims = _claims(free, table)
    proposals = []
    for claim in claims:
        if claim.column == EXTRA:
            proposals += _suggested(claim.header, table)
        elif claim.column in mapped.values():
            proposals.append(HeaderProposal(claim.header, claim.column, 1.0))
        else:
            mapped[claim.header] = claim.column
            units.update({claim.header: claim.unit} if claim.unit else {})
    claimed = {claim.header for claim in claims}
    scores = {}
    for likeness in _likenesses([header for header in free if header not in claimed], table):
        if likeness.score >= ACCEPT and likeness.column not in mapped.values():
            mapped[likeness.header] = likeness.column
            scores[likeness.header] = likeness.score
        else:
            proposals.append(likeness)
    positions = {header for header, column in mapped.items() if column in POSITIONS}
    return HeaderMap(
        {header: mapped[header] for header in own if header in mapped},
        tuple(sorted(proposals, key=lambda proposal: -proposal.score)),
        tuple(header for header in own if header not in mapped),
        units,
        {header: named for header in own if header in positions and (named := system_of(header))},
        scores,
    )


def _suggested(header: str, table: Table) -> list[HeaderProposal]:
    """Propose the column that a header of another thing may do for: the tower's height."""
    ways = {reading.letters for reading in readings(header)}
    return [
        HeaderProposal(header, column, _CAPPED)
        for column, words in vocabulary("headers")["suggested"].items()
        if column in table.column_names and ways & {letters(plain(word)) for word in words}
    ]


def _check_chosen(headers: Sequence[str], table: Table, chosen: Mapping[str, str]) -> None:
    targets = column_targets(table)
    columns = [column for column in chosen.values() if column]
    for header in chosen.keys() - set(headers):
        raise UnknownNameError(
            "header", header, headers, where=Message("fault.import.headers_twice.where")
        )
    for column in set(columns) - set(targets):
        raise UnknownNameError("column", column, targets, where=table.name)
    twice = sorted({column for column in columns if columns.count(column) > 1})
    if twice:
        raise InputError("import.headers_twice", twice=", ".join(twice))


@dataclass(frozen=True, slots=True, order=True)
class _Claim:
    """A header that is known to mean a column; the least of several claims wins the column."""

    rank: int
    system: int
    effort: int
    place: int
    header: str
    column: str
    unit: str


def _claims(headers: Sequence[str], table: Table) -> list[_Claim]:
    """Return what is known of the headers, the best claims first."""
    known = _known(table)
    claims = []
    for place, header in enumerate(headers):
        for effort, reading in enumerate(readings(header)):
            if reading.letters in known:
                column, rank = known[reading.letters]
                exact = header == column
                unit = reading.unit or _IMPLIED_UNITS.get(reading.letters, "")
                system = _PREFERENCE.get(system_of(header), 2)
                claims.append(_Claim(rank - exact, system, effort, place, header, column, unit))
                break
    return sorted(claims)


@lru_cache(maxsize=64)
def _known(table: Table) -> dict[str, tuple[str, int]]:
    """Return letters → column and rank of every name, meaning and alias that fits the table."""
    targets = column_targets(table)
    known: dict[str, tuple[str, int]] = {}
    for name in targets:
        known[letters(plain(name))] = (name, _DECLARED)
    for language in LANGUAGES:
        for column in table.columns:
            reading = letters(plain(BRACKETS.sub("", column.meaning(language)).split(";")[0]))
            known.setdefault(reading, (column.name, _DECLARED))
    columns = {target: _column_of(target, table) for target, _, _ in aliases()}
    for target, alias, dialect in aliases():
        if columns[target] in targets:
            known.setdefault(alias, (columns[target], DIALECTS.index(dialect)))
    for target, alias, _ in aliases():
        if target == EXTRA:
            known.setdefault(alias, (EXTRA, len(DIALECTS)))
    known.pop("", None)
    return known


def _column_of(name: str, table: Table) -> str:
    """Return the column that a column of ``aliases.csv`` is in this table."""
    if name == "village":  # of other tables the nearest village is no name
        name = "name" if table.name == "natural_villages" else ""
    if name == "id" and "id" not in table.column_names:
        return table.key[0] if table.key and table.key[0].endswith("_id") else ""
    if name and _is_own_name(name, table):
        return "name_zh" if "name_zh" in table.column_names else "name"
    return name


@lru_cache(maxsize=1)
def aliases() -> tuple[tuple[str, str, str], ...]:
    """Return the aliases of all columns.

    Returns
    -------
    aliases
        Column, letters of the alias, dialect; those of earlier dialects first.
    """
    import csv

    with ALIASES.open(encoding="utf-8", newline="") as file:
        rows = [
            (row["column"], letters(plain(row["alias"])), row["dialect"])
            for row in csv.DictReader(file)
        ]
    return tuple(sorted(rows, key=lambda row: DIALECTS.index(row[2])))


def _likenesses(headers: Sequence[str], table: Table) -> list[HeaderProposal]:
    """Return the most similar column of each header, the most similar headers first."""
    known = _known(table)
    found = []
    for header in headers:
        read = next(iter(readings(header))).letters[:COMPARED]
        column, score = _most_similar(read, known)
        if score >= PROPOSE and column != EXTRA:
            found.append(HeaderProposal(header, column, round(score, 3)))
    return sorted(found, key=lambda proposal: -proposal.score)


def _most_similar(read: str, known: Mapping[str, tuple[str, int]]) -> tuple[str, float]:
    """Return the most similar column and its score, 0 without one.

    Below :data:`ACCEPT` stay an alias within a longer header (行政村所在地经度), one with other
    digits (4G, 5G), for what is around them may change the meaning, and a header that is about as
    like another column (z coordinate).
    """
    digits = _DIGITS.findall(read)
    found: dict[str, float] = {}
    for alias, percent, _ in process.extract(
        read, known.keys(), scorer=fuzz.ratio, limit=8, score_cutoff=100 * PROPOSE
    ):
        limit = 1.0 if _DIGITS.findall(alias) == digits else _CAPPED
        column = known[alias][0]
        found[column] = max(min(percent / 100, limit), found.get(column, 0.0))
    for alias, (column, _) in known.items():
        if len(alias) >= (4 if alias.isascii() else 2) and alias in read:
            # In Chinese and English headers the last word is the thing itself.
            last = 0.05 if read.endswith(alias) else 0.0
            within = PROPOSE + (_CAPPED - PROPOSE) * len(alias) / len(read) + last
            found[column] = max(min(within, _CAPPED), found.get(column, 0.0))
    (best, score), (_, second) = (*nlargest(2, found.items(), key=itemgetter(1)), *_NONE)[:2]
    return best, min(score, _CAPPED) if score - second < _MARGIN else score


def guess_kind(
    headers: Sequence[str], geometry: str, tables: Iterable[Table]
) -> tuple[tuple[str, float], ...]:
    """Rank the tables that a file may be, by its headers.

    Parameters
    ----------
    headers
        Headers of the file.
    geometry
        ``point``, ``line``, ``polygon``, ``mixed``, or empty for a file without geometry.
    tables
        Tables to choose from.

    Returns
    -------
    ranked
        Name and score, 0..1, of each table that fits the geometry, the best first; tables with
        equal scores cannot be distinguished by headers. The score weighs the share of headers that
        the table knows, how few other tables declare these columns, and whether a header names
        the table's rows (自然村, 基站).
    """
    candidates = [table for table in tables if _fits(geometry, table)]
    uses = Counter(name for table in candidates for name in table.column_names)
    own = [header for header in headers if header != ROW]
    scores = []
    for table in candidates:
        # Best claims come first, so the last word stays with the first: reversed, it wins.
        claimed = {claim.column: claim.header for claim in reversed(_claims(own, table))}
        claimed.pop(EXTRA, None)
        columns = set(claimed)
        share = len(columns) / max(1, len(own))
        telling = {name for name in columns if letters(plain(claimed[name])) not in _numbering()}
        if not telling & _CELLULAR:
            telling -= _TELEPHONE
        rare = sum(1 / uses[name] ** 2 for name in telling & set(table.column_names))
        # 行政村 beside 名称 says where a village belongs, not what the rows are.
        text = "\n".join(plain(header) for header in claimed.values())
        named = BRACKETS.sub("", plain(table.title("zh"))) in text
        covered = len(columns & set(table.column_names)) / len(table.columns)
        score = 0.45 * share + 0.35 * rare / (rare + 1) + 0.15 * named + 0.05 * covered
        if table.geometry == "point" and not geometry and not columns & {*POSITIONS}:
            score *= _UNPLACED
        scores.append((table.name, round(score, 3)))
    return tuple(sorted(scores, key=lambda item: -item[1]))


@lru_cache(maxsize=1)
def _numbering() -> frozenset[str]:
    """Return the headers that number rows of any table."""
    return frozenset(alias for target, alias, _ in aliases() if target == "id")


def _fits(geometry: str, table: Table) -> bool:
    """Test whether a table holds such geometry; a file without any may still hold positions."""
    if geometry == "mixed":
        return table.geometry is not None
    return table.geometry in ((geometry,) if geometry else (None, "point"))
