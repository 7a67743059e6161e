"""The priority of policy zones: places that a plan names, not industries of whole prefectures."""

from __future__ import annotations

import pandas as pd

from data.tables.reader import Pack
from planning.plan.schedule import PLACE_KINDS, in_zones


def test_a_cluster_of_wafers_is_no_place_to_build_first() -> None:
    pack = Pack.load("yunnan")
    zones = pack.table("policy_zones").set_index("id")
    counties = pack.regions("county").set_index("adcode")
    # Lijiang has silicon and a town group, Wenshan handsets and electromechanical products.
    sites = pd.DataFrame({"county": ["530114", "530181", "533102", "530702", "532601"]})
    sites["prefecture"] = counties["parent"].loc[sites["county"]].to_numpy()
    assert in_zones(pack, sites).tolist() == [True, True, True, False, False]
    assert zones.loc["yn-silicon", "kind"] not in PLACE_KINDS
    assert "530700" in zones.loc["yn-silicon", "regions"]
