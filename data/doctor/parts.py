"""Every sheet, layer, folder and data set of one file, each examined as a table of its own."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from data.doctor.base import ROW, ImportChoice, RawTable
from data.doctor.diagnosis import Diagnosis, FileOrigin
from data.doctor.engine import diagnose
from data.doctor.process.guarded import Stop, never, read
from data.doctor.reading.source import Source
from data.doctor.vocabulary import vocabulary
from data.wording.catalogue import Message
from geo.errors import DataError, InputError
from geo.sentence import Sentence

if TYPE_CHECKING:
    from data.tables.reader import Pack

#: Parts that are read of one file at most.
MOST = 200
#: Formats whose layers are views of the same objects: one is chosen.
_ALTERNATIVES = ("osm",)
#: A part all of whose rows are rejected is a table only if its headers say so.
_TABLE = 0.45
#: Remarks that only one part is read, which are not true where all are.
_ONE_OF_SEVERAL = ("reader.sheet_read", "reader.layer_read", "reader.archive_sets")
_TOWNSHIP = re.compile(rf".+(?:{'|'.join(vocabulary('names')['townships'])})$")


def examine_parts(  # noqa: PLR0913  as examine
    source: Source,
    pack: Pack,
    choice: ImportChoice,
    *,
    origin: FileOrigin,
    name: str = "",
    progress: Callable[[str], None] = lambda _step: None,
    stop: Stop = never,
) -> list[Diagnosis]:
    """Examine every part of a file that is a table; a sheet or layer that was chosen alone.

    Parameters
    ----------
    source
        Path, or the content of an upload.
    pack
        The province: its borders, names, places and sites are the evidence.
    choice
        Settings of the planner, which hold for every part.
    origin
        Statements of the planner about the file.
    name
        File name of an upload.
    progress
        Called with each step of each part when it begins.
    stop
        Returns True to give up.

    Returns
    -------
    diagnoses
        The largest part first; at least one.

    Raises
    ------
    PlannerError
        If the file cannot be read, or no part of it is a table.
    """
    progress("read")
    first = read(source, choice, name=name, stop=stop)
    field, others = _others(first, choice)
    if not others:
        return [diagnose(first, pack, choice=choice, origin=origin, progress=progress)]
    found: list[Diagnosis] = []
    left: list[Message] = []
    for part in (None, *others[: MOST - 1]):
        try:
            raw = (
                first
                if part is None
                else read(source, _of(choice, field, part), name=name, stop=stop)
            )
            seen = diagnose(
                _labelled(raw, field), pack, choice=_alike(choice, raw, found), origin=origin,
                progress=progress,
            )  # fmt: skip
        except (DataError, InputError) as error:
            left.append(_left_out(part or getattr(first.sniffed, field), error.parts[0]))
            continue
        if not len(seen.accepted) and (part is not None) and seen.kinds[0][1] < _TABLE:
            left.append(_left_out(part, "—"))
        else:
            found.append(seen)
    if not found:
        return [diagnose(first, pack, choice=choice, origin=origin, progress=progress)]
    found = [_as_siblings(each, found, pack, origin) for each in found]
    head = found[0].raw
    remarks = (*head.sniffed.remarks, *left)
    raw = replace(head, sniffed=replace(head.sniffed, remarks=remarks))
    return [replace(found[0], raw=raw), *found[1:]]


def _others(first: RawTable, choice: ImportChoice) -> tuple[str, tuple[str, ...]]:
    """Return what the other parts of a file are, ``sheet`` or ``layer``, and their names."""
    seen = first.sniffed
    if len(seen.sheets) > 1 and choice.sheet is None:
        return "sheet", tuple(name for name in seen.sheets if name != seen.sheet)
    several = len(seen.layers) > 1 and seen.format not in _ALTERNATIVES
    if several and choice.layer is None:
        return "layer", tuple(name for name in seen.layers if name != seen.layer)
    return "", ()


def _of(choice: ImportChoice, field: str, part: str) -> ImportChoice:
    return replace(choice, sheet=part) if field == "sheet" else replace(choice, layer=part)


def _labelled(raw: RawTable, field: str) -> RawTable:
    """Return a part without the remark that it is one of several, its name beside each row."""
    seen = raw.sniffed
    name = str(getattr(seen, field))
    remarks = tuple(remark for remark in seen.remarks if remark.key not in _ONE_OF_SEVERAL)
    frame = raw.frame.copy(deep=False)
    # Planners keep one sheet or folder per township.
    column = "township" if _TOWNSHIP.fullmatch(name) else field
    if name and column not in frame.columns:
        frame.insert(len(frame.columns) - (ROW in frame.columns), column, name)
    return replace(raw, frame=frame, sniffed=replace(seen, remarks=remarks))


def _alike(choice: ImportChoice, raw: RawTable, found: list[Diagnosis]) -> ImportChoice:
    """Return the choice for a part: one with the headers of an earlier one is the same table."""
    for earlier in found:
        if set(earlier.headers.mapped) <= set(raw.frame.columns) and choice.kind is None:
            return replace(choice, kind=earlier.kind)
    return choice


def _as_siblings(
    part: Diagnosis, all_parts: list[Diagnosis], pack: Pack, origin: FileOrigin
) -> Diagnosis:
    """Read an undecided part as its siblings, where these agree: a file has one system."""
    decided = {
        each.decision.crs
        for each in all_parts
        if each.decision is not None and not each.is_undecided
        and each.headers.mapped == part.headers.mapped
    }  # fmt: skip
    if not part.is_undecided or len(decided) != 1:
        return part
    return diagnose(
        part.raw, pack, choice=replace(part.choice, crs=decided.pop()), origin=origin
    )  # fmt: skip


def _left_out(part: str, why: str | Sentence) -> Message:
    return Message("reader.part_left_out", {"part": part, "why": why})
