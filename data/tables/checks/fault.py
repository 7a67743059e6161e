"""One fault of a pack: the file and a sentence not yet in any language."""

from __future__ import annotations

from dataclasses import dataclass

from data.wording.catalogue import Message


@dataclass(frozen=True, slots=True)
class PackFault:
    """One fault of a pack.

    Attributes
    ----------
    file
        File of the pack, relative to its folder.
    message
        What is wrong with it.
    """

    file: str
    message: Message

    def line(self, language: str) -> str:
        """Return file and sentence in one line.

        Parameters
        ----------
        language
            Code of the language, such as ``en``.

        Returns
        -------
        line
            ``file: sentence``.
        """
        return f"{self.file}: {self.message.text(language)}"


def fault(file: str, rule: str, **arguments: object) -> PackFault:
    """Return a fault of a rule.

    Parameters
    ----------
    file
        File of the pack, relative to its folder.
    rule
        Key under ``pack_fault`` of the wording.
    **arguments
        Value per field of the sentence.

    Returns
    -------
    fault
        The fault.
    """
    return PackFault(file, Message(f"pack_fault.{rule}", arguments))
