"""The pictures of docs/walk.md, taken anew: `python -m tests.browser.walk [FOLDER]`.

A Chromium walks through the demo label as the document tells it, and photographs each stop.
"""

import re
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from lib.domain.status import Group
from lib.settings import ROOT
from tests.browser.chromium import drawn, launch
from tests.browser.desk import serving
from tests.browser.screenshots import SIZES
from tests.browser.test_journey import board, first_of

FOLDER = ROOT / "docs" / "walk"
ARTIST = "Alma Varn & the Weathervanes"
EXPORT = ROOT / "data" / "fixtures" / "exports" / "meta-daily-saves.csv"
PATIENCE = 60_000  # milliseconds
STILL = 800
_ASKED = "artist=Alma+Varn+%26+the+Weathervanes"


@dataclass(frozen=True)
class Stop:
    """One picture: its file's name, how to get there, and in which form it is taken."""

    name: str
    go: Callable[[Page, str], None]
    theme: str = "light"
    size: str = "wide"


def _open(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("heading", level=1).first.wait_for()
    drawn(page)


def _up(page: Page, what: Locator) -> None:
    """Scroll until what is to be seen stands near the top."""
    what.evaluate("one => one.scrollIntoView({block: 'start'})")
    page.get_by_test_id("stMain").evaluate("one => one.scrollBy(0, -24)")


def _board(page: Page, url: str) -> None:
    _open(page, f"{url}/?{_ASKED}")
    board(page).wait_for()


def _campaign(page: Page, url: str) -> None:
    _board(page, url)
    improving = board(page).get_by_role("row").filter(has_text="improving")
    improving.locator("a").first.click()
    expect(page.get_by_role("heading", name="How it does")).to_be_visible()
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    drawn(page)
    _up(page, page.get_by_role("heading", name="How it does"))


def _pause(page: Page, url: str) -> None:
    _board(page, url)
    first_of(page, Group.LIVE).get_by_role("button", name="Actions for").click()
    page.get_by_role("menuitem", name=re.compile("Pause")).click()
    page.get_by_role("dialog").get_by_text("The promoted content or its link is wrong").click()
    drawn(page)


def _roster(page: Page, url: str) -> None:
    _open(page, f"{url}/roster?{_ASKED}")


def _explore(page: Page, url: str) -> None:
    _open(page, f"{url}/explore?{_ASKED}&nb_split=Platform")
    page.locator(".js-plotly-plot .main-svg").first.wait_for()


def _schedule(page: Page, url: str) -> None:
    _board(page, url)
    first_of(page, Group.LIVE).locator("a").first.click()
    expect(page.get_by_role("heading", name="Actions")).to_be_visible()
    drawn(page)
    page.get_by_role("button", name=re.compile("Schedule…$")).click()
    page.get_by_role("dialog").wait_for()
    drawn(page)


def _present(page: Page, url: str) -> None:
    _open(page, f"{url}/present?{_ASKED}&screen=true")


def _shared(page: Page, url: str) -> None:
    _open(page, f"{url}/present?{_ASKED}")
    page.get_by_text("Share", exact=True).click()
    drawn(page)
    page.get_by_role("button", name="Make a link").click()
    code = page.get_by_test_id("stCode")
    code.wait_for()
    page.goto(code.inner_text().strip())
    page.get_by_role("heading", level=1).wait_for()


def _import(page: Page, url: str) -> None:
    _open(page, f"{url}/import?{_ASKED}")
    page.set_input_files("input[type=file]", EXPORT)
    page.get_by_role("heading", name="What would change").wait_for()
    drawn(page)


STOPS = (
    Stop("board", _board),
    Stop("campaign", _campaign),
    Stop("pause", _pause),
    Stop("roster", _roster, theme="dark"),
    Stop("explore", _explore),
    Stop("schedule", _schedule),
    Stop("present", _present),
    Stop("shared", _shared, theme="dark", size="phone"),
    Stop("import", _import),
)


def photograph(browser: Browser, url: str, folder: Path) -> list[Path]:
    """Write one picture a stop and return their files."""
    expect.set_options(timeout=PATIENCE)
    written = []
    for stop in STOPS:
        with browser.new_context(
            viewport=SIZES[stop.size],
            color_scheme="dark" if stop.theme == "dark" else "light",
            locale="en-GB",
            timezone_id="Europe/Berlin",
        ) as context:
            page = context.new_page()
            page.set_default_timeout(PATIENCE)
            stop.go(page, url)
            page.wait_for_timeout(STILL)
            written.append(folder / f"{stop.name}.png")
            page.screenshot(path=written[-1])
    return written


def main() -> None:
    """Walk, with the pictures in the folder that the command line names."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as home,
        serving(Path(home)) as desk,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        for file in photograph(browser, desk.url, folder):
            print(file)
        browser.close()


if __name__ == "__main__":
    main()
