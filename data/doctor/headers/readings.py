"""How one header is written: letters, the unit and the coordinate system that it names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from data.doctor.names.forms import plain
from data.doctor.vocabulary import vocabulary

#: Longer headers are read by their first characters.
READ = 240

BRACKETS = re.compile(r"[(\[{<【〔〖](?P<inside>[^()\[\]{}<>【】〔〕〖〗]*)[)\]}>】〕〗]")
_WORDS = vocabulary("headers")
_UNITS = "|".join(_WORDS["headers"]["units"])
UNIT = re.compile(_UNITS, re.IGNORECASE)
_ENDING = re.compile(
    rf"(?P<stem>.+?)(?:[/_\s,:-]\s*|(?<=[\u4e00-\u9fff]))(?P<unit>{_UNITS})", re.IGNORECASE
)
#: Coordinate system → how headers name it.
SYSTEMS: dict[str, str] = {name: "|".join(patterns) for name, patterns in _WORDS["systems"].items()}
SYSTEM = re.compile(
    "|".join(f"(?P<s{i}>{text})" for i, text in enumerate(SYSTEMS.values()))
    + f"(?P<rest>{'|'.join(_WORDS['headers']['system_endings'])})?"
)
#: Remarks in brackets that leave a header's meaning as it is.
HARMLESS = frozenset(_WORDS["headers"]["remarks"])
_RECEIVER = "gps"
_ANGLES = _WORDS["angles"]
#: A longitude or latitude with words around it that leave its meaning as it is: GPS经度, x_lon.
_QUALIFIED = re.compile(
    rf"(?:(?:{'|'.join(_ANGLES['before'])})[\s_-]*)*(?P<angle>{'|'.join(_ANGLES['words'])})"
    rf"(?:[\s_-]*(?:{'|'.join(_ANGLES['after'])}))*"
)
_NUMBERING = re.compile(r" \(\d+\)$")
_PARTS = re.compile(rf"[:,;、/\s]+|{_WORDS['headers']['unit_label']}")
_NOT_LETTERS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class HeaderReading:
    """One way to read a header.

    Attributes
    ----------
    letters
        Letters and digits that are looked up.
    unit
        Unit that was cut off, as written; empty without one.
    """

    letters: str
    unit: str = ""


def letters(text: str) -> str:
    """Return the letters and digits of a text.

    Parameters
    ----------
    text
        Text as :func:`data.doctor.names.forms.plain` gives it.

    Returns
    -------
    letters
        Without spaces, signs and underscores.
    """
    return _NOT_LETTERS.sub("", text)


def readings(header: str) -> Iterable[HeaderReading]:
    """Yield the ways to read a header, the most literal first.

    Brackets are left out only if they hold units, systems or how to fill the column in:
    下倾角(机械) is read as 机械下倾角, never as 下倾角.

    Parameters
    ----------
    header
        Header as the file writes it.

    Yields
    ------
    reading
        One way to read it.
    """
    written = _NUMBERING.sub("", header[:READ])
    text = plain(written)
    yield HeaderReading(letters(text))
    qualified = _QUALIFIED.fullmatch(BRACKETS.sub("", text).strip())
    if qualified:
        yield HeaderReading(letters(qualified["angle"]))
    for each in dict.fromkeys((text, SYSTEM.sub("", text))):
        remarks = [part for match in BRACKETS.finditer(each) for part in _parts(match["inside"])]
        bare = BRACKETS.sub("", each).strip()
        if not all(UNIT.fullmatch(part) or part in HARMLESS for part in remarks):
            yield HeaderReading(letters("".join(remarks) + bare))
            continue
        yield HeaderReading(letters(bare))
        ending = _ENDING.fullmatch(bare)
        if ending:
            whole = BRACKETS.sub("", unicodedata.normalize("NFKC", written)).strip()
            own = _ENDING.fullmatch(whole) or ending  # MW is not mW
            yield HeaderReading(letters(ending["stem"]), own["unit"])


def _parts(remark: str) -> list[str]:
    whole = remark.strip()
    parts = [whole] if UNIT.fullmatch(whole) else _PARTS.split(whole)
    return [part for part in parts if part]


def unit_of(header: str) -> str:
    """Return the unit in a header's brackets.

    Parameters
    ----------
    header
        Header as the file writes it.

    Returns
    -------
    unit
        As written; empty without one.
    """
    half = unicodedata.normalize("NFKC", header[:READ])
    parts = [part for match in BRACKETS.finditer(half) for part in _parts(match["inside"])]
    return next((part for part in parts if UNIT.fullmatch(part)), "")


def system_of(header: str) -> str:
    """Return the coordinate system that a header names.

    Parameters
    ----------
    header
        Header as the file writes it.

    Returns
    -------
    system
        Name of the system; empty without one.
    """
    return systems_in(header[:READ], receiver=True)


def systems_in(text: str, *, receiver: bool = False) -> str:
    """Return the coordinate system that a text names, such as a title above a table.

    Parameters
    ----------
    text
        Any text.
    receiver
        Whether a receiver (GPS) says enough where no system is named.

    Returns
    -------
    system
        Name of the system; empty without one, and where it names several.
    """
    matches = list(SYSTEM.finditer(plain(text)))
    exact = [match for match in matches if match[0] != _RECEIVER] or matches * receiver
    named = {next(name for i, name in enumerate(SYSTEMS) if m[f"s{i}"]) for m in exact}
    return named.pop() if len(named) == 1 else ""
