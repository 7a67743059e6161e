"""Words and units that files use, and the declared ones that they mean."""

from __future__ import annotations

import unicodedata

from data.doctor.vocabulary import vocabulary
from data.tables.pack import Column

_WORDS = vocabulary("headers")
#: Column → declared word → what files write for it.
SYNONYMS: dict[str, dict[str, list[str]]] = _WORDS["synonyms"]
TRUE: list[str] = _WORDS["cells"]["true"]
FALSE: list[str] = _WORDS["cells"]["false"]
#: Cells that say that nothing is known.
UNKNOWN: list[str] = _WORDS["cells"]["unknown"]
#: Unit → its spellings in lower case.
_SPELLINGS: dict[str, list[str]] = _WORDS["spellings"]
_COUNTS = ("person", "household", "unit", "fibre", "rack")
#: Declared unit → unit written → what a number is multiplied by.
FACTORS: dict[str, dict[str, float]] = {
    "m": {"km": 1e3, "cm": 1e-2, "mm": 1e-3, "ft": 0.3048},
    "km": {"m": 1e-3},
    "MHz": {"GHz": 1e3, "kHz": 1e-3, "Hz": 1e-6},
    "kV": {"V": 1e-3},
    "MW": {"kW": 1e-3},
    **{unit: {"10⁴": 1e4, "10³": 1e3} for unit in _COUNTS},
}


def fold(word: str) -> str:
    """Return a word in half width and lower case, without spaces, hyphens and underscores.

    Parameters
    ----------
    word
        Word as the file writes it.

    Returns
    -------
    folded
        Form in which words are compared.

    Examples
    --------
    >>> fold(" ＴＤ-LTE ")
    'tdlte'
    """
    half = unicodedata.normalize("NFKC", word).lower()
    return "".join(half.replace("-", "").replace("_", "").split()) or "".join(half.split())


def declared_words(column: Column) -> dict[str, str]:
    """Return the declared word for each word that files use.

    Parameters
    ----------
    column
        A declared column with listed words.

    Returns
    -------
    words
        Folded word → declared word.
    """
    synonyms = SYNONYMS.get(column.name, {})
    return {
        fold(written): word for word in column.words for written in (word, *synonyms.get(word, ()))
    }


def factor(declared: str, written: str) -> float | None:
    """Return the factor that converts a number from one unit to another.

    Parameters
    ----------
    declared
        Unit of the declared column.
    written
        Unit as the file writes it.

    Returns
    -------
    factor
        Multiplier; None for an unknown unit.

    Examples
    --------
    >>> factor("m", "公里"), factor("household", "户"), factor("person", "万人"), factor("m", "x")
    (1000.0, 1.0, 10000.0, None)
    """
    folded = unicodedata.normalize("NFC", written).strip().lower()
    if not folded or folded == declared.lower():
        return 1.0
    known = [unit for unit, spellings in _SPELLINGS.items() if folded in spellings]
    if declared in known:
        return 1.0
    factors = FACTORS.get(declared, {})
    return next((factors[unit] for unit in known if unit in factors), None)


def spelled_units() -> frozenset[str]:
    """Return every spelling of a unit.

    Returns
    -------
    spellings
        In lower case.
    """
    return frozenset(spelling for spellings in _SPELLINGS.values() for spelling in spellings)
