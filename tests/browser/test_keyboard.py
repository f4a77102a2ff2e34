"""The desk by its keys alone, in a real Chromium."""

import re

from playwright.sync_api import Page, expect

from lib.domain.status import Group
from tests.browser.chromium import drawn
from tests.browser.desk import Desk
from tests.browser.screenshots import SIZES
from tests.browser.test_journey import ARTIST, board, first_of

PATIENCE = 20_000  # milliseconds


def open_board(page: Page, desk: Desk) -> None:
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    page.goto(f"{desk.url}/?artist={ARTIST.replace(' ', '+')}")
    drawn(page)
    board(page).wait_for()


def title(page: Page) -> str:
    drawn(page)
    return page.get_by_role("heading", level=1).inner_text()


def test_any_campaign_is_reached_by_typing_from_any_page(page: Page, desk: Desk) -> None:
    open_board(page, desk)
    page.keyboard.press("Control+k")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("searchbox")).to_be_visible()
    dialog.get_by_role("searchbox").press_sequentially("low tide")
    first = dialog.get_by_role("link").first
    expect(first).to_contain_text("Low Tide")
    while not first.evaluate("one => one === document.activeElement"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("campaign"))
    assert "Low Tide" in title(page)
    expect(dialog).to_have_count(0)


def test_enter_opens_the_first_that_is_found_and_the_arrows_lead_to_the_others(
    page: Page, desk: Desk
) -> None:
    open_board(page, desk)
    dialog, field = page.get_by_role("dialog"), page.get_by_role("dialog").get_by_role("searchbox")
    page.keyboard.press("Control+k")
    field.wait_for()
    # Faster than anything can be found: it waits for those of the whole word.
    field.press_sequentially("low tide")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("campaign"))
    assert "Low Tide" in title(page)
    expect(dialog).to_have_count(0)

    page.keyboard.press("Control+k")
    field.wait_for()
    field.press_sequentially("ferry")
    expect(dialog.get_by_role("button", name="Dead Letter Ferry · board")).to_be_visible()
    links = dialog.get_by_role("link")  # Below the artist's board.
    expect(links.nth(0)).to_contain_text("Ferry")
    second = links.nth(0).inner_text().split("\n")[-1].split(" · ")[0]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(links.nth(0)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(field).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(second)


def test_a_stroke_goes_to_the_search_and_is_a_letter_where_somebody_types(
    page: Page, desk: Desk
) -> None:
    open_board(page, desk)
    field = page.get_by_role("searchbox", name="Search")
    page.keyboard.press("/")
    expect(field).to_be_focused()
    page.keyboard.type("a/b")
    expect(field).to_have_value("a/b")


def test_the_campaigns_of_the_board_are_leafed_through(page: Page, desk: Desk) -> None:
    open_board(page, desk)
    names = board(page).locator("tbody a").all_inner_texts()
    live = first_of(page, Group.LIVE).locator("a").inner_text()
    at = names.index(live)
    first_of(page, Group.LIVE).locator("a").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(live)
    drawn(page)
    page.keyboard.press("j")
    expect(page.get_by_role("heading", level=1)).to_have_text(names[at + 1])
    drawn(page)
    page.keyboard.press("k")
    expect(page.get_by_role("heading", level=1)).to_have_text(live)


def test_the_campaign_that_is_open_is_paused_by_a_key_and_its_button_keeps_its_name(
    page: Page, desk: Desk
) -> None:
    open_board(page, desk)
    first_of(page, Group.LIVE).locator("a").click()
    expect(page.get_by_role("heading", name="Actions")).to_be_visible()
    button = page.get_by_role("button", name=re.compile(r"^(pause )?Pause$"))
    expect(button).to_have_attribute("aria-keyshortcuts", "P")
    drawn(page)
    dialog = page.get_by_role("dialog")
    page.keyboard.press("Control+p")
    page.keyboard.press("Control+k")
    dialog.get_by_role("searchbox").press_sequentially("pop")
    expect(dialog.get_by_role("searchbox")).to_have_value("pop")
    expect(dialog.get_by_text("pause the campaign that is open")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    drawn(page)
    page.keyboard.press("p")
    expect(dialog.get_by_text("Why is it paused?")).to_be_visible()
    page.keyboard.press("p")
    expect(dialog).to_have_count(1)
    dialog.get_by_role("textbox").fill("")
    dialog.get_by_role("textbox").press_sequentially("perhaps")
    expect(dialog.get_by_role("textbox")).to_have_value("perhaps")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_what_is_found_is_read_whole_on_a_phone(page: Page, desk: Desk) -> None:
    page.set_viewport_size(SIZES["phone"])
    open_board(page, desk)
    page.keyboard.press("Control+k")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("searchbox").press_sequentially("e")
    links = dialog.get_by_role("link")
    expect(links).to_have_count(10)
    for link in links.all():
        cut = link.evaluate("one => one.querySelector('p').scrollWidth > one.clientWidth")
        assert not cut, link.inner_text()
        box, words = link.bounding_box(), link.locator("p").bounding_box()
        assert box is not None
        assert words is not None
        assert words["y"] + words["height"] <= box["y"] + box["height"] + 1


def test_j_walks_the_list_of_the_roster_that_it_was_opened_from_and_leads_back_there(
    page: Page, desk: Desk
) -> None:
    page.goto(f"{desk.url}/roster")
    burning = page.get_by_role("table", name="What needs attention").locator("tbody a")
    burning.first.wait_for()
    drawn(page)
    campaigns = [one for one in burning.all_inner_texts() if one != "All of the artist"]
    burning.first.click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text(campaigns[0])
    expect(page.get_by_role("button", name="Next")).to_be_visible()
    drawn(page)
    page.keyboard.press("j")
    expect(heading).to_have_text(campaigns[1])
    page.get_by_role("link", name="Back to the roster").click()
    expect(heading).to_have_text("Roster")
