"""``python -m tools.pictures [FOLDER]``: pictures of the pages from the running application.

They show the embedded packs, English, light, and are of one size. Read each before you commit it.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from bench.browser import LocalOnly, chromium, serve
from data.scenario.plan_settings import PlanSettings
from data.scenario.scenario import Scenario
from data.workspace.environment import ENVIRONMENT
from data.workspace.folder import Workspace
from ui.shell.navigation import PAGES

FOLDER = Path(__file__).resolve().parents[1] / "docs/screenshots"
#: Scenario of the pages that show nothing without one.
SCENARIOS = {"coverage": "demo", "path": "demo", "rules": "demo", "plan": "small"}
WIDTH, HEIGHT = 1280, 800
#: A page is at rest when it has not changed for so long [ms]; it is given up after so many looks.
LOOK_MS, LOOKS = 3000, 40


def main(folder: Path) -> None:
    """Take a picture of every page."""
    with tempfile.TemporaryDirectory() as workspace:
        keep = Workspace(Path(workspace))
        keep.save(Scenario(name="demo", province="yunnan", demonstration_terrain=True))
        small = PlanSettings(sites=15, frontier_points=3, time_limit_s=5)
        keep.save(Scenario(name="small", province="gansu", plan=small))
        with serve(env={ENVIRONMENT: workspace}) as address, chromium() as browser:
            context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})
            LocalOnly().guard(context)
            page = context.new_page()
            for name in PAGES.values():
                named = f"&scenario={SCENARIOS[name]}" if name in SCENARIOS else ""
                page.goto(f"{address}/{name}?lang=en{named}")
                if name == PAGES["plan"]:
                    page.get_by_role("button", name="Plan", exact=True).click(timeout=60_000)
                    page.get_by_role("tab").first.wait_for(timeout=120_000)
                before = b""
                for _ in range(LOOKS):
                    page.wait_for_timeout(LOOK_MS)
                    now = page.screenshot()
                    if now == before:
                        break
                    before = now
                (folder / f"{name}.png").write_bytes(now)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else FOLDER)
