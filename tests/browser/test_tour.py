"""The tour in a real Chromium: by keys alone, remembered; axe finds nothing in it."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from lib.ui.frame.tour import COOKIE, STEPS
from tests.browser.chromium import drawn
from tests.browser.desk import Desk, serving
from tests.browser.test_accessible import ONE_OFTEN, page_in, violations

PATHS = ("/", "/campaign", "/roster", "/present", "/import")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk that offers the tour."""
    with serving(tmp_path_factory.mktemp("tour"), env={"DESK_TOUR": "1"}) as running:
        yield running


def step(page: Page, number: int) -> None:
    expect(page.get_by_text(f"step {number} of {len(STEPS)}")).to_be_visible(timeout=30_000)
    drawn(page)


def path(page: Page) -> str:
    return urlsplit(page.url).path


def press(page: Page, name: str) -> None:
    button = page.get_by_role("button", name=name)
    button.focus()
    expect(button).to_be_focused()
    page.keyboard.press("Enter")


def test_it_leads_through_five_pages_by_keys_and_is_offered_once(page: Page, desk: Desk) -> None:
    page.goto(desk.url)
    drawn(page)
    press(page, "Show me")
    for number, where in enumerate(PATHS, start=1):
        step(page, number)
        assert path(page) == where
        if number < len(PATHS):
            press(page, "Next:")
    press(page, "Back")
    step(page, 4)
    press(page, "End the tour")
    expect(page.get_by_text("step 4 of")).to_have_count(0)
    page.goto(desk.url)
    drawn(page)
    expect(page.get_by_role("button", name="Take the tour")).to_be_visible()
    expect(page.get_by_role("button", name="Show me")).to_have_count(0)
    assert [one["name"] for one in page.context.cookies() if one["name"] == COOKIE] == [COOKIE]
    page.get_by_role("button", name="Take the tour").click()
    step(page, 1)


def test_what_it_shows_does_not_move_the_page(page: Page, desk: Desk) -> None:
    page.goto(desk.url)
    heading = page.get_by_role("heading", level=1)
    heading.wait_for()
    before = heading.bounding_box()
    page.get_by_role("button", name="Not now").wait_for()
    drawn(page)
    assert heading.bounding_box() == before


@pytest.mark.parametrize(("theme", "size"), ONE_OFTEN)
def test_axe_finds_nothing_in_it(chromium: Browser, desk: Desk, theme: str, size: str) -> None:
    with page_in(chromium, theme, size) as page:
        page.goto(desk.url)
        drawn(page)
        page.get_by_role("button", name="Show me").wait_for()
        assert violations(page) == []
        page.get_by_role("button", name="Show me").click()
        step(page, 1)
        assert violations(page) == []
