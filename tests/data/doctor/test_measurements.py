"""A drive test from the operator's file to a correction: import, levels refused, calibration."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data.doctor.diagnosis import Diagnosis
from data.scenario.link_presets import link_budget
from data.tables.reader import Pack
from geo.earth.crs import WGS84
from geo.radio.calibration import calibrate, corrected_dBm
from geo.radio.link_budget import rsrp_dBm
from geo.radio.tr38901 import Surroundings, path_loss_dB
from tests.data.doctor.examining import examine, of_rule

PACK = Pack.load("yunnan")
#: A site of the test's own making, near a county seat.
LON, LAT = 100.27, 25.60
N = 400


def predicted(distance_m: np.ndarray) -> np.ndarray:
    return rsrp_dBm(link_budget("5g_700"), path_loss_dB(distance_m, Surroundings("rma", 0.7)))


def drive() -> tuple[pd.DataFrame, np.ndarray]:
    """Return a drive as a tool writes it, 9 dB below the model, and its distances [m]."""
    draw = np.random.default_rng(11)
    distance = np.round(draw.uniform(300, 4_000, N), 1)
    bearing = np.repeat(np.arange(0, 360, 18), N // 20)
    lon, lat, _ = WGS84.fwd(np.full(N, LON), np.full(N, LAT), bearing, distance)
    level = predicted(distance) - 9 + draw.normal(0, 6, N)
    table = pd.DataFrame(
        {
            "测试时间": pd.date_range("2026-03-01 08:00", periods=N, freq="7s").astype(str),
            "经度": np.round(lon, 6),
            "纬度": np.round(lat, 6),
            "SS-RSRP(dBm)": np.round(level, 1),
            "SINR": 12,
            "小区ID": "4660-1",
            "网络制式": "NR",
            "频段": "n28",
            "路段": np.repeat(np.arange(20), N // 20).astype(str),
        }
    )
    return table, distance


def examined(table: pd.DataFrame) -> Diagnosis:
    return examine(table.to_csv(index=False).encode("gb18030"), PACK, name="drive.csv")


def test_a_drive_test_comes_in() -> None:
    table, _ = drive()
    found = examined(table)
    assert found.kind == "measurements"
    assert (found.counts.read, found.counts.rejected) == (N, 0), found.findings.findings()[:3]
    rows = found.accepted
    assert rows["rsrp_dbm"].to_numpy(float) == pytest.approx(table["SS-RSRP(dBm)"].to_numpy())
    assert rows["point_id"].is_unique
    assert set(rows["technology"]) == {"5G"}
    assert rows["as_of"].astype(str).str.startswith("2026-03-01").all()
    assert "SINR" in found.headers.extras
    assert "rsrp_predicted" not in " ".join(rows.columns)


@pytest.mark.parametrize("level", [97.5, -200, 0])
def test_a_level_that_no_terminal_reports_is_refused(level: float) -> None:
    table, _ = drive()
    table.loc[5, "SS-RSRP(dBm)"] = level
    found = examined(table)
    bad = of_rule(found.findings, "out_of_range").frame
    assert bad["row"].tolist() == [7]  # the header is row 1
    assert found.counts.rejected == 1


def test_from_the_file_to_a_correction() -> None:
    table, distance = drive()
    rows = examined(table).accepted
    model = predicted(distance)
    stretch = pd.factorize(rows["stretch"])[0]
    found = calibrate(rows["rsrp_dbm"].to_numpy(float), model, stretch=stretch)
    assert found.helps
    assert found.offset_dB == pytest.approx(-9, abs=1)
    assert found.sigma_dB == pytest.approx(6, abs=1)
    assert found.after.rms_dB < found.before.rms_dB - 3
    assert corrected_dBm(found, model) == pytest.approx(model + found.offset_dB)
