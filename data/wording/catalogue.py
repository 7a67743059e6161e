"""Look up the sentences for people, by key and language.

Each file ``<code>.toml`` in this folder is a language: one more file adds one. ``[language]`` comes
first, then sections by subject; a sentence is found by its dotted key::

    [language]
    name = "English"
    names = "en"                    # names that are data are shown in this one, zh or en

    [gap]
    none = "no gap on {date}"       # → text("gap.none", "en", date="2025-06-30")
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from geo.sentence import Message, filled, take_words_from

__all__ = [
    "DATA_LANGUAGES", "DEFAULT", "FOLDER", "LANGUAGES", "Bilingual", "Message", "both",
    "call_prefectures", "called_prefectures", "data_language", "fields", "sentences", "text",
]  # fmt: skip

FOLDER = Path(__file__).parent
#: Key of the word for prefectures, and what the province of this thread calls them instead.
_PREFECTURES = "level.prefecture"
_prefectures: ContextVar[str] = ContextVar("prefectures", default="")
#: The language of a reader who chose none; its file is complete by definition.
DEFAULT = "zh"
#: Languages of names that are data, and of files for all readers.
DATA_LANGUAGES = ("zh", "en")


@dataclass(frozen=True)
class Bilingual:
    """Words that are data and exist in Chinese and English only, such as the name of a region.

    Attributes
    ----------
    zh, en
        The words in each language.
    """

    zh: str
    en: str

    def text(self, language: str) -> str:
        """Return the words that a reader of a language is shown.

        Parameters
        ----------
        language
            Code of a language: the name of its file.

        Returns
        -------
        words
            The Chinese or the English words, see :func:`data_language`.
        """
        return self.zh if data_language(language) == "zh" else self.en


def data_language(language: str) -> str:
    """Return in which language, ``zh`` or ``en``, a reader is shown names that are data.

    Parameters
    ----------
    language
        Code of the reader's language: the name of its file.

    Returns
    -------
    code
        Entry ``names`` of the section ``[language]`` of that file.

    Examples
    --------
    >>> data_language("zh"), data_language("en")
    ('zh', 'en')
    """
    return text("language.names", language)


def both(key: str, /, **arguments: object) -> str:
    """Return a sentence in Chinese and English, for files that show both at once.

    Parameters
    ----------
    key
        Dotted key, as in the files of this folder.
    **arguments
        Value per field, as for :func:`text`.

    Returns
    -------
    sentence
        Both sentences, separated by a slash.

    Examples
    --------
    >>> both("caption.county_zh"), both("caption.county_en")
    ('县 / county', '县（英文）/ county in English')
    """
    zh, en = (text(key, language, **arguments) for language in DATA_LANGUAGES)
    return f"{zh}/ {en}" if zh.endswith("）") else f"{zh} / {en}"


def text(key: str, language: str, /, **arguments: object) -> str:
    """Return a sentence with its ``{fields}`` filled in.

    Parameters
    ----------
    key
        Dotted key, as in the files of this folder.
    language
        Code of a language: the name of its file.
    **arguments
        Value per field, as data: a field cannot reach attributes or items of a value, and braces
        in a value mean nothing.

    Returns
    -------
    sentence
        Plain text.

    Raises
    ------
    KeyError
        For an unknown language, key or field: a fault in the code or in the file, which tests find.

    Examples
    --------
    >>> text("figure.dated", "en", date="2025-06-30")
    'as of 2025-06-30'
    """
    told = filled(sentences(language)[key], language, arguments)
    own = _prefectures.get()
    return told.replace(sentences(DEFAULT)[_PREFECTURES], own) if own else told


def call_prefectures(word: str) -> None:
    """Set what the Chinese sentences of this thread call the prefectures of its province.

    Parameters
    ----------
    word
        As :func:`data.wording.prefectures.prefectures_word` gives it; empty for the usual one.
    """
    _prefectures.set(word)


def called_prefectures() -> str:
    """Return what the Chinese sentences of this thread call prefectures.

    Returns
    -------
    word
        For :func:`call_prefectures` in a thread that goes on with the work.
    """
    return _prefectures.get()


@cache
def sentences(language: str) -> Mapping[str, str]:
    """Return the sentences of a language by dotted key.

    Parameters
    ----------
    language
        Code of a language: the name of its file.

    Returns
    -------
    sentences
        Dotted key → sentence with its ``{fields}``.

    Raises
    ------
    ValueError
        If a field of a sentence is more than a name, such as ``{row.name}`` or ``{row[0]}``.
    """
    tree = tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    found = dict(_flat(tree, ""))
    for key, sentence in found.items():
        if wrong := [name for name in fields(sentence) if not name.isidentifier()]:
            raise ValueError(f"{language}.toml: {key}: fields are plain names, not {wrong}")
    return found


def fields(sentence: str) -> set[str]:
    """Return the names of the fields of a sentence, those inside format specifications included.

    Parameters
    ----------
    sentence
        Sentence with ``{fields}``.

    Returns
    -------
    names
        Each once.

    Examples
    --------
    >>> sorted(fields("{share:.{digits}f} of {count}"))
    ['count', 'digits', 'share']
    """
    found = set()
    for _, name, specification, _ in string.Formatter().parse(sentence):
        if name is not None:
            found |= {name} | fields(specification or "")
    return found


def _flat(tree: Mapping[str, object], above: str) -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", str(value)


def _languages() -> dict[str, str]:
    codes = sorted(path.stem for path in FOLDER.glob("*.toml"))
    codes.sort(key=lambda code: code != DEFAULT)
    return {code: _own_name(FOLDER / f"{code}.toml") for code in codes}


def _own_name(path: Path) -> str:
    """Return the name in ``[language]``, the first section; the rest would slow the start."""
    head = f"\n{path.read_text(encoding='utf-8')}".split("\n[", 2)[1]
    return str(tomllib.loads(f"[{head}")["language"]["name"])


#: Code → own name of each language found, in menu order; the first is the default.
LANGUAGES: Mapping[str, str] = _languages()
take_words_from(
    lambda key, language, arguments: (
        text(key, language, **arguments) if key in sentences(language) else None
    )
)
