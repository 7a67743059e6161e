"""The ledger as a file: whole, or what tells of one region, of what is above it and inside."""

from __future__ import annotations

from data.tables.reader import Pack
from data.wording.catalogue import Bilingual
from planning.exports.gaps import source_bundle

PACK = Pack.load("yunnan")
NUJIANG = Bilingual("怒江傈僳族自治州", "Nujiang Lisu Autonomous Prefecture")
#: A figure of another prefecture, a zone of others, the province's target, a price of all.
HONGHE, KUNMING, TARGET = "obs-532500-mobile_5g-20250331", "yn-core", "yn-5g-2025-new"


def test_the_file_of_a_region_leaves_out_what_tells_of_others_alone() -> None:
    whole = source_bundle(PACK)
    counties = PACK.regions("county")
    inside = counties.loc[counties["parent"] == "533300", "adcode"]
    part = source_bundle(PACK, areas=frozenset({"530000", "533300", *inside}), place=NUJIANG)
    assert {HONGHE, KUNMING, TARGET} <= set(whole.main["id"])
    kept = set(part.main["id"])
    assert TARGET in kept
    assert not {HONGHE, KUNMING} & kept
    assert set(whole.main["id"]) - kept <= {
        *PACK.table("observations")["id"], *PACK.table("policy_zones")["id"],
        *(key for key in whole.main["id"] if key.startswith("anomaly:") and HONGHE[4:10] in key),
    }  # fmt: skip
    findings = [set(ids.split(";")) for ids in part.extra["anomalies"]["source_ids"]]
    assert findings
    assert not any(ids <= {HONGHE, HONGHE.replace("5g", "4g")} for ids in findings)
    assert "怒江" in part.title.text("zh")
    assert "云南" in whole.title.text("zh")
