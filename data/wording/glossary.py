"""Look up the terms of the field: the word for each, what it means, and the words it replaces.

``terms/glossary.toml`` holds one section for each term. Locale files, documents and exports use
these words; tests/data/wording/test_glossary.py finds the words that the glossary rules out.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from data.wording.catalogue import data_language

FILE = Path(__file__).parent / "terms" / "glossary.toml"


@dataclass(frozen=True)
class Term:
    """A term of the field in one language.

    Attributes
    ----------
    key
        Section of the glossary, the same in every language.
    word
        The term.
    definition
        What a planner must know of it, one or two sentences.
    sentences
        Keys of the locale sentences that are this word alone.
    ruled_out
        Word that must not be used for it → the reason.
    """

    key: str
    word: str
    definition: str
    sentences: tuple[str, ...]
    ruled_out: Mapping[str, str]


def terms(language: str) -> tuple[Term, ...]:
    """Return the terms of the field in the order of the glossary.

    Parameters
    ----------
    language
        Code of a language; one without terms of its own is shown those of its names.

    Returns
    -------
    glossary
        Terms with definitions.

    Examples
    --------
    >>> next(term.word for term in terms("en") if term.key == "gap")
    'gap'
    """
    return _terms(data_language(language))


@cache
def _terms(code: str) -> tuple[Term, ...]:
    sections = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return tuple(
        Term(
            key,
            section[code],
            section[f"about_{code}"],
            tuple(section.get("keys", ())),
            section.get(f"not_{code}", {}),
        )
        for key, section in sections.items()
    )
