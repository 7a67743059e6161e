"""Sentences that say why coordinates are read as they are, in Chinese and English."""

from __future__ import annotations

import math

from data.doctor.base import Hypothesis
from geo.earth.projections import ZONES

Texts = tuple[str, str]


def chosen(crs: str) -> Texts:
    """Say that the planner chose."""
    return f"按用户选择读作 {crs}", f"read as {crs}, as chosen"


def declared(crs: str) -> Texts:
    """Say that the file declares it and nothing speaks against it."""
    return f"文件声明为 {crs}", f"the file declares {crs}"


def doubted(crs: str, better: str) -> Texts:
    """Say that the file declares it but evidence speaks for another system."""
    return (
        f"文件声明为 {crs}，已按声明读取；但证据更支持 {better}，请核对",
        f"the file declares {crs} and is read so, but the evidence is for {better}: check it",
    )


def impossible(crs: str, better: str) -> Texts:
    """Say that the file's word puts no point into the province."""
    return (
        f"文件声明为 {crs}，但按此读取的点几乎都不在本省；按证据读作 {better}",
        f"the file declares {crs}, but so almost no point lies in the province: read as {better}",
    )


def no_reading() -> Texts:
    """Say that no system allows these numbers."""
    return (
        "数值既不像经纬度，也不像任何投影坐标；请指定坐标系",
        "the numbers are neither degrees nor eastings of any system: choose one",
    )


def elsewhere(inside: float) -> Texts:
    """Say that no reading puts the points into the province."""
    return (
        f"任何读法都只有不到一半的点在本省内（最好 {inside:.0%}）；未作任何平移",
        f"no reading puts half the points into the province ({inside:.0%}); nothing was shifted",
    )


def decided(best: Hypothesis, second: tuple[Hypothesis, ...]) -> Texts:
    """Say what decided."""
    zh = f"按证据读作 {best.crs}：{_figures_zh(best)}"
    en = f"read as {best.crs} by evidence: {_figures_en(best)}"
    for other in second:
        zh += f"；次优 {other.crs}：{_figures_zh(other)}"
        en += f"; next {other.crs}: {_figures_en(other)}"
    code = best.crs.removeprefix("EPSG:")
    if code.isdecimal() and int(code) in ZONES:
        zh += "。未声明的分带按 CGCS2000 读取；若为西安80或北京54，请选择（相差约 100 m）"
        en += (
            ". An undeclared zone is read as CGCS2000; choose Xian 80 or Beijing 54 if it is "
            "one (about 100 m)"
        )
    return zh, en


def undecided(best: Hypothesis, rival: Hypothesis, apart_m: float) -> Texts:
    """Say which two readings fit about as well."""
    zh = (
        f"证据不足以区分 {best.crs} 与 {rival.crs}（相差约 {apart_m:,.0f} m，"
        f"匹配地名 {best.matched} 处）；未作任何平移，请选择"
    )
    en = (
        f"the evidence cannot tell {best.crs} from {rival.crs} (about {apart_m:,.0f} m apart, "
        f"{best.matched} places matched); nothing was shifted: choose one"
    )
    return zh, en


def _figures_zh(item: Hypothesis) -> str:
    parts = [f"省内 {item.inside:.1%}"]
    if not math.isnan(item.inside_named):
        parts.append(f"所填州市县内 {item.inside_named:.1%}")
    if not math.isnan(item.residual_m):
        parts.append(f"残差中位数 {item.residual_m:,.0f} m")
    return "，".join(parts)


def _figures_en(item: Hypothesis) -> str:
    parts = [f"{item.inside:.1%} inside the province"]
    if not math.isnan(item.inside_named):
        parts.append(f"{item.inside_named:.1%} inside the area named")
    if not math.isnan(item.residual_m):
        parts.append(f"median residual {item.residual_m:,.0f} m")
    return ", ".join(parts)
