"""The font of the report, made by ``python -m tools.fonts``, and which characters it has."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont

from geo.errors import StorageError

#: Folder of the faces, with their licence.
FONTS = Path(__file__).parent
FAMILY = "Noto Sans SC"
_REGULAR = FONTS / "NotoSansSC-Regular.ttf"


@cache
def _known() -> frozenset[str]:
    try:
        with TTFont(_REGULAR, lazy=True) as font:
            return frozenset(map(chr, font.getBestCmap()))
    except OSError as error:
        raise StorageError(
            "export.font", where=str(_REGULAR), error=error.strerror or error
        ) from error


def missing(text: str) -> set[str]:
    """Return the characters of a text that the font cannot draw.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    characters
        Those without a glyph; line breaks are none.

    Raises
    ------
    StorageError
        If the font is missing.

    Examples
    --------
    >>> missing("怒江州 1,234 m²"), missing("𠮷")
    (set(), {'𠮷'})
    """
    return set(text) - _known() - {"\n", "\t", "\u200b"}
