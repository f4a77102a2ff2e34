"""The filters as a person uses them, in a real Chromium: across pages, by link, gone at once."""

import re
from urllib.parse import quote_plus

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.chromium import drawn
from tests.browser.conftest import opened
from tests.browser.desk import Desk

PATIENCE = 20_000  # milliseconds
FERRY = "Dead Letter Ferry"


@pytest.fixture(autouse=True)
def patient(page: Page) -> None:
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)


def go(page: Page, desk: Desk, path: str) -> None:
    page.goto(f"{desk.url}/{path}")
    drawn(page)


def to(page: Page, title: str) -> None:
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=title).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    drawn(page)


def open_filters(page: Page) -> Locator:
    page.get_by_test_id("stMain").get_by_role("button", name=re.compile("Filters")).click()
    body = page.get_by_test_id("stPopoverBody")
    body.wait_for()
    return body


def choose(page: Page, field: str, value: str) -> None:
    """Choose a value in the open filters, and wait until the address says it."""
    box = page.get_by_test_id("stPopoverBody").get_by_role("combobox", name=field)
    box.hover()  # A list closes when what it stands in is scrolled.
    drawn(page)
    box.click()
    page.get_by_role("option", name=value, exact=True).click()
    expect(page).to_have_url(re.compile(re.escape(quote_plus(value))))
    drawn(page)
    if box.get_attribute("aria-expanded") == "true":
        box.press("Escape")  # A list of which several may be chosen stays open.


def close(page: Page) -> None:
    page.get_by_role("heading", level=1).click()
    expect(page.get_by_test_id("stPopoverBody")).to_have_count(0)


def names(page: Page, label: str) -> list[str]:
    board = page.get_by_role("table", name=label)
    board.wait_for()
    return board.locator("tbody a").all_inner_texts()


def test_a_filter_goes_with_its_person_from_page_to_page_and_goes_in_one_click(
    page: Page, desk: Desk
) -> None:
    go(page, desk, f"?artist={FERRY.replace(' ', '+')}")
    everything = names(page, "Campaigns")
    open_filters(page)
    choose(page, "Platform", "Meta")
    choose(page, "Verdict", "Too early")
    close(page)
    narrowed = names(page, "Campaigns")
    assert 0 < len(narrowed) < len(everything)
    to(page, "Activity")
    expect(page).to_have_url(re.compile("platform=Meta"))
    body = open_filters(page)
    expect(body.get_by_text("Meta", exact=True)).to_be_visible()
    expect(body.get_by_role("combobox", name="Verdict")).to_have_count(0)
    close(page)
    to(page, "Roster")
    expect(page).to_have_url(re.compile("verdict=Too"))
    body = open_filters(page)
    expect(body.get_by_text("Too early", exact=True)).to_be_visible()
    close(page)
    page.get_by_role("button", name="Reset").click()
    expect(page).not_to_have_url(re.compile("platform|verdict"))
    page.get_by_text("Totals per artist", exact=True).click()
    expect(page).to_have_url(re.compile("show=Totals"))
    drawn(page)  # What was chosen in a list that is closed by now does not come back.
    expect(page).not_to_have_url(re.compile("platform|verdict"))
    to(page, "Campaign Management")
    assert names(page, "Campaigns") == everything


def test_a_colleague_who_opens_the_link_sees_the_same(
    chromium: Browser, page: Page, desk: Desk
) -> None:
    go(page, desk, "roster")
    open_filters(page)
    choose(page, "Artist", FERRY)
    choose(page, "Budget", "GBP a day")
    least = page.get_by_test_id("stPopoverBody").get_by_role("spinbutton", name="Budget from")
    least.fill("15")
    least.press("Enter")
    expect(page).to_have_url(re.compile("budget_from=15"))
    drawn(page)
    close(page)
    mine, address = names(page, "All campaigns"), page.url
    assert mine
    with opened(chromium) as theirs:
        theirs.set_default_timeout(PATIENCE)
        theirs.goto(address)
        drawn(theirs)
        assert names(theirs, "All campaigns") == mine
        body = open_filters(theirs)
        expect(body.get_by_text(FERRY, exact=True)).to_be_visible()
        expect(body.get_by_role("spinbutton", name="Budget from")).to_have_value("15.00")


