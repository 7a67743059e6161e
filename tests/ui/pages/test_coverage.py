"""The pages of terrain coverage: a circle without a model, a prediction with one."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from data.doctor.base import ImportChoice
from data.doctor.diagnosis import FileOrigin
from data.export.geotiff import whole_area_geotiff
from data.import_orders import ImportOrder, import_files
from data.scenario.scenario import PlannedSite, Scenario
from data.tables.reader import Pack
from data.wording.catalogue import LANGUAGES, sentences
from data.workspace.environment import ENVIRONMENT
from data.workspace.folder import Workspace
from geo.earth.crs import geodesic_m
from geo.earth.terrain import heights
from geo.radio.sweep import Lattice, nothing
from planning.coverage.area import MASKS
from planning.coverage.best_path import Reason
from planning.coverage.prediction import village_prediction
from planning.elevation import terrain_of
from planning.whatif import effect
from ui.coverage import all_sites, predictions
from ui.shell import state
from ui.whatif import sites

APP = Path(__file__).resolve().parents[3] / "app.py"
REASONS = get_args(Reason)
PAGES = ("coverage", "path", "rules")
DEMONSTRATION = Scenario(name="demo", province="yunnan", demonstration_terrain=True)


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path))
    found = Workspace(tmp_path)
    found.save(DEMONSTRATION)
    return found


def opened(page: str, **query: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=300)
    app.session_state["_map_seen"] = True
    for key, value in query.items():
        app.query_params[key] = value
    app._page_hash = calc_hash(page)
    return app.run()


def demonstrated(page: str, **query: str) -> AppTest:
    app = opened(page, scenario="demo", **{"lang": "en"} | query)
    assert not app.exception
    assert not app.error
    return app


def texts(app: AppTest) -> str:
    parts = (*app.markdown, *app.caption, *app.warning, *app.error, *app.info)
    html = (part.proto.body for part in app.get("html"))
    return "\n".join([*(str(part.value) for part in parts), *html])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_without_terrain_a_page_says_why_it_is_a_circle_and_how_to_get_a_model(
    page: str, language: str
) -> None:
    app = opened(page, lang=language)
    assert not app.exception
    assert not app.error
    words = sentences(language)
    assert words["terrain.none"] in texts(app)
    assert "dem fetch --province yunnan" in texts(app)


@pytest.mark.parametrize("page", ["coverage", "path", "rules", "what-if"])
def test_a_page_of_coverage_names_the_sources_of_its_figures(page: str) -> None:
    said = texts(demonstrated(page, lang="zh"))
    assert "`pack:natural_villages`" in said
    if page in {"coverage", "path"}:
        assert "`preset:4g_1800`" in said
        assert "`pack:demonstration_relief`" in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_coverage_shows_what_the_engine_says(language: str) -> None:
    app = demonstrated("coverage", lang=language)
    level, adcode = app.session_state[state.REGION]
    assert level == "county"
    rule = predictions.profiles()["natural_village"]
    order = predictions.order_of(rule, "4g_1800", (adcode,))
    table = village_prediction(Pack.load("yunnan"), DEMONSTRATION, order)
    counts = table["state"].value_counts()
    wanted = [f"{counts.get(name, 0):,}" for name in ("covered", "uncovered", "unknown")]
    assert [metric.value for metric in app.metric] == wanted
    assert sentences(language)["banner.word"] in texts(app)
    # Per region, per village, link budget.
    assert [len(frame.value) for frame in app.dataframe[:2]] == [1, len(table)]
    assert "15.2" in set(app.dataframe[2].value["value"])


def test_the_switch_of_the_demonstration_goes_into_the_scenario_and_to_its_county() -> None:
    app = opened("coverage", lang="en")
    app.toggle(key="_demonstration_terrain").set_value(True).run()
    assert app.session_state["_histories"]["yunnan"].present.demonstration_terrain
    assert app.session_state[state.REGION][0] == "county"
    assert len(app.metric) == 3
    app.toggle(key="_demonstration_terrain").set_value(False).run()
    assert not app.metric


def test_a_stricter_rule_covers_fewer() -> None:
    app = demonstrated("coverage")
    shares = []
    for rule in ("miit_2018_b", "fcc_like"):
        app.selectbox(key="coverage_rule").select(rule).run()
        shares.append(int(app.metric[0].value) / len(app.dataframe[1].value))
    assert shares[1] < shares[0]


def test_the_area_of_a_site_is_drawn_and_can_be_taken_away() -> None:
    app = demonstrated("coverage")
    app.button(key="raster-busiest").click().run()
    assert not app.error
    assert len(app.multiselect(key="raster_sites").value) > 1
    assert ".tif" in [button.label for button in app.get("download_button")]
    app.multiselect(key="raster_sites").set_value([]).run()
    assert ".tif" not in [button.label for button in app.get("download_button")]


def test_the_area_of_all_sites_is_asked_for_then_found_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = []

    def make(pack: Pack, *asked: object, **_callbacks: object) -> None:
        made.append(asked)
        path = next(part for part in asked if isinstance(part, Path))
        swept = nothing(Lattice(98.8, 26.0, 1 / 1200, 1 / 1200, 0, 0), (20, 30))
        swept.level[:], swept.server[:] = -900, 0
        corner = (98.8, 26.0, 1 / 1200, 1 / 1200)
        whole_area_geotiff(swept, np.ones((20, 30), np.uint16), corner, {}, path)
        row = pack.regions("county").head(1)[["adcode", "name_zh", "name_en", "level"]]
        names = ["area_km2", *(f"{mask}_km2" for mask in MASKS), "covered_share"]
        row.assign(**dict.fromkeys(names, 0.25), covered_households=7).to_csv(
            path.with_name("area-shares.csv"), index=False
        )
        path.with_name("area-servers.csv").write_bytes(b"")

    monkeypatch.setattr(all_sites, "make_whole_area", make)
    app = demonstrated("coverage")
    app.segmented_control(key=all_sites.WHOSE).set_value("all").run()
    assert not made, "no work that was not asked for"
    app.button(key="area-all").click().run()
    assert not app.error
    assert len(made) == 1
    assert [7] in [list(table.value.get("households", [])) for table in app.dataframe]
    again = demonstrated("coverage")
    again.segmented_control(key=all_sites.WHOSE).set_value("all").run()
    assert {"download-all_tif", "download-all_csv"} <= {
        button.key for button in again.get("download_button")
    }
    assert len(made) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_path_shows_what_the_prediction_says_of_the_same_pair(language: str) -> None:
    app = demonstrated("path", lang=language)
    _, adcode = app.session_state[state.REGION]
    order = predictions.order_of(predictions.profiles()["natural_village"], "4g_1800", (adcode,))
    table = village_prediction(Pack.load("yunnan"), DEMONSTRATION, order).set_index("village_id")
    row = table.loc[app.session_state["village"]]
    assert app.session_state["path_site"] == row["site_id"]
    shown = app.metric[0].value.replace("−", "-").removesuffix(" dBm")
    assert float(shown) == pytest.approx(row["rsrp_dBm"], abs=0.051)
    level, loss = (frame.value.set_index("line")["value"] for frame in app.dataframe[:2])
    words = sentences(language)
    assert float(loss[words["path_loss.loss_dB"]]) == pytest.approx(row["loss_dB"], abs=0.051)
    assert level[words["path_line.rsrp_dBm"]] == app.metric[0].value.removesuffix(" dBm")


def test_a_village_is_found_by_its_id_and_an_unknown_one_is_named() -> None:
    app = opened("path", lang="en", scenario="demo")
    wanted = app.selectbox(key="_path_village").options[5].split(" · ")[0]
    app.text_input(key="path_typed").set_value(wanted).run()
    assert app.session_state["village"] == wanted
    app.text_input(key="path_typed").set_value("v-nobody").run()
    assert "v-nobody" in texts(app).replace("\\", "")
    assert not app.exception


def test_another_site_is_weaker_than_the_best_server() -> None:
    app = demonstrated("path")
    best = float(app.metric[0].value.replace("−", "-").removesuffix(" dBm"))
    app.selectbox(key="path_site").set_value(
        app.selectbox(key="path_site").options[2].split(" · ")[0]
    ).run()
    other = float(app.metric[0].value.replace("−", "-").removesuffix(" dBm"))
    assert not app.error
    assert other <= best


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_rules_are_compared_and_the_figures_add_up(language: str) -> None:
    app = demonstrated("rules", lang=language)
    counts = [int(metric.value.replace(",", "")) for metric in app.metric]
    _, adcode = app.session_state[state.REGION]
    villages = Pack.load("yunnan").table("natural_villages")
    asked = villages[villages["adcode"].astype(str) == adcode]
    assert sum(counts) == len(asked)
    assert min(counts[:4]) > 0
    regions = app.dataframe[0].value
    assert regions.iloc[:, 1:].to_numpy().sum() == len(asked)
    assert len(app.dataframe[1].value) == counts[0] + counts[1]
    words = sentences(language)
    assert words["coverage.verified"] in texts(app)
    assert words["coverage.unverified"] in texts(app)


def test_two_rules_by_distance_need_no_terrain() -> None:
    app = opened("rules", lang="en")
    assert not app.metric
    app.session_state[state.REGION] = ("county", "530124")
    app.selectbox(key="rules_b").select("miit_2018_a").run()
    assert not app.error
    counts = [int(metric.value.replace(",", "")) for metric in app.metric]
    assert counts[0] == counts[1] == 0
    assert counts[3] > 0


def tuned(**fields: object) -> AppTest:
    """Open What-if with one site beside an uncovered village of the demonstration's county."""
    pack = Pack.load("yunnan")
    south, north = terrain_of(pack, DEMONSTRATION).bounds[1::2]
    villages = pack.table("natural_villages")
    inside = villages["lat"].between(south + 0.3, north - 0.3) & (villages["lon"] < 99.05)
    bare = villages[inside & villages["has_4g"].eq(other=False)].iloc[0]
    site = PlannedSite(lat=float(bare["lat"]), lon=float(bare["lon"]), **fields)
    Workspace.open().save(DEMONSTRATION.model_copy(update={"sites": (site,)}))
    app = demonstrated("what-if")
    app.session_state[sites.CHOSEN] = 1
    return app.run()


