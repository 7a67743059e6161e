"""Files from outside are read in a process of their own: bounded, confined, stopped, answered."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path

import pytest

from data.doctor.base import ImportChoice
from data.doctor.process import child, exchange, guarded, kept, sandbox
from data.doctor.reading import gdal
from data.doctor.reading.limits import FileLimits
from data.doctor.reading.source import LandedFile
from data.wording.errors import RefusedFileError, Stopped
from geo.errors import DataError, PlannerError, StorageError
from tests.data.doctor import making

CASES = Path(__file__).with_name("hostile")
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="Landlock and seccomp are of Linux")
PLACE = "<Placemark><name>a</name><Point><coordinates>100,25</coordinates></Point></Placemark>"


def slow_kml() -> bytes:
    """Return a KML whose reader takes many seconds."""
    space = "http://www.opengis.net/kml/2.2"
    return f"<kml xmlns='{space}'><Document>{PLACE * 400_000}</Document></kml>".encode()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("badref.xlsx", "cells as far as row"), ("squote.xlsx", "cells as far as row"),
        ("lower.xlsx", "cells as far as row"),
        ("sparse400k.tif", "claims 400,000 × 400,000 cells"),
        ("vrt_many.zip", "names more than 10,000 tiles"),
    ],
)  # fmt: skip
def test_small_files_that_once_broke_the_import_are_refused_in_a_sentence(name, said):
    ask = guarded.raster_info if name in ("sparse400k.tif", "vrt_many.zip") else guarded.read
    start = time.monotonic()
    with pytest.raises(DataError, match=said):
        ask(CASES / name)
    # Ten seconds of an idle machine: its processor time is bounded by the reader.
    assert time.monotonic() - start < 4 * guarded.SECONDS


def test_a_view_without_end_is_not_asked():
    table = guarded.read(CASES / "gp_recursive.gpkg")
    remarks = [remark.text("en") for remark in table.sniffed.remarks]
    assert any("computed by the file (a view), not read" in remark for remark in remarks), remarks
    with pytest.raises(PlannerError, match="unknown layer"):
        guarded.read(CASES / "gp_recursive.gpkg", ImportChoice(layer="v"))


def test_shapes_of_arcs_that_do_not_exist_are_left_out_in_a_sentence():
    table = guarded.read(CASES / "topo_bad.json")
    assert [shape for shape in table.geometry if shape is not None] == []
    assert any(remark.key == "reader.geometry_unreadable" for remark in table.sniffed.remarks)


def test_a_reader_that_breaks_ends_its_own_process_only(monkeypatch):
    with monkeypatch.context() as bounds:
        bounds.setattr(guarded, "MEMORY_BYTES", 8 << 20)
        with pytest.raises(RefusedFileError, match="8 MiB of memory") as refused:
            guarded.read(making.villages_csv(60_000), name="a.csv")
    what, _, repair = refused.value.said("zh")
    assert "8 MiB" in what
    assert "重新导出" in repair
    assert refused.value.where == "a.csv"
    assert guarded.read(making.villages_csv(3), name="a.csv").rows_read == 3


def test_a_reader_without_end_is_given_up(monkeypatch):
    monkeypatch.setattr(guarded, "SECONDS", 0.2)
    monkeypatch.setattr(guarded, "SECONDS_PER_MIB", 0.0)
    with pytest.raises(RefusedFileError, match="given up after 1 s"):
        guarded.read(slow_kml(), name="a.kml")


def test_a_planner_stops_it_and_others_go_on_meanwhile():
    stop, ended = threading.Event(), []

    def slow() -> None:
        try:
            guarded.read(slow_kml(), name="a.kml", stop=stop.is_set)
        except Stopped:
            ended.append(time.monotonic())

    thread = threading.Thread(target=slow)
    thread.start()
    time.sleep(0.5)
    start = time.monotonic()
    assert guarded.read(making.villages_csv(3), name="a.csv").rows_read == 3
    waited = time.monotonic() - start
    assert thread.is_alive()
    stop.set()
    asked = time.monotonic()
    thread.join(10)
    assert ended[0] - asked < 1
    assert waited < 2, "the other file waited for the slow one"


@LINUX
def test_one_process_is_kept_and_started_again_when_it_dies():
    assert guarded.read(b"a,b\n1,2\n", name="a.csv").rows_read == 1
    first = kept.KEPT._process
    assert guarded.read(b"a,b\n1,2\n", name="a.csv").rows_read == 1
    assert kept.KEPT._process is first
    first.kill()
    first.wait()
    assert guarded.read(b"a,b\n1,2\n", name="a.csv").rows_read == 1


@LINUX
def test_the_kept_process_has_no_secret_of_this_one(monkeypatch):
    monkeypatch.setenv("TONGCUN_CATALOGUE", "postgresql://a:secret@localhost/b")
    kept.KEPT.stop()
    kept.prepare()
    environment = Path(f"/proc/{kept.KEPT._process.pid}/environ")
    assert guarded.read(b"a,b\n1,2\n", name="a.csv").rows_read == 1
    assert b"secret" not in environment.read_bytes()


def test_without_a_kept_process_each_file_has_its_own(monkeypatch):
    monkeypatch.setattr(kept, "KEEPS", False)
    assert guarded.read(making.villages_csv(3), name="a.csv").rows_read == 3
    monkeypatch.setattr(guarded, "MEMORY_BYTES", 8 << 20)
    with pytest.raises(RefusedFileError):
        guarded.read(making.villages_csv(60_000), name="a.csv")


CONFINED = """
import os, socket, sys
from pathlib import Path
from data.doctor.process import sandbox
sandbox.limit_resources(sandbox.Bounds(5, 64 << 20, 1 << 20))
print(*sandbox.confine([Path(sys.prefix).resolve()], Path(sys.argv[1]), listed=[Path("/etc")]))
def tried(what, *arguments):
    try:
        what(*arguments)
    except (OSError, MemoryError):
        return "refused"
    return "done"
