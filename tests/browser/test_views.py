"""Saved views and columns as a person uses them, in a real Chromium."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.chromium import drawn
from tests.browser.conftest import opened
from tests.browser.desk import Desk
from tests.browser.test_filters import FERRY, PATIENCE, close, go, names, to


@pytest.fixture(autouse=True)
def patient(page: Page) -> None:
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)


@contextmanager
def another_session(chromium: Browser, desk: Desk, path: str) -> Iterator[Page]:
    with opened(chromium) as other:
        other.set_default_timeout(PATIENCE)
        go(other, desk, path)
        yield other


def open_menu(page: Page) -> Locator:
    page.get_by_test_id("stMain").get_by_role("button", name=re.compile("View$")).click()
    body = page.get_by_test_id("stPopoverBody")
    body.wait_for()
    return body


def test_a_view_is_saved_opened_from_another_page_and_opens_by_itself(
    chromium: Browser, page: Page, desk: Desk
) -> None:
    go(page, desk, f"roster?artists={FERRY.replace(' ', '+')}&status=Ended&sort=Name")
    shown = names(page, "All campaigns")
    menu = open_menu(page)
    menu.get_by_role("textbox", name="Save what is shown as").fill("What Ferry :red[ended]")
    menu.get_by_role("button", name="Save view").click()
    expect(page.get_by_text("Saved the view")).to_contain_text("red[ended]")
    expect(menu.get_by_text("Opens by itself with its page")).to_be_visible()
    menu.get_by_text("Opens by itself with its page").click()
    expect(page.get_by_text("opens by itself.")).to_be_visible()
    drawn(page)
    close(page)
    page.get_by_role("button", name="Reset").click()
    expect(page).not_to_have_url(re.compile("status="))
    # With the artist in the address, which their field is bound to.
    go(page, desk, f"?artist={FERRY.replace(' ', '+')}")
    menu = open_menu(page)
    menu.get_by_role("combobox", name="Open a view").click()
    page.get_by_role("option", name=re.compile("What Ferry")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Roster")
    expect(page).to_have_url(re.compile("status=Ended"))
    drawn(page)
    assert names(page, "All campaigns") == shown

    with another_session(chromium, desk, "roster") as later:
        assert names(later, "All campaigns") == shown
        later.get_by_role("button", name="Reset").click()
        expect(later).not_to_have_url(re.compile("status="))
        drawn(later)
        assert names(later, "All campaigns") != shown
    with another_session(chromium, desk, "") as elsewhere:
        names(elsewhere, "Campaigns")
        to(elsewhere, "Roster")
        assert names(elsewhere, "All campaigns") == shown
    with another_session(chromium, desk, "roster?platform=Meta") as asked:
        assert names(asked, "All campaigns") != shown


def heads(page: Page) -> Locator:
    """Return the titles of the columns; the menu's has none."""
    return page.get_by_role("table", name="Campaigns").locator("th[scope=col]:not(:empty)")


def test_columns_stand_as_they_were_chosen_also_in_another_session(
    chromium: Browser, page: Page, desk: Desk
) -> None:
    go(page, desk, f"?artist={FERRY.replace(' ', '+')}")
    heads(page).first.wait_for()
    usual = heads(page).all_inner_texts()
    menu = open_menu(page)
    field = menu.get_by_role("combobox", name="Columns, in their order")
    field.click()
    for _ in usual[2:]:
        field.press("Backspace")
    drawn(page)
    for title in ("Budget", "At stake"):
        option = page.get_by_role("option", name=title, exact=True)
        if not option.is_visible():
            field.click()  # A run that comes in between closes the list.
        option.click()
        drawn(page)
    field.press("Escape")
    expect(menu.get_by_role("button", name="Usual columns")).to_be_visible()
    drawn(page)
    wanted = ["Campaign", "Status", "Budget", "At stake"]
    expect(heads(page)).to_have_text(wanted)
    with another_session(chromium, desk, f"?artist={FERRY.replace(' ', '+')}") as later:
        expect(heads(later)).to_have_text(wanted)
    menu.get_by_role("button", name="Usual columns").click()
    expect(menu.get_by_role("button", name="Usual columns")).to_have_count(0)
    expect(heads(page)).to_have_text(usual)
