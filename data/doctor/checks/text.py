"""Rules on text: unknown words, too long, invisible, like a formula, wrongly decoded."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from data.doctor.base import ROW
from data.doctor.checks.context import SHAPE, CheckContext
from data.doctor.checks.findings import RuleHits
from data.doctor.reading.cells import Bools, Rows, bools, by_word, texts
from data.doctor.vocabulary import vocabulary

#: Longest text of a column; quotes and notes may be longer [character].
LONGEST, LONGEST_NOTE = 500, 20_000
_NOTES = ("quote", "note", "source", "focus", "focus_zh")
CONTROL = (
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x{9f}\x{200b}-\x{200f}\x{202a}-\x{202e}\x{2060}\x{feff}]"
)
#: As control characters, in an id or name a line break is none of its text either.
BREAKS = r"[\t\r\n]"
_FORMULA = r"^[=@]|^[+\-](?:[^\d.+\-\s]|[\d.]+[^\d.])"
_MARKUP = r"(?i)<\s*/?\s*[a-z!][^>]{0,200}>|javascript:|&#?\w{1,8};"
#: Marks of text decoded wrongly: the replacement character, words of the vocabulary, UTF-8 read as
#: Latin-1, private use.
_MOJIBAKE = "|".join(
    [
        r"\x{fffd}", r"[ÃÂ][\x{80}-\x{bf}]", r"[åæçèéä][\x{80}-\x{bf}]{1,2}",
        r"[\x{e000}-\x{f8ff}]", *vocabulary("checks")["mojibake"],
    ]
)  # fmt: skip
#: All of them at once: most columns have none.
_ANY = rf"{CONTROL}|{BREAKS}|^\s|\s$|^[=@+\-]|<|javascript:|&|{_MOJIBAKE}"


def check_texts(frame: pd.DataFrame, context: CheckContext) -> Iterator[RuleHits]:
    """Check every column of text, declared or not.

    Parameters
    ----------
    frame
        Rows of the file: declared columns as :func:`data.doctor.checks.conversion.convert`
        types them, positions in degrees (WGS84), and the row numbers.
    context
        Table, province, date and units that the rules compare with.

    Yields
    ------
    hits
        Rows per rule.
    """
    for name in frame.columns:
        if name in (ROW, SHAPE) or not is_text(frame[name]):
            continue
        column = context.columns.get(str(name))
        if column is not None and column.kind != "text":
            continue
        array = texts(frame[name])
        if column is not None and column.words:
            yield from _words(array, str(name), context)
        else:
            yield from _marks(array, str(name), declared=column is not None)


def is_text(cells: pd.Series) -> bool:
    """Test whether a column holds text.

    Parameters
    ----------
    cells
        A column.

    Returns
    -------
    text
        True for columns of text, also mixed ones.
    """
    return isinstance(cells.dtype, pd.StringDtype) or cells.dtype == object


def _words(array: pa.Array, name: str, context: CheckContext) -> Iterator[RuleHits]:
    column = context.columns[name]
    allowed = pa.array(column.words, pa.large_string())
    wrong = bools(pc.and_(pc.is_valid(array), pc.invert(pc.is_in(array, allowed))))
    rule = {"technology": "unknown_technology", "status": "unknown_status"}.get(name)
    at = np.flatnonzero(wrong)
    values = array.take(pa.array(at))
    yield RuleHits(rule or "unknown_word", name, at, values, " / ".join(column.words))


def _marks(array: pa.Array, name: str, *, declared: bool) -> Iterator[RuleHits]:
    """Look closely at the few cells that one pass over all of them picks out."""
    # Length and invisible characters of a planner's own column are no fault: it is only kept.
    if declared:
        yield from _lengths(array, name)
    marked = np.flatnonzero(by_word(array, _matches(_ANY)))
    if not len(marked):
        return
    few = array.take(pa.array(marked))
    control = CONTROL if name in _NOTES else f"{CONTROL}|{BREAKS}"
    invisible = _matches(control)(few)
    if declared:
        yield _hits("control_characters", name, marked, few, invisible, shown=True)
    yield _hits("untrimmed", name, marked, few, _matches(r"^\s|\s$")(few) & ~invisible)
    yield _hits("formula_like", name, marked, few, _matches(_FORMULA)(few))
    yield _hits("markup_like", name, marked, few, _matches(_MARKUP)(few))
    yield _hits("mojibake", name, marked, few, _matches(_MOJIBAKE)(few))


def _lengths(array: pa.Array, name: str) -> Iterator[RuleHits]:
    longest = LONGEST_NOTE if name in _NOTES else LONGEST
    at = np.flatnonzero(bools(pc.greater(pc.utf8_length(array), longest)))
    long = array.take(pa.array(at))
    details = [f"{length:,}" for length in pc.utf8_length(long).to_pylist()]
    yield RuleHits("text_too_long", name, at, pc.utf8_slice_codeunits(long, 0, 200), details)


def _matches(pattern: str) -> Callable[[pa.Array], Bools]:
    def test(array: pa.Array) -> Bools:
        return bools(pc.match_substring_regex(array, pattern))

    return test


def _hits(
    rule: str, name: str, marked: Rows, few: pa.Array, mask: Bools, *, shown: bool = False
) -> RuleHits:
    at = np.flatnonzero(mask)
    values = few.take(pa.array(at))
    if shown:
        values = pa.array([visible(text) for text in values.to_pylist()], pa.large_string())
    return RuleHits(rule, name, marked[at], values)


def visible(text: str) -> str:
    """Write out the invisible characters of a text.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    shown
        Each invisible character as ``<U+XXXX>``.

    Examples
    --------
    >>> visible("a" + chr(7) + "b" + chr(0x200B))
    'a<U+0007>b<U+200B>'
    """
    return "".join(ch if ch.isprintable() else f"<U+{ord(ch):04X}>" for ch in text)
