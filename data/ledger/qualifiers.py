"""How exact a source says a figure is: the sign in the ledger, and the word before the figure."""

from __future__ import annotations

from collections.abc import Mapping

from data.wording.catalogue import text

#: Sign in the ledger → its word in the columns ``…_qualifier``; "=" needs none.
QUALIFIERS: Mapping[str, str] = {
    "~": "about", ">": "more than", ">=": "at least", "<=": "at most"
}  # fmt: skip


def with_word(figure: str, qualifier: str, language: str) -> str:
    """Return a figure with the word of how exact it is before it.

    Parameters
    ----------
    figure
        As shown.
    qualifier
        Sign or word, see :data:`QUALIFIERS`; empty or ``=``: none.
    language
        Code of a language of :data:`data.wording.catalogue.LANGUAGES`.

    Returns
    -------
    worded
        Such as "about 5,000".

    Examples
    --------
    >>> with_word("5,000", "~", "en"), with_word("4", "more than", "zh"), with_word("7", "=", "en")
    ('about 5,000', '超4', '7')
    """
    word = QUALIFIERS.get(qualifier, qualifier)
    if word in ("", "="):
        return figure
    return text(f"qualifier.{word.replace(' ', '_')}", language, figure=figure)
