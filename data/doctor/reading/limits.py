"""Upper bounds on the size of a file; larger ones are refused."""

from __future__ import annotations

from dataclasses import dataclass

from data.wording.catalogue import Message
from geo.errors import DataError

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class FileLimits:
    """Upper bounds on one import; they may be raised for a larger machine.

    Attributes
    ----------
    file_bytes
        Size of a file that is read into a table, packed or unpacked [byte].
    streamed_bytes
        Size of a file that is read piece by piece: ``.osm.pbf`` and rasters [byte].
    rows, columns, cells
        Size of one table. OpenCellID's file for all of China has about 5,000,000 rows.
    sheet_cells
        Rows × columns of the rectangle that one spreadsheet sheet spans.
    members
        Files inside one archive.
    ratio, ratio_from_bytes
        An archive member larger than ``ratio_from_bytes`` [byte] that packs better than
        ``ratio`` to one is a bomb, not data: real tables stay below 100.
    header_characters
        Longer column headers are cut.
    table_bytes
        Memory that the cells of one table may take [byte].
    """

    file_bytes: int = 1024 * MIB
    streamed_bytes: int = 8 * 1024 * MIB
    rows: int = 6_000_000
    columns: int = 2_000
    cells: int = 100_000_000
    sheet_cells: int = 20_000_000
    members: int = 10_000
    ratio: int = 200
    ratio_from_bytes: int = 64 * MIB
    header_characters: int = 120
    table_bytes: int = 1024 * MIB

    def check_file(self, size: int, *, where: str, streamed: bool = False) -> None:
        """Refuse a file that is empty or too large.

        Parameters
        ----------
        size
            Size of the file [byte].
        where
            File name, for the message.
        streamed
            True for formats that are read piece by piece.

        Raises
        ------
        DataError
            If it is empty or too large.
        """
        limit = self.streamed_bytes if streamed else self.file_bytes
        if size == 0:
            raise DataError("import.empty", where=where)
        if size > limit:
            raise DataError("import.large", where=where, size=size / MIB, limit=limit / MIB)

    def check_table(self, rows: int, columns: int, *, where: str) -> None:
        """Refuse a table with too many rows, columns or cells.

        Parameters
        ----------
        rows, columns
            Size of the table.
        where
            File name, for the message.

        Raises
        ------
        DataError
            If one of them exceeds its bound.
        """
        for count, limit, word in (
            (rows, self.rows, "rows"),
            (columns, self.columns, "columns"),
            (rows * columns, self.cells, "cells"),
        ):
            if count > limit:
                raise DataError(
                    "import.many",
                    where=where,
                    count=count,
                    things=Message(f"fault_part.{word}"),
                    limit=limit,
                )
