"""What a sentence for people is to code that knows no language."""

from __future__ import annotations

from typing import Protocol, runtime_checkable


@runtime_checkable
class Sentence(Protocol):
    """A sentence that is not yet in any language."""

    def text(self, language: str, /) -> str:
        """Return the sentence in a language, by its code."""
