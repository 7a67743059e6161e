"""Write a report in the format of its file's name, whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from data.atomic import atomic_write_all
from data.export.report.document import ReportDocument, shown
from geo.errors import InputError

#: What a file name may not contain on one of the operating systems.
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f<>:"/\\|?*]')


def to_bytes(document: ReportDocument, suffix: str) -> bytes:
    """Return a report in the format of a suffix.

    Parameters
    ----------
    document
        The report.
    suffix
        One of :data:`SUFFIXES`.

    Returns
    -------
    content
        The file.

    Raises
    ------
    InputError
        If no format has the suffix.
    StorageError
        If the font of the report is missing.
    """
    return _WRITERS[check_suffix(suffix)](document)


def check_suffix(suffix: str) -> str:
    """Return a suffix of a report in lower case.

    Parameters
    ----------
    suffix
        Suffix of a file's name.

    Returns
    -------
    suffix
        One of :data:`SUFFIXES`.

    Raises
    ------
    InputError
        If no format has it.
    """
    if suffix.lower() not in _WRITERS:
        raise InputError("export.report_suffix", suffix=suffix, known=" or ".join(SUFFIXES))
    return suffix.lower()


def file_name(words: str) -> str:
    """Return words as a part of a file name that every operating system takes.

    Parameters
    ----------
    words
        Any text, such as the name of a region.

    Returns
    -------
    name
        With ``_`` for what no file name may contain; at most 60 characters.

    Examples
    --------
    >>> file_name("../a:b")
    '.._a_b'
    """
    return _NOT_IN_NAMES.sub("_", shown(words))[:60].rstrip(" .") or "_"


def write(files: Mapping[Path, ReportDocument]) -> None:
    """Write reports that belong together: all, or none.

    Parameters
    ----------
    files
        File → report.

    Raises
    ------
    InputError
        If no format has the suffix of a file.
    StorageError
        If a file cannot be written, or the font of the report is missing.
    """
    atomic_write_all({path: to_bytes(doc, path.suffix) for path, doc in files.items()})


def _pdf(document: ReportDocument) -> bytes:
    from data.export.report.pdf import to_pdf

    return to_pdf(document)


def _docx(document: ReportDocument) -> bytes:
    from data.export.report.docx import to_docx

    return to_docx(document)


_WRITERS: dict[str, Callable[[ReportDocument], bytes]] = {".pdf": _pdf, ".docx": _docx}
#: Formats of the report.
SUFFIXES = tuple(_WRITERS)
