"""The result that a scenario keeps: tables and values, with the digest of their inputs.

One file: a ZIP archive with ``result.json`` and a Parquet file per table.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from geo.errors import DataError

#: Form of the file; another one is not read.
FORMAT = 1
#: Largest content of a file, uncompressed [bytes].
MAX_BYTES = 256 * 1024 * 1024
_HEAD = "result.json"
#: The same result gives the same bytes: no clock goes into the archive.
_NO_DATE = (2000, 1, 1, 0, 0, 0)


@dataclass(frozen=True, eq=False)
class KeptResult:
    """A result with what it was computed from.

    Attributes
    ----------
    key
        Digest of the inputs.
    at
        When it was computed, ISO 8601 with the offset from UTC.
    version
        Version of the program that computed it.
    scenario
        The scenario as JSON.
    content
        Name → value that JSON can carry.
    tables
        Name → table.
    """

    key: str
    at: str
    version: str
    scenario: str
    content: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]

    def to_bytes(self) -> bytes:
        """Return the file.

        Returns
        -------
        content
            Equal results give equal bytes.
        """
        head = {"format": FORMAT, "key": self.key, "at": self.at, "version": self.version,
                "scenario": self.scenario, "content": dict(self.content)}  # fmt: skip
        files = {_HEAD: json.dumps(head, ensure_ascii=False, sort_keys=True).encode()}
        for name, table in self.tables.items():
            files[f"{name}.parquet"] = table.to_parquet(index=False)
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for file, data in files.items():
                archive.writestr(zipfile.ZipInfo(file, _NO_DATE), data)
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes, *, where: str) -> KeptResult:
        """Read a file that :meth:`to_bytes` made.

        Parameters
        ----------
        content
            The file.
        where
            Name of the scenario, for messages.

        Returns
        -------
        result
            The result.

        Raises
        ------
        DataError
            If it is damaged, too large, or of another program or version.
        """
        import pyarrow as pa

        broken = (OSError, KeyError, ValueError, TypeError, zipfile.BadZipFile, pa.ArrowException)
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                head = _head(archive)
                tables = {
                    name.removesuffix(".parquet"): pd.read_parquet(io.BytesIO(archive.read(name)))
                    for name in archive.namelist()
                    if name != _HEAD
                }
            return cls(
                key=str(head["key"]), at=str(head["at"]), version=str(head["version"]),
                scenario=str(head["scenario"]), content=dict(head["content"]), tables=tables,
            )  # fmt: skip
        except broken as error:
            raise DataError("scenario.result_damaged", where=where, error=error) from error


def _head(archive: zipfile.ZipFile) -> dict[str, Any]:
    size = sum(item.file_size for item in archive.infolist())
    if size > MAX_BYTES:
        raise ValueError(f"more than {MAX_BYTES:,} bytes")
    head: dict[str, Any] = json.loads(archive.read(_HEAD))
    if head["format"] != FORMAT:
        raise ValueError(f"form {head['format']!r}")
    return head
