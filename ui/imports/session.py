"""The file that is being examined in this session: upload, choices, and the doctor's diagnosis."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from typing import cast

import streamlit as st

from data.doctor.base import ImportChoice
from data.doctor.diagnosis import Diagnosis, FileOrigin
from data.doctor.engine import STEPS
from data.doctor.parts import examine_parts
from data.doctor.process.guarded import raster_info
from data.doctor.reading.raster import RasterInfo
from data.tables.imports import RASTERS
from data.workspace.merging import SCOPES
from ui.shell import cache
from ui.shell.i18n import t
from ui.widgets import background

KIND, EVIDENCE, AS_OF = "import_kind", "import_evidence", "import_as_of"
ENCODING, DELIMITER, SHEET = "import_encoding", "import_delimiter", "import_sheet"
LAYER, HEADER_ROW = "import_layer", "import_header_row"
CRS, SWAPPED, REPAIRS = "import_crs", "import_swapped", "import_repairs"
SCOPE, PART = "import_scope", "import_part"
#: Header → column as the planner has it.
COLUMNS = "_import_columns"
#: Ends of the names of rasters.
_RASTERS = frozenset({"tif", "tiff", "hgt", "vrt", "mbtiles", "pmtiles"})
_DONE, _KEY, _ROUND = "_import_diagnosis", "_import_key", "_import_round"
#: What the planner may have chosen for one file and must not meet the next.
_OF_ONE_FILE = (
    KIND, ENCODING, DELIMITER, SHEET, LAYER, HEADER_ROW, CRS, SWAPPED, REPAIRS, COLUMNS, PART,
)  # fmt: skip


def forget() -> None:
    """Forget the choices of the last file: a new one begins."""
    for key in (*_OF_ONE_FILE, _DONE, _KEY):
        st.session_state.pop(key, None)


def choice() -> ImportChoice:
    """Return what the planner overrides."""
    session = st.session_state
    row = session.get(HEADER_ROW)
    swapped = {"yes": True, "no": False}.get(str(session.get(SWAPPED) or ""))
    return ImportChoice(
        kind=session.get(KIND),
        encoding=session.get(ENCODING) or None,
        delimiter=session.get(DELIMITER) or None,
        sheet=session.get(SHEET) or None,
        layer=session.get(LAYER) or None,
        header_row=None if row is None else int(row),
        columns=dict(session.get(COLUMNS) or {}),
        crs=system() or None,
        swapped=swapped,
        repairs=frozenset(session.get(REPAIRS) or ()),
    )


def system() -> str:
    """Return the coordinate system that the planner chose; empty leaves it to the doctor."""
    return str(st.session_state.get(CRS) or "").strip()


def origin() -> FileOrigin:
    """Return what the planner says of the file as a whole."""
    as_of = st.session_state.get(AS_OF)
    return FileOrigin(
        str(st.session_state.get(EVIDENCE) or "declared"),
        as_of.isoformat() if isinstance(as_of, dt.date) else "",
    )


def scope() -> str:
    """Return what the files replace, one of :data:`data.workspace.merging.SCOPES`."""
    return str(st.session_state.get(SCOPE) or SCOPES[0])


def upload_key() -> str:
    """Return the key of the upload; a new one empties it."""
    return f"import_file_{st.session_state.get(_ROUND, 0)}"


def done() -> None:
    """Discard the file once it is in the workspace."""
    forget()
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1


def diagnoses(files: Sequence[tuple[bytes, str]]) -> list[Diagnosis] | None:
    """Examine every part of the uploads, or return what was found when nothing has changed since.

    None while they are examined, and after the planner has stopped it.

    Parameters
    ----------
    files
        Content and name of each upload.

    Raises
    ------
    PlannerError
        If a file cannot be read; :func:`data.doctor.parts.examine_parts` says why.
    """
    chosen, pack, whole = choice(), cache.pack(), origin()
    sums = [(hashlib.sha256(content).hexdigest(), name) for content, name in files]
    said = (sums, pack.digest, repr(chosen), whole)
    if st.session_state.get(_KEY) == said:
        return cast("list[Diagnosis]", st.session_state[_DONE])

    def work(progress: background.Progress, cancel: background.Cancel) -> list[Diagnosis]:
        def step(word: str) -> None:
            progress(STEPS.index(word) / len(STEPS))

        return [
            part
            for content, name in files
            for part in examine_parts(
                content, pack, chosen, origin=whole, name=name, progress=step, stop=cancel
            )
        ]  # fmt: skip

    st.session_state.pop(_KEY, None)
    key = hashlib.sha256(repr(said).encode()).hexdigest()
    found = background.result_of("import", key, work, label=_step)
    if found is not None:
        background.drop("import")
        st.session_state[_KEY], st.session_state[_DONE] = said, found
    return found


def _step(share: float) -> str:
    """Return what is being done at a share of the work."""
    step = STEPS[min(round(share * len(STEPS)), len(STEPS) - 1)]
    return t(f"import.step_{step}")


def raster(content: bytes, name: str, place: int = 0) -> RasterInfo | None:
    """Describe an upload, a raster; None while it is read, and after the planner has stopped it.

    Raises
    ------
    PlannerError
        If the file cannot be read.
    """

    def work(_progress: background.Progress, cancel: background.Cancel) -> RasterInfo:
        return raster_info(content, name=name, stop=cancel)

    key = hashlib.sha256(content).hexdigest() + name
    return background.result_of(f"import_raster_{place}", key, work, label=t("import.step_read"))


def is_raster(name: str) -> bool:
    """Return whether the planner says, or the name says, that this is a raster."""
    wanted = st.session_state.get(KIND)
    suffix = name.lower().rpartition(".")[2]
    return wanted in RASTERS or (wanted is None and suffix in _RASTERS)
