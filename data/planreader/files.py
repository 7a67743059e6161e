"""Opens a plan's file: its text is read in a process of its own, then described."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from data.doctor.process import guarded
from data.doctor.reading.limits import FileLimits
from data.doctor.reading.source import Source, landed
from data.planreader.document import Document, described

#: What a plan may weigh [byte].
LARGEST_FILE = 100_000_000
#: Called with pages read and pages in all.
Progress = Callable[[int, int], None]


def opened(
    source: Source,
    *,
    name: str = "",
    progress: Progress | None = None,
    stop: guarded.Stop = guarded.never,
) -> Document:
    """Return the text of a plan's file.

    Parameters
    ----------
    source
        Path, or the content of an upload: TXT (UTF-8, GB18030), HTML, DOCX or PDF.
    name
        File name of an upload; of a path, its own.
    progress
        Called with pages read and pages in all.
    stop
        Returns True to give up.

    Returns
    -------
    document
        With title, issuer, number and date where found.

    Raises
    ------
    DataError
        If the file is too large, empty, encrypted, damaged, harmful or without text.
    StorageError
        If there is no such file.
    Stopped
        If the planner stops it.
    """
    with landed(source, name, FileLimits(file_bytes=LARGEST_FILE)) as file:
        found = guarded.document_text(file, progress=progress, stop=stop)
        document = described(found.text, file.sha256, file.name, found.pages)
        return replace(document, tables=found.tables)