def test_the_groups_above_the_board_are_the_group_among_the_filters(page: Page, desk: Desk) -> None:
    go(page, desk, f"?artist={FERRY.replace(' ', '+')}")
    names(page, "Campaigns")
    page.get_by_role("button", name=re.compile("Live · ")).click()
    expect(page).to_have_url(re.compile("group=Live"))
    drawn(page)
    body = open_filters(page)
    expect(body.get_by_text("Live", exact=True)).to_be_visible()


@pytest.mark.parametrize(
    ("path", "label", "head", "usual"),
    [
        (f"?artist={FERRY.replace(' ', '+')}", "Campaigns", "Cost per result", "Status"),
        ("roster", "All campaigns", "Campaign", "Spend a day"),
    ],
)
def test_a_click_on_a_head_orders_by_it_and_another_as_usual(
    page: Page, desk: Desk, path: str, label: str, head: str, usual: str
) -> None:
    go(page, desk, path)
    before = names(page, label)
    heads = page.get_by_role("table", name=label).locator("thead")
    in_force = heads.locator("[aria-sort]")
    expect(in_force).to_contain_text(usual)
    heads.get_by_role("button", name=head, exact=True).click()
    expect(in_force).to_contain_text(head)
    expect(in_force).to_have_attribute("aria-sort", "ascending")
    expect(page).to_have_url(re.compile("sort="))
    expect(in_force.get_by_role("button")).to_be_focused()
    drawn(page)
    ordered = names(page, label)
    assert ordered != before
    if label == "All campaigns":
        assert ordered == sorted(ordered, key=str.casefold)
    in_force.get_by_role("button").press("Enter")
    expect(in_force).to_contain_text(usual)
    expect(page).not_to_have_url(re.compile("sort="))
    drawn(page)
    assert names(page, label) == before


def test_back_takes_a_filter_away_and_forth_brings_it_again(page: Page, desk: Desk) -> None:
    go(page, desk, f"?artist={FERRY.replace(' ', '+')}")
    chosen = page.locator(".pill.chosen")
    page.get_by_role("button", name=re.compile("Live · ")).click()
    expect(chosen).to_have_count(1)
    to(page, "Roster")
    page.get_by_role("button", name=re.compile("Ended · ")).click()
    expect(page).to_have_url(re.compile("status=Ended"))
    expect(chosen).to_have_count(1)
    page.go_back()
    expect(chosen).to_have_count(0)
    drawn(page)
    assert "status=" not in page.url
    page.go_back()
    expect(chosen).to_contain_text("Live")
    page.go_back()
    expect(chosen).to_have_count(0)
    drawn(page)
    assert "group=" not in page.url
    page.go_forward()
    expect(chosen).to_contain_text("Live")
    drawn(page)
    # On a page that has no filters Back says nothing of those of others.
    to(page, "Status guide")
    to(page, "Trend check")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Status guide")
    to(page, "Campaign Management")
    expect(chosen).to_contain_text("Live")


def test_back_leads_to_the_board_of_the_artist_that_it_was(page: Page, desk: Desk) -> None:
    go(page, desk, f"?artist={FERRY.replace(' ', '+')}")
    board, field = page.get_by_test_id("stMain"), page.get_by_role("combobox", name="Artist")
    expect(board.get_by_text(f"{FERRY} · ")).to_be_visible()
    page.keyboard.press("Control+k")
    page.get_by_role("dialog").get_by_role("searchbox").press_sequentially("abacus")
    page.get_by_role("button", name="Brother Abacus · board").click()
    expect(board.get_by_text("Brother Abacus · ")).to_be_visible()
    drawn(page)
    page.go_back()
    expect(board.get_by_text(f"{FERRY} · ")).to_be_visible()
    expect(field).to_have_value(FERRY)
    drawn(page)
    page.go_forward()
    expect(board.get_by_text("Brother Abacus · ")).to_be_visible()
    expect(field).to_have_value("Brother Abacus")
