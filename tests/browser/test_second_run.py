"""What comes in a session's second run moves nothing that the first has drawn."""

import re

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from tests.browser.chromium import drawn
from tests.browser.conftest import opened
from tests.browser.desk import Desk

PHONE: ViewportSize = {"width": 390, "height": 844}
ARTIST = "?artist=Dead+Letter+Ferry"
# Where each of them stood in the first frame that had all of them.
_WATCH = """(() => {
  const where = (css) => {
    const box = document.querySelector(css)?.getBoundingClientRect();
    return box && [box.left, box.top].map(Math.round);
  };
  window.deskWhere = (all) => all.map(where);
  const look = (all) => () => {
    const found = window.deskWhere(all);
    if (found.every(Boolean)) window.deskFirst = found;
    else requestAnimationFrame(look(all));
  };
  window.deskLook = (all) => look(all)();
})();"""


def first_and_last(page: Page, address: str, *things: str) -> tuple[object, object]:
    page.add_init_script(_WATCH + f"deskLook({list(things)})")
    page.goto(address)
    drawn(page)
    page.get_by_test_id("stMain").get_by_role("button").first.wait_for()
    return page.evaluate("window.deskFirst"), page.evaluate("(all) => deskWhere(all)", things)


@pytest.mark.parametrize("is_phone", [False, True], ids=["wide", "phone"])
def test_the_board_stands_where_it_stood(page: Page, desk: Desk, is_phone: bool) -> None:
    if is_phone:
        page.set_viewport_size(PHONE)
    first, last = first_and_last(page, f"{desk.url}/{ARTIST}", "h1", ".desk-table tbody")
    assert first == last


def test_a_campaign_stands_where_it_stood(chromium: Browser, page: Page, desk: Desk) -> None:
    page.goto(f"{desk.url}/{ARTIST}")
    drawn(page)
    judged = page.locator(".desk-table tr").filter(
        has_text=re.compile("steady|improving|declining")
    )
    address = judged.locator("a.name").first.get_attribute("href")
    with opened(chromium) as other:
        first, last = first_and_last(other, f"{desk.url}/{address}", "h1", ".st-key-figures")
        assert first == last
