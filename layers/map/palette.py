"""The application's colours: each name has one meaning on every page, map and chart.

References
----------
Contrast by WCAG 2.2; shades apart under simulated colour blindness by Machado et al. (2009).
"""

from __future__ import annotations

from collections.abc import Mapping

#: Name → colour on light and on dark ground.
PALETTE: Mapping[str, tuple[str, str]] = {
    "built": ("#1D5FA6", "#5AA0EA"),
    "planned": ("#9CC7EE", "#BCDDF9"),
    "gap": ("#CC7410", "#F0A030"),
    "gap-1": ("#FBE9CF", "#3F2D13"),
    "gap-2": ("#F6CB90", "#70490F"),
    "gap-3": ("#EDA648", "#A96F16"),
    "gap-4": ("#CC7410", "#E09A2E"),
    "gap-5": ("#8A4805", "#FFD08A"),
    "warning": ("#8F5200", "#F7BD6B"),
    "target": ("#16202C", "#FFFFFF"),
    "covered": ("#14806A", "#3CBFA0"),
    "uncovered": ("#7A3E00", "#FFC78A"),
    "unknown": ("#98A3B0", "#6C7B8C"),
    "unknown-ground": ("#E9ECF0", "#222D39"),
    "no-target": ("#E4E8ED", "#2A3542"),
    "illustrative": ("#A3186A", "#F59BCB"),
    "illustrative-ground": ("#FDEFF7", "#3B1A2F"),
    "selection": ("#5A45C8", "#A696FF"),
    "selection-ground": ("#EFEDFB", "#272450"),
    "button": ("#5A45C8", "#6C59DE"),
    "error": ("#B3261E", "#FF9A90"),
    "ink": ("#16202C", "#EAF0F6"),
    "ink-2": ("#4A5767", "#B2BECB"),
    "ground": ("#FFFFFF", "#10161E"),
    "card": ("#FFFFFF", "#18212C"),
    "sunk": ("#F4F6F8", "#151D27"),
    "road": ("#B7AE9F", "#5F594D"),
    "river": ("#9DC3DE", "#3F6C8C"),
    "rule-a": ("#2F4858", "#C9D6E2"),
    "rule-b": ("#C2A200", "#E8D44D"),
    "line": ("#DCE1E7", "#2C3846"),
}


def colours(*, dark: bool) -> dict[str, str]:
    """Return the colour of each name.

    Parameters
    ----------
    dark
        Whether the ground is dark.

    Returns
    -------
    colours
        CSS colour by name.
    """
    return {name: pair[dark] for name, pair in PALETTE.items()}
