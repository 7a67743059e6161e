"""Errors a planner can act on.

::

    PlannerError                 what, where, how to fix
    ├── InputError               an argument, option or form value is wrong   (exit code 2)
    │   ├── UnknownNameError     unknown province, layer, rule, preset …
    │   └── RangeError           a value outside the validity of a formula or of the province
    ├── DataError                a file or table breaks its declared schema   (exit code 1)
    └── StorageError             a folder or disk cannot be read or written   (exit code 1)

Each message is one sentence: what is wrong, where it was found, and how to fix it.
They are caught only in the interfaces (``cli.py``, ``app.py``).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from geo.sentence import Sentence


class PlannerError(Exception):
    """Base of every error shown to a planner.

    Parameters
    ----------
    what
        What is wrong, one sentence.
    where
        File, option, row or field where it was found; may be empty.
    repair
        How the planner can fix it; may be empty.
    """

    exit_code = 1

    def __init__(
        self, what: str | Sentence, *, where: str | Sentence = "", repair: str | Sentence = ""
    ) -> None:
        self._said = (what, where, repair)
        self.what, self.where, self.repair = self.said("en")
        super().__init__(self.what)

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
        what, where, repair = (
            part.text(language) if isinstance(part, Sentence) else part for part in self._said
        )
        return what, where, repair

    def __str__(self) -> str:
        """One line: what (where). Repair."""
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text} — {self.repair}" if self.repair else text


class InputError(PlannerError):
    """An argument, option or form value is wrong."""

    exit_code = 2


class UnknownNameError(InputError):
    """A name that is not in the list of known ones; the nearest known name is offered.

    Parameters
    ----------
    kind
        What the name stands for, such as ``layer``.
    name
        The unknown name.
    known
        All known names.
    where
        File, option, row or field where it was found; may be empty.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str], *, where: str = "") -> None:
        names = sorted(known)
        near = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
        hint = f"did you mean {near[0]!r}? " if near else ""
        super().__init__(
            f"unknown {kind} {name!r}", where=where, repair=f"{hint}known: {', '.join(names)}"
        )


class RangeError(InputError):
    """A value outside the validity of a formula or of the province; never extrapolated."""


class DataError(PlannerError):
    """A file or table breaks its declared schema."""


class StorageError(PlannerError):
    """A folder or disk cannot be read or written."""