print(tried(open, sys.argv[1] + "/made", "w"), tried(os.listdir, "/etc"))
print(tried(open, "/etc/hostname"), tried(open, f"/proc/{os.getppid()}/environ"),
      tried(open, sys.argv[1] + "/../made", "w"), tried(socket.socket),
      tried(socket.socket, socket.AF_UNIX), tried(os.kill, os.getppid(), 0),
      tried(os.execv, "/bin/true", ["true"]), tried(bytearray, 128 << 20))
"""


@LINUX
def test_a_confined_process_reads_and_reaches_nothing_else(tmp_path):
    said = subprocess.run(
        [sys.executable, "-c", CONFINED, str(tmp_path)],
        check=True, capture_output=True, text=True, cwd=Path(__file__).parents[4],
    ).stdout.splitlines()  # fmt: skip
    assert said[0] == "files network"
    assert said[1] == "done done"
    assert set(said[2].split()) == {"refused"}


LEFT = """
from data.doctor.reading.gdal import RASTER_DRIVERS, keep_drivers
print(keep_drivers("pyogrio", {"GPKG"}), keep_drivers("rasterio", RASTER_DRIVERS))
import pyogrio, rasterio
with rasterio.Env() as settings:
    print(list(pyogrio.list_drivers()), sorted(settings.drivers()))
"""


def test_gdal_is_left_with_the_driver_that_is_meant():
    said = subprocess.run(
        [sys.executable, "-c", LEFT], check=True, capture_output=True, text=True,
        cwd=Path(__file__).parents[4],
    ).stdout.splitlines()  # fmt: skip
    assert said[0] == "('GPKG',) ('VRT', 'GTiff', 'SRTMHGT')"
    assert said[1] == "['GPKG'] ['GTiff', 'SRTMHGT', 'VRT']"
    assert not gdal.ONE_FILE.is_set()


def landed(folder: Path) -> LandedFile:
    path = folder / "a.csv"
    path.write_bytes(b"a,b\n1,2\n")
    return LandedFile(path, "a.csv", "0" * 64, folder, FileLimits())


@pytest.mark.parametrize(
    "answer",
    [
        "", "[]", "{}", '{"error": "SystemExit", "texts": {"what": "", "where": "", "repair": ""}}',
        '{"found": {"format": "csv", "remarks": [{"key": "no.such.key", "arguments": {}}]}}',
        '{"found": {"format": "csv", "remarks": [{"key": "work.stop", "arguments": {"a": [1]}}]}}',
        '{"found": {"format": "csv", "remarks": []}, "columns": ["a"], "kinds": ["object"]}',
    ],
)  # fmt: skip
def test_an_answer_that_no_reader_gives_is_refused(tmp_path, answer):
    file = landed(tmp_path)
    (tmp_path / exchange.ANSWER).write_text(answer)
    for ask in (exchange.read_table, exchange.read_raster):
        with pytest.raises(RefusedFileError), guarded._checked(file):
            ask(tmp_path, file)


def test_rows_that_are_cut_off_are_refused(tmp_path):
    file = landed(tmp_path)
    exchange.Order("read", file, ImportChoice()).write(tmp_path)
    from data.doctor.reading.readers import read_table

    exchange.write_answer(tmp_path, read_table(file))
    assert exchange.read_table(tmp_path, file).rows_read == 1
    rows = tmp_path / exchange.ROWS
    rows.write_bytes(rows.read_bytes()[:-300])
    with pytest.raises(RefusedFileError), guarded._checked(file):
        exchange.read_table(tmp_path, file)


def test_checksum_and_name_are_not_the_childs_to_say(tmp_path):
    info = guarded.raster_info(making.hgt(), name="N25E102.hgt")
    exchange.write_answer(tmp_path, info)
    file = landed(tmp_path)
    told = exchange.read_raster(tmp_path, file)
    assert (told.name, told.sha256) == (file.name, file.sha256)


def test_nothing_is_left_in_the_folder_of_scratch(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for content in (b"a,b\n1,2\n", b"\x89PNG"):
        try:
            guarded.read(content, name="a.csv")
        except PlannerError as error:
            assert "PNG" in error.what  # noqa: PT017  the other is read
    assert list(tmp_path.iterdir()) == []


def test_a_broken_reader_is_explained_where_the_system_lacks_its_signals(tmp_path, monkeypatch):
    """Windows has neither SIGKILL nor SIGXCPU."""
    for name in ("SIGKILL", "SIGXCPU"):
        monkeypatch.delattr(f"signal.{name}", raising=False)
    with pytest.raises(RefusedFileError, match="damaged"):
        guarded._explain(0xC0000005, landed(tmp_path), sandbox.Bounds(8, 1, 1))


def test_a_full_disk_is_not_called_a_damaged_file(tmp_path, monkeypatch):
    def full(*_given):
        raise OSError(errno.ENOSPC, "No space left on device")

    file = landed(tmp_path)
    exchange.Order("read", file, ImportChoice()).write(tmp_path)
    bounds = sandbox.Bounds(8, 1, 1)
    (tmp_path / child.BOUNDS).write_text(json.dumps(asdict(bounds)), encoding="utf-8")
    monkeypatch.setattr(child, "_bind", lambda *_given: None)
    monkeypatch.setattr(child, "_answer", full)
    code = child.work(tmp_path)
    with pytest.raises(StorageError, match="the disk is full"):
        guarded._explain(code, file, bounds)
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(StorageError, match="the disk is full"):
        guarded.read(b"a,b\n1,2\n", name="a.csv")
