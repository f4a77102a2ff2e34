"""What a person does on the desk, in a real Chromium, against the real server."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from lib.domain.status import Group
from lib.ui.board import ROW_HEIGHT, WIDTHS
from tests.browser.desk import Desk

ARTIST = "Dead Letter Ferry"
PATIENCE = 20_000  # milliseconds
HEAD = 36  # pixels of a table's head


@pytest.fixture(autouse=True)
def patient(page: Page) -> None:
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)


def quiet(page: Page) -> None:
    """Wait until the desk has drawn everything."""
    page.get_by_role("heading", level=1).first.wait_for()
    page.wait_for_function(
        "() => !document.querySelector('[data-testid=stStatusWidget], [data-testid=stSkeleton]')"
        " && !document.querySelector('[data-stale=true]')"
    )


def grid(page: Page) -> Locator:
    """Return the board's table; what it shows stands in its accessibility tree."""
    return page.locator('[class*="st-key-table-board-"] [data-testid=stDataFrame]').first


def lines_of(page: Page) -> list[str]:
    """Return the first cell of every line as a screen reader gets it."""
    quiet(page)
    rows = grid(page).locator("table tbody tr")
    rows.first.wait_for(state="attached")
    return [row.locator("td").first.inner_text().strip() for row in rows.all()]


def names_in(page: Page, group: Group) -> list[str]:
    """Return the names of the campaigns below a group's line."""
    heads = {one.label.upper() for one in Group}
    names, is_inside = [], False
    for line in lines_of(page):
        if line in heads:
            is_inside = line == group.label.upper()
        elif is_inside:
            names.append(line)
    return names


def middle_of(column: str) -> float:
    """Return how far from a table's left edge the middle of a column lies, in pixels."""
    before = list(WIDTHS).index(column)
    return sum(list(WIDTHS.values())[:before]) + WIDTHS[column] / 2


def click(page: Page, group: Group, column: str) -> str:
    """Click a column of the first campaign of a group and return what it is called."""
    name = names_in(page, group)[0]
    line = lines_of(page).index(name)
    table = grid(page)
    table.scroll_into_view_if_needed()
    box = table.bounding_box()
    assert box
    page.mouse.click(
        box["x"] + middle_of(column), box["y"] + HEAD + ROW_HEIGHT * line + ROW_HEIGHT / 2
    )
    return name


def choose_artist(page: Page, artist: str) -> None:
    field = page.get_by_test_id("stSidebar").get_by_role("combobox", name=re.compile("Artist"))
    field.click()
    page.get_by_role("option", name=artist).click()


def filter_status(page: Page, status: str) -> None:
    page.get_by_role("button", name=re.compile("Filters")).click()
    page.get_by_role("combobox", name=re.compile("Status")).first.click()
    page.get_by_role("option", name=status, exact=True).click()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")


def confirm(page: Page, label: str) -> None:
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name=label, exact=False).last.click()
    expect(dialog).to_be_hidden()


def action(page: Page, label: str) -> Locator:
    """Return an action's button on the page of a campaign, not the dialog's."""
    return page.get_by_test_id("stMain").get_by_role("button", name=re.compile(f"{label}$")).first


def test_a_campaign_is_found_paused_archived_and_brought_back(page: Page, desk: Desk) -> None:
    page.goto(desk.url)
    choose_artist(page, ARTIST)
    expect(page.get_by_text(f"{ARTIST} · ")).to_be_visible()
    filter_status(page, "Active")
    expect(page).to_have_url(re.compile("status=Active"))
    quiet(page)

    name = click(page, Group.LIVE, "campaign")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page).to_have_url(re.compile(r"/campaign\?"))
    address = page.url

    action(page, "Pause").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Delivery and spend stop at once")).to_be_visible()
    expect(dialog.get_by_role("button", name="Pause")).to_be_disabled()
    dialog.get_by_text("Stop the spend for budget reasons").click()
    expect(dialog.get_by_role("button", name="Pause")).to_be_enabled()
    confirm(page, "Pause")
    notice = page.locator(".st-key-undo-notice")
    expect(notice).to_contain_text("Paused")
    expect(action(page, "Resume")).to_be_enabled()
    notice.get_by_role("button", name="Undo").dblclick()
    expect(notice).to_contain_text("is Active now")
    expect(action(page, "Pause")).to_be_enabled()
    notice.get_by_role("button", name="Undo").click()
    expect(notice).to_contain_text("is Paused now")
    expect(action(page, "Pause")).to_be_disabled()

    page.get_by_role("link", name="Back to the board").first.click()
    expect(page).to_have_url(re.compile("status=Active"))
    page.get_by_role("button", name="Reset").click()
    expect(page).not_to_have_url(re.compile("status="))
    expect(grid(page)).to_be_visible()
    assert name in names_in(page, Group.PAUSED)
    assert name not in names_in(page, Group.LIVE)

    page.reload()
    expect(grid(page)).to_be_visible()
    assert name in names_in(page, Group.PAUSED)

    page.get_by_role("link", name="Activity").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Activity")
    quiet(page)
    newest = page.locator("[data-testid=stDataFrame] table tbody tr").first
    expect(newest).to_contain_text(name)
    expect(newest).to_contain_text("Paused")

    page.goto(address)
    quiet(page)
    action(page, "Archive").click()
    confirm(page, "Archive")
    expect(action(page, "Unarchive")).to_be_enabled()
    action(page, "Unarchive").click()
    confirm(page, "Unarchive")
    expect(action(page, "Resume")).to_be_enabled()
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_the_menu_of_a_row_says_why_an_action_is_not_to_be_had(page: Page, desk: Desk) -> None:
    page.goto(f"{desk.url}/?artist={ARTIST.replace(' ', '+')}&status=Active")
    quiet(page)
    click(page, Group.LIVE, "menu")
    page.get_by_role("menuitem", name=re.compile("Archive")).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Pause it first")
    expect(dialog.get_by_role("button", name="Archive")).to_have_count(0)


def test_a_status_explains_itself_on_a_click(page: Page, desk: Desk) -> None:
    page.goto(f"{desk.url}/?artist={ARTIST.replace(' ', '+')}&status=Issue")
    quiet(page)
    click(page, Group.NEEDS_ATTENTION, "badges")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Contact support")
    expect(dialog).to_contain_text("Since:")
    expect(dialog).to_contain_text("Platform status:")