def planned(app: AppTest):
    return app.session_state["_histories"]["yunnan"].present.sites[0]


def test_what_if_uses_the_terrain_and_says_why_a_village_is_not_gained() -> None:
    app = tuned()
    assert "terrain: demonstration" in texts(app)
    assert sentences("en")["whatif.circle"] not in texts(app)
    result = effect(
        Pack.load("yunnan"), [planned(app)], terrain=terrain_of(Pack.load("yunnan"), DEMONSTRATION)
    )
    gained, missed = (frame.value for frame in app.dataframe[:2])
    assert len(gained) == result.villages > 0
    assert len(missed) == len(result.missed) > 0
    assert set(missed["reason"]) <= {sentences("en")[f"reason.{w}"] for w in REASONS}
    circle = effect(Pack.load("yunnan"), [planned(app)])
    assert set(circle.gained["village_id"]) != set(gained["village"])


def test_the_answer_follows_the_antenna_and_undo_brings_it_back() -> None:
    app = tuned(antenna_height_m=10.0)
    low = len(app.dataframe[0].value)
    app.slider(key="tuned_height").set_value(90.0).run()
    assert planned(app).antenna_height_m == 90.0
    assert len(app.dataframe[0].value) > low
    app.button(key="undo").click().run()
    assert planned(app).antenna_height_m == 10.0
    assert len(app.dataframe[0].value) == low


