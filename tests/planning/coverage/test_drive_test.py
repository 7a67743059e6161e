"""A drive test beside the model: the offset that was put in comes out, and corrects what it may."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.doctor.base import ImportChoice
from data.doctor.diagnosis import FileOrigin
from data.import_orders import ImportOrder, import_files
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from data.workspace.effective import effective_pack
from planning.coverage.drive_test import corrected, drive_test
from planning.coverage.prediction import CoverageOrder, village_prediction

PLAN = Scenario(province="yunnan", demonstration_terrain=True)
ORDER = CoverageOrder(regions=("533301",), min_households=20)
N = 600


@pytest.fixture(scope="module")
def villages() -> pd.DataFrame:
    return village_prediction(Pack.load("yunnan"), PLAN, ORDER)


@pytest.fixture
def driven(villages: pd.DataFrame, tmp_path: Path) -> Callable[..., Pack]:
    """Import levels measured at the villages: the model's, an offset, and noise."""

    def build(offset_dB: float, sigma_dB: float, *, stretches: int = 30, **columns: object) -> Pack:
        draw = np.random.default_rng(5)
        heard = villages[villages["rsrp_dBm"] > -125]
        at = draw.integers(0, len(heard), N)
        level = heard["rsrp_dBm"].to_numpy()[at] + offset_dB + draw.normal(0, sigma_dB, N)
        file = tmp_path / "drive.csv"
        pd.DataFrame(
            {"lon": heard["lon"].to_numpy()[at], "lat": heard["lat"].to_numpy()[at],
             "rsrp_dbm": np.clip(level, -156, -31).round(1), "technology": "4G",
             "stretch": (np.arange(N) * stretches // N).astype(str), **columns}
        ).to_csv(file, index=False)  # fmt: skip
        wish = ImportOrder(
            ImportChoice(kind="measurements", crs="EPSG:4326"), FileOrigin(evidence="measured")
        )
        import_files([file], "yunnan", wish, folder=tmp_path / "workspace")
        return effective_pack(Pack.load("yunnan"), tmp_path / "workspace")

    return build


def test_the_offset_comes_out_and_helps_on_held_out_stretches(driven: Callable[..., Pack]) -> None:
    found = drive_test(driven(-7.0, 4.0), PLAN, ORDER)
    assert found is not None
    answer = found.calibration
    assert answer.helps
    assert answer.offset_dB == pytest.approx(-7.0, abs=0.8)
    assert answer.sigma_dB == pytest.approx(4.0, abs=0.6)
    # The doctor drops rows that say the same of the same place.
    assert answer.points == found.rows > N - 5
    assert answer.before is not None
    assert answer.after is not None
    assert answer.after.rms_dB < answer.before.rms_dB - 2
    assert {"measured_dBm", "modelled_dBm"} <= set(found.points)


def test_a_model_that_is_right_is_not_corrected(
    driven: Callable[..., Pack], villages: pd.DataFrame
) -> None:
    found = drive_test(driven(0.0, 8.0), PLAN, ORDER)
    assert found is not None
    assert not found.calibration.helps
    same = corrected(villages, found, ORDER)
    pd.testing.assert_frame_equal(same.drop(columns="rsrp_corrected_dBm"), villages)
    assert same["rsrp_corrected_dBm"].equals(villages["rsrp_dBm"].rename("rsrp_corrected_dBm"))


def test_a_corrected_prediction_follows_the_offset_and_leaves_the_model_alone(
    driven: Callable[..., Pack], villages: pd.DataFrame
) -> None:
    found = drive_test(driven(-9.0, 3.0), PLAN, ORDER)
    assert found is not None
    before = villages.copy()
    changed = corrected(villages, found, ORDER)
    pd.testing.assert_frame_equal(villages, before)
    assert changed["rsrp_dBm"].equals(villages["rsrp_dBm"])
    # The same as a rule that asks for so much more.
    harder = replace(ORDER, limit_dBm=ORDER.limit_dBm - found.calibration.offset_dB)
    asked = village_prediction(Pack.load("yunnan"), PLAN, harder)
    assert changed["state"].tolist() == asked["state"].tolist()
    assert changed["reason"].tolist() == asked["reason"].tolist()
    assert (changed["state"] == "covered").sum() < (villages["state"] == "covered").sum()


def test_another_band_is_no_evidence(driven: Callable[..., Pack]) -> None:
    found = drive_test(driven(-7.0, 4.0, frequency_mhz=2600.0), PLAN, ORDER)
    assert found is not None
    assert found.other_band == found.rows > N - 5
    assert not found.calibration.helps
    assert found.calibration.reasons[0].key == "few_points"


def test_without_an_import_there_is_no_drive_test() -> None:
    assert drive_test(Pack.load("yunnan"), PLAN, ORDER) is None
