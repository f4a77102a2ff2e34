"""Pictures of every page for the docs: `python -m tests.browser.screenshots [FOLDER]`.

Starts the desk on a database of its own with the demo label, and photographs each page light
and dark, wide and on a phone; the page of people on a desk of its own that demands a sign-in.
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from lib.settings import ROOT
from tests.browser.chromium import drawn, launch
from tests.browser.desk import serving
from tests.browser.looking import sign_in
from tests.browser.roles import ADMIN
from tests.browser.roles_stage import cold_stage

FOLDER = ROOT / "docs" / "screenshots"
ARTIST = "Dead Letter Ferry"
SIZES: dict[str, ViewportSize] = {
    "wide": {"width": 1440, "height": 900},
    "phone": {"width": 390, "height": 844},
}
THEMES = ("light", "dark")
TALLEST = 2600  # pixels


def addresses(first_campaign: int) -> dict[str, str]:
    """Return the path of every page by the name of its picture."""
    artist = f"artist={ARTIST.replace(' ', '+')}"
    return {
        "campaign-management": f"/?{artist}",
        "roster": f"/roster?{artist}",
        "present": f"/present?{artist}",
        "present-screen": f"/present?{artist}&screen=true",
        "explore": f"/explore?{artist}&nb_split=Platform",
        "campaign": f"/campaign?id={first_campaign}&{artist}",
        "import": f"/import?{artist}",
        "scheduled": f"/scheduled?{artist}",
        "activity": f"/activity?{artist}",
        "trend-check": f"/trend-check?{artist}",
        "status-guide": f"/status-guide?{artist}",
    }


PEOPLE = {"people": "/people"}
"""Only where people sign in is there such a page."""


def campaign_to_show(database_url: str) -> int:
    """Return the id of the artist's live campaign with the longest history."""
    from sqlalchemy import func, select

    from lib.db.engine import make_engine, reading
    from lib.db.tables import artist, campaign, history

    query = (
        select(campaign.c.id)
        .join(artist, artist.c.id == campaign.c.artist_id)
        .join(history, history.c.campaign_id == campaign.c.id)
        .where(artist.c.name == ARTIST, campaign.c.status.in_(("active", "serving")))
        .group_by(campaign.c.id)
        .order_by(func.count().desc(), campaign.c.id)
    )
    engine = make_engine(database_url)
    try:
        with reading(engine) as db:
            return int(db.execute(query).scalars().first() or 1)
    finally:
        engine.dispose()


def settle(page: Page) -> None:
    """Wait until a page is drawn: its title stands, nothing runs, tables and charts are there."""
    page.get_by_role("heading", level=1).first.wait_for()
    drawn(page)
    page.wait_for_timeout(1500)


def whole_page(page: Page, size: ViewportSize) -> None:
    """Make the window as tall as the page, since the page scrolls inside it."""
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    height = min(max(int(height), size["height"]), TALLEST)
    page.set_viewport_size({"width": size["width"], "height": height})
    page.wait_for_timeout(800)


def photograph(
    browser: Browser,
    url: str,
    folder: Path,
    paths: dict[str, str],
    *,
    enter: Callable[[Page], None] | None = None,
) -> list[Path]:
    """Write one picture a page, theme and size; return their files. `enter` goes in first."""
    written = []
    for theme in THEMES:
        for size_name, size in SIZES.items():
            context = browser.new_context(
                viewport=size,
                color_scheme="dark" if theme == "dark" else "light",
                locale="en-GB",
                timezone_id="Europe/Berlin",
            )
            page = context.new_page()
            if enter is not None:
                enter(page)
            for name, path in paths.items():
                page.set_viewport_size(size)
                page.goto(url + path)
                settle(page)
                whole_page(page, size)
                file = folder / f"{name}-{theme}-{size_name}.png"
                page.screenshot(path=file)
                written.append(file)
            context.close()
    return written


def main() -> None:
    """Photograph every page into the folder that the command line names."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as home,
        serving(Path(home)) as desk,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        paths = addresses(campaign_to_show(desk.database_url))
        for file in photograph(browser, desk.url, folder, paths):
            print(file)
        with cold_stage(Path(home)) as stage:
            there = stage.desk.url
            for file in photograph(
                browser,
                there,
                folder,
                PEOPLE,
                enter=lambda page: sign_in(page, there, str(ADMIN.person)),
            ):
                print(file)
        browser.close()


if __name__ == "__main__":
    main()