def test_the_site_moves_to_the_high_point() -> None:
    app = tuned()
    before = planned(app)
    app.button(key="high-point").click().run()
    assert not app.error
    after = planned(app)
    assert (after.lat, after.lon) != (before.lat, before.lon)
    terrain = terrain_of(Pack.load("yunnan"), DEMONSTRATION)
    at = np.array([[before.lon, before.lat], [after.lon, after.lat]])
    low, high = heights(terrain.around(at[:, 0], at[:, 1], 2_000.0), at[:, 0], at[:, 1])
    assert high > low
    assert geodesic_m(before.lon, before.lat, after.lon, after.lat) <= 1_000.0


def test_a_drive_test_is_shown_beside_the_prediction_and_applied_on_wish(
    tmp_path: Path,
) -> None:
    order = predictions.order_of(predictions.profiles()["natural_village"], "4g_1800", ("533301",))
    table = village_prediction(Pack.load("yunnan"), DEMONSTRATION, order)
    heard = table[table["rsrp_dBm"] > -120]
    noise = np.random.default_rng(3).normal(-8.0, 4.0, len(heard))
    file = tmp_path / "drive.csv"
    heard[["lon", "lat"]].assign(rsrp_dbm=(heard["rsrp_dBm"] + noise).round(1)).to_csv(
        file, index=False
    )
    wish = ImportOrder(
        ImportChoice(kind="measurements", crs="EPSG:4326"), FileOrigin(evidence="measured")
    )
    import_files([file], "yunnan", wish, folder=tmp_path)
    app = demonstrated("coverage")
    offset = app.metric[0].value.replace("−", "-").removesuffix(" dB")
    assert float(offset) == pytest.approx(-8.0, abs=1.0)
    before = int(app.metric[4].value)
    app.toggle(key="calibration_apply").set_value(True).run()
    assert not app.error
    assert int(app.metric[4].value) < before
    assert {"rsrp", "corrected"} <= set(app.dataframe[1].value.columns)


@pytest.mark.parametrize("province", ["gansu", "yunnan"])
def test_the_demonstration_opens_at_a_county_that_its_relief_knows(province: str) -> None:
    Workspace.open().save(Scenario(name="there", province=province, demonstration_terrain=True))
    app = opened("coverage", scenario="there", lang="en")
    assert not app.error
    covered, missed, unknown = (int(metric.value.replace(",", "")) for metric in app.metric)
    assert unknown < 0.05 * (covered + missed)
