"""Sentences for people, as keys with arguments; the words are in a catalogue above this package."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias, runtime_checkable

#: Returns the sentence of a key in a language, its fields filled with arguments, or None.
Catalogue: TypeAlias = Callable[[str, str, Mapping[str, object]], str | None]
_CATALOGUES: list[Catalogue] = []


@runtime_checkable
class Sentence(Protocol):
    """A sentence that is not yet in any language."""

    def text(self, language: str, /) -> str:
        """Return the sentence in a language.

        Parameters
        ----------
        language
            Code of the language, such as ``en``.

        Returns
        -------
        text
            The sentence.
        """


@dataclass(frozen=True)
class Message:
    """A sentence not yet in any language: its key and what fills its fields.

    Attributes
    ----------
    key
        Dotted key of the catalogue.
    arguments
        Value per field. A value may be a :class:`Sentence` itself, or a list or tuple of them: it
        is put in the same language.
    """

    key: str
    arguments: Mapping[str, object] = field(default_factory=dict, hash=False)

    def text(self, language: str) -> str:
        """Return the sentence in a language.

        Parameters
        ----------
        language
            Code of a language of the catalogue.

        Returns
        -------
        sentence
            Plain text, its fields filled in; key and arguments where no catalogue has the key.
        """
        sentence = told(self.key, language, self.arguments)
        if sentence is not None:
            return sentence
        given = ", ".join(f"{name}={value}" for name, value in self.arguments.items())
        return f"{self.key} ({given})" if given else self.key

    def __str__(self) -> str:
        """Return the sentence in English."""
        return self.text("en")


@dataclass(frozen=True)
class Several:
    """Sentences told together, such as all faults of one table.

    Attributes
    ----------
    sentences
        In their order; a plain text stays as it is.
    """

    sentences: tuple[Sentence | str, ...]

    def text(self, language: str) -> str:
        """Return the sentences in a language.

        Parameters
        ----------
        language
            Code of a language of the catalogue.

        Returns
        -------
        text
            Separated by semicolons.
        """
        return _joined("list.semicolon", self.sentences, language)


def take_words_from(catalogue: Catalogue) -> None:
    """Let messages and errors find their sentences in a catalogue.

    Parameters
    ----------
    catalogue
        Returns the sentence of a key in a language, or None.
    """
    _CATALOGUES.append(catalogue)


def told(key: str, language: str, arguments: Mapping[str, object]) -> str | None:
    """Return the sentence of a key.

    Parameters
    ----------
    key
        Dotted key.
    language
        Code of a language.
    arguments
        Value per field.

    Returns
    -------
    sentence
        Its fields filled in; None where no catalogue has the key.
    """
    return next(
        (s for ask in _CATALOGUES if (s := ask(key, language, arguments)) is not None), None
    )


def filled(sentence: str, language: str, arguments: Mapping[str, object]) -> str:
    """Return a sentence with its ``{fields}`` filled in.

    Parameters
    ----------
    sentence
        Sentence of a catalogue.
    language
        Code of the language.
    arguments
        Value per field, as data: braces in a value mean nothing.

    Returns
    -------
    text
        Plain text.

    Raises
    ------
    KeyError
        If a field has no value.
    """
    return sentence.format(**{name: _worded(value, language) for name, value in arguments.items()})


def _worded(value: object, language: str) -> object:
    if isinstance(value, Sentence):
        return value.text(language)
    if isinstance(value, list | tuple) and value and isinstance(value[0], Sentence):
        return _joined("list.comma", value, language)
    return value


def _joined(
    separator: str, sentences: list[Sentence] | tuple[Sentence | str, ...], language: str
) -> str:
    parts = (one if isinstance(one, str) else one.text(language) for one in sentences)
    return (told(separator, language, {}) or "; ").join(parts)
