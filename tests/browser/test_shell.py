"""A page opens without asking twice where its server is, and fetches nothing in vain."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import Page, Route, expect

from tests.browser.chromium import drawn
from tests.browser.desk import Desk


def opened(page: Page, url: str) -> tuple[list[str], list[str]]:
    """Open a page; return the paths it asked for, and everything that failed."""
    asked: list[str] = []
    failed: list[str] = []
    page.on("request", lambda one: asked.append(urlsplit(one.url).path))
    page.on("websocket", lambda one: asked.append(urlsplit(one.url).path))
    page.on("requestfailed", lambda one: failed.append(one.url))
    page.on("console", lambda one: failed.append(one.text) if one.type == "error" else None)
    page.on(
        "response", lambda one: failed.append(f"{one.status} {one.url}") if not one.ok else None
    )
    page.goto(url)
    page.get_by_role("heading", level=1).wait_for()
    drawn(page)
    return asked, failed


def unanswered(page: Page) -> None:
    """Let the server owe an answer to the question where it is."""
    page.route(re.compile("/_stcore/(health|host-config)$"), lambda _route: None)


def test_a_browser_that_was_here_before_connects_without_asking(page: Page, desk: Desk) -> None:
    opened(page, desk.url)
    another = page.context.new_page()
    unanswered(another)
    asked, failed = opened(another, f"{desk.url}/roster")
    assert not failed
    assert not [path for path in asked if path.startswith("/roster/")]


def test_a_new_browser_asks_first_since_it_cannot_be_known_before(page: Page, desk: Desk) -> None:
    unanswered(page)
    sockets: list[str] = []
    page.on("websocket", lambda one: sockets.append(one.url))
    with page.expect_request(re.compile("/_stcore/health$")):
        page.goto(f"{desk.url}/roster")
    page.wait_for_timeout(500)
    assert not sockets


def test_a_new_browser_asks_once_and_nothing_fails(page: Page, desk: Desk) -> None:
    asked, failed = opened(page, f"{desk.url}/roster")
    assert not failed
    assert [path for path in asked if path.endswith("/health")] == ["/_stcore/health"]


def test_a_path_that_is_no_page_is_left_to_streamlit(page: Page, desk: Desk) -> None:
    page.goto(f"{desk.url}/no-such-page")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("does not seem to exist")
    page.keyboard.press("Escape")
    # What was put off waits for the dialog, and comes.
    drawn(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Campaign Management")


def test_the_figures_stand_before_the_script_of_the_charts_comes_and_the_rest_after_it(
    page: Page, desk: Desk
) -> None:
    (one,) = desk.asked("SELECT campaign_id FROM daily_result LIMIT 1")[0]
    held: list[Route] = []

    def hold(script: Route) -> None:
        held.append(script)

    page.route(re.compile(r"/PlotlyChart\."), hold)
    page.goto(f"{desk.url}/campaign?id={one}")
    expect(page.locator(".st-key-figures table")).to_be_visible()
    expect(page.get_by_test_id("stSidebar")).to_be_visible()
    page.wait_for_timeout(1000)
    expect(page.get_by_test_id("stSidebarNavLink")).to_have_count(0)
    (script,) = held
    script.continue_()
    page.locator(".js-plotly-plot").first.wait_for()
    drawn(page)
    expect(page.get_by_role("link", name="Roster")).to_be_visible()
    assert len(held) == 1
