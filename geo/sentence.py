"""Sentences for people, as code without a language uses them."""

from __future__ import annotations

from typing import Protocol, runtime_checkable


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
