"""Errors a planner can act on.

::

    PlannerError                 what, where, how to fix
    ├── InputError               an argument, option or form value is wrong   (exit code 2)
    │   ├── UnknownNameError     unknown province, layer, rule, preset …
    │   └── RangeError           a value outside the validity of a formula or of the province
    ├── DataError                a file or table breaks its declared schema   (exit code 1)
    └── StorageError             a folder or disk cannot be read or written   (exit code 1)

Each says what is wrong, where it was found, and how to fix it, by a code whose words the catalogue
has in each language. They are caught only in the interfaces (``cli.py``, ``app.py``).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from geo.sentence import Message, Sentence, told


class PlannerError(Exception):
    """Base of every error shown to a planner.

    Its words are the catalogue's sentences ``fault.<code>.what``, ``.where`` and ``.repair``; the
    last two may be missing.

    Parameters
    ----------
    what
        Code of what is wrong, such as ``siting.no_candidates``, or a sentence.
    where
        File, option, row or field where it was found, in place of the catalogue's.
    repair
        How the planner can fix it, in place of the catalogue's.
    **arguments
        Value per field of the sentences.
    """

    exit_code = 1

    def __init__(
        self, what: str | Sentence, /, *, where: str | Sentence = "", repair: str | Sentence = "",
        **arguments: object,
    ) -> None:  # fmt: skip
        self._plain = Message(what, arguments) if isinstance(what, str) else what
        if isinstance(what, str):
            where = where or Message(f"fault.{what}.where", arguments)
            repair = repair or Message(f"fault.{what}.repair", arguments)
            what = Message(f"fault.{what}.what", arguments)
        self.parts = (what, where, repair)
        super().__init__(what)

    @property
    def what(self) -> str:
        """What is wrong, in English."""
        return self.said("en")[0]

    @property
    def where(self) -> str:
        """File, option, row or field where it was found, in English; may be empty."""
        return self.said("en")[1]

    @property
    def repair(self) -> str:
        """How the planner can fix it, in English; may be empty."""
        return self.said("en")[2]

    def said(self, language: str) -> tuple[str, str, str]:
        """Return what, where and repair in a language; what was given as text stays as it is.

        Parameters
        ----------
        language
            Code of the language, such as ``zh``.

        Returns
        -------
        what, where, repair
            Each may be empty but the first.
        """
        what, where, repair = self.parts
        # A code without words must not hide the error.
        return (
            _optional(what, language) or self._plain.text(language),
            _optional(where, language), _optional(repair, language),
        )  # fmt: skip

    def text(self, language: str) -> str:
        """Return the error on one line.

        Parameters
        ----------
        language
            Code of the language, such as ``zh``.

        Returns
        -------
        line
            Where, what and how to fix it.
        """
        what, where, repair = self.said(language)
        text = f"{where}: {what}" if where else what
        return f"{text} — {repair}" if repair else text

    def __str__(self) -> str:
        """Return the line in English."""
        return self.text("en")


class InputError(PlannerError):
    """An argument, option or form value is wrong."""

    exit_code = 2


class UnknownNameError(InputError):
    """A name that is not in the list of known ones; the nearest known name is offered.

    Parameters
    ----------
    kind
        Code of what the name stands for, such as ``layer``: a sentence ``fault.kind.<kind>``.
    name
        The unknown name.
    known
        All known names.
    where
        File, option, row or field where it was found; may be empty.
    """

    def __init__(
        self, kind: str, name: str, known: Iterable[str], *, where: str | Sentence = ""
    ) -> None:
        names = sorted(known)
        near = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
        super().__init__(
            "unknown.near" if near else "unknown.name", where=where, name=name, near="".join(near),
            kind=Message(f"fault.kind.{kind}"), known=", ".join(names),
        )  # fmt: skip


class RangeError(InputError):
    """A value outside the validity of a formula or of the province; never extrapolated."""


class DataError(PlannerError):
    """A file or table breaks its declared schema."""


class StorageError(PlannerError):
    """A folder or disk cannot be read or written."""


def _optional(part: str | Sentence, language: str) -> str:
    """Return a part of an error; empty where the catalogue says nothing of it."""
    if isinstance(part, str):
        return part
    if isinstance(part, Message):
        return told(part.key, language, part.arguments) or ""
    return part.text(language)
