"""What a person does on the desk, in a real Chromium, against the real server."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from lib.domain.status import Group
from tests.browser.chromium import drawn
from tests.browser.desk import Desk

ARTIST = "Dead Letter Ferry"
PATIENCE = 20_000  # milliseconds


@pytest.fixture(autouse=True)
def patient(page: Page) -> None:
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)


def board(page: Page) -> Locator:
    return page.get_by_role("table", name="Campaigns")


def names_in(page: Page, group: Group) -> list[str]:
    """Return the names of the campaigns below a group's line."""
    drawn(page)
    board(page).wait_for()
    return group_of(page, group).locator("a").all_inner_texts()


def group_of(page: Page, group: Group) -> Locator:
    head = page.get_by_role("rowheader", name=re.compile(f"{group.label}"))
    return board(page).get_by_role("rowgroup").filter(has=head)


def first_of(page: Page, group: Group) -> Locator:
    """Return the first campaign's row of a group."""
    drawn(page)
    return group_of(page, group).get_by_role("row").filter(has=page.locator("a")).first


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


def test_a_dialog_keeps_its_last_line_and_what_was_typed_last(page: Page, desk: Desk) -> None:
    page.goto(f"{desk.url}/?artist={ARTIST.replace(' ', '+')}")
    drawn(page)
    name = names_in(page, Group.LIVE)[-1]
    group_of(page, Group.LIVE).get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    drawn(page)
    action(page, "Pause").click()
    dialog = page.get_by_role("dialog")
    # A line more above the buttons, and a line less again.
    for reason in ("Under-performing", "Stop the spend for budget reasons"):
        dialog.get_by_text(reason).click()
        drawn(page)
        for label in ("Cancel", "Pause"):
            expect(dialog.get_by_role("button", name=re.compile(f"{label}$"))).to_have_count(1)
    dialog.get_by_role("textbox").fill("Typed last, and never left")
    confirm(page, "Pause")
    expect(page.locator(".st-key-undo-notice")).to_contain_text("Paused")
    drawn(page)
    expect(page.get_by_text("Typed last, and never left").first).to_be_visible()


def test_a_dialog_that_is_cancelled_changes_nothing(page: Page, desk: Desk) -> None:
    page.goto(f"{desk.url}/?artist={ARTIST.replace(' ', '+')}")
    live = names_in(page, Group.LIVE)
    first_of(page, Group.LIVE).get_by_role("button", name=re.compile("^Actions for")).click()
    page.get_by_role("menuitem", name=re.compile("Archive|Pause")).first.click()
    confirm(page, "Cancel")
    drawn(page)
    assert names_in(page, Group.LIVE) == live
    expect(page.locator(".st-key-undo-notice")).to_have_count(0)


def test_after_a_change_the_other_rows_of_the_board_stay_what_they_are(
    page: Page, desk: Desk
) -> None:
    page.goto(f"{desk.url}/?artist={ARTIST.replace(' ', '+')}")
    live = names_in(page, Group.LIVE)
    first = first_of(page, Group.LIVE)
    first.get_by_role("button", name=re.compile("^Actions for")).click()
    page.get_by_role("menuitem", name=re.compile("Pause")).click()
    page.get_by_role("dialog").get_by_text("Stop the spend for budget reasons").click()
    board(page).evaluate("(table) => table.querySelectorAll('a').forEach((a) => (a.seen = true))")
    confirm(page, "Pause")
    expect(page.locator(".st-key-undo-notice")).to_contain_text("Paused")
    drawn(page)
    new = board(page).evaluate(
        "(table) => [...table.querySelectorAll('a')].filter((a) => !a.seen).map((a) => a.innerText)"
    )
    assert new == [live[0]]
    assert names_in(page, Group.LIVE) == live[1:]
    heads = board(page).get_by_role("rowheader")
    expect(heads.filter(has_text=Group.LIVE.label)).to_contain_text(str(len(live) - 1))


def test_what_came_of_a_click_is_in_sight_wherever_the_page_is_scrolled_to(
    page: Page, desk: Desk
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{desk.url}/?artist={ARTIST.replace(' ', '+')}")
    first_of(page, Group.LIVE).get_by_role("button", name=re.compile("^Actions for")).click()
    page.get_by_role("menuitem", name=re.compile("Pause")).click()
    page.get_by_role("dialog").get_by_text("Stop the spend for budget reasons").click()
    confirm(page, "Pause")
    notice = page.locator(".st-key-undo-notice")
    board(page).get_by_role("rowheader").last.scroll_into_view_if_needed()
    expect(page.get_by_role("heading", level=1)).not_to_be_in_viewport()
    expect(notice).to_be_in_viewport(ratio=1)
    heard = page.get_by_role("status")
    expect(heard.filter(has_text="Paused “")).to_have_count(1)
    notice.get_by_role("button", name="Undo").click()
    expect(notice).to_contain_text("Undone")
    expect(notice).to_be_in_viewport(ratio=1)
    expect(heard.filter(has_text="Undone")).to_have_count(1)
    notice.get_by_role("button", name="Dismiss").click()
    expect(notice).to_have_count(0)
    expect(heard.filter(has_text="Undone")).to_have_count(0)


def test_a_campaign_is_found_paused_archived_and_brought_back(page: Page, desk: Desk) -> None:
    page.goto(desk.url)
    choose_artist(page, ARTIST)
    expect(page.get_by_text(f"{ARTIST} · ")).to_be_visible()
    filter_status(page, "Active")
    expect(page).to_have_url(re.compile("status=Active"))
    drawn(page)

    name = names_in(page, Group.LIVE)[0]
    first_of(page, Group.LIVE).get_by_role("link", name=name).click()
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
    expect(notice.get_by_role("button", name="Undo")).to_have_count(1)
    notice.get_by_role("button", name="Undo").click()
    expect(notice).to_contain_text("is Paused now")
    expect(action(page, "Pause")).to_be_disabled()

    page.get_by_role("link", name="Back to the board").first.click()
    expect(page).to_have_url(re.compile("status=Active"))
    page.get_by_role("button", name="Reset").click()
    expect(page).not_to_have_url(re.compile("status="))
    expect(board(page)).to_be_visible()
    assert name in names_in(page, Group.PAUSED)
    assert name not in names_in(page, Group.LIVE)

    page.reload()
    expect(board(page)).to_be_visible()
    assert name in names_in(page, Group.PAUSED)

    page.get_by_role("link", name="Activity").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Activity")
    drawn(page)
    newest = page.locator("[data-testid=stDataFrame] table tbody tr").first
    expect(newest).to_contain_text(name)
    expect(newest).to_contain_text("Paused")

    page.goto(address)
    drawn(page)
    action(page, "Archive").click()
    confirm(page, "Archive")
    expect(action(page, "Unarchive")).to_be_enabled()
    action(page, "Unarchive").click()
    confirm(page, "Unarchive")
    expect(action(page, "Resume")).to_be_enabled()
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_the_menu_of_a_row_says_why_an_action_is_not_to_be_had(page: Page, desk: Desk) -> None:
    page.goto(f"{desk.url}/?artist={ARTIST.replace(' ', '+')}&status=Active")
    drawn(page)
    first_of(page, Group.LIVE).get_by_role("button", name="Actions for").click()
    page.get_by_role("menuitem", name=re.compile("Archive")).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Pause it first")
    expect(dialog.get_by_role("button", name="Archive")).to_have_count(0)


def test_a_status_explains_itself_on_a_click(page: Page, desk: Desk) -> None:
    page.goto(f"{desk.url}/?artist={ARTIST.replace(' ', '+')}&status=Issue")
    drawn(page)
    first_of(page, Group.NEEDS_ATTENTION).get_by_role("button", name=re.compile("Issue")).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Contact support")
    expect(dialog).to_contain_text("Since:")
    expect(dialog).to_contain_text("Platform status:")


def test_what_is_typed_into_the_search_narrows_the_board_and_stays(page: Page, desk: Desk) -> None:
    page.goto(f"{desk.url}/?artist={ARTIST.replace(' ', '+')}")
    drawn(page)
    board(page).wait_for()
    everything = board(page).locator("a").count()
    field = page.get_by_role("searchbox", name="Search")
    field.press_sequentially("sluice")
    expect(page).to_have_url(re.compile("q=sluice"))
    expect(board(page).locator("a")).not_to_have_count(everything)
    assert all("sluice" in name.casefold() for name in board(page).locator("a").all_inner_texts())
    expect(field).to_be_focused()
    page.reload()
    expect(field).to_have_value("sluice")


def test_a_row_is_reached_and_its_menu_used_by_keyboard(page: Page, desk: Desk) -> None:
    page.goto(f"{desk.url}/?artist={ARTIST.replace(' ', '+')}&status=Active")
    first_of(page, Group.LIVE).get_by_role("button", name="Actions for").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem", name="Open")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("menuitem", name=re.compile("Pause"))).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("menu")).to_be_hidden()


@pytest.mark.parametrize("width", [1440, 390])
def test_a_rows_menu_opens_at_its_button(page: Page, desk: Desk, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{desk.url}/?artist={ARTIST.replace(' ', '+')}&status=Active")
    button = first_of(page, Group.LIVE).get_by_role("button", name="Actions for")
    drawn(page)
    button.click()
    menu, at = page.get_by_role("menu").bounding_box(), button.bounding_box()
    assert menu
    assert at
    assert menu["x"] <= at["x"] + 1 < menu["x"] + menu["width"]
    gap = max(menu["y"] - (at["y"] + at["height"]), at["y"] - (menu["y"] + menu["height"]))
    assert 0 <= gap < 5


def test_a_name_opens_in_a_tab_of_its_own_with_a_key_held(page: Page, desk: Desk) -> None:
    page.goto(f"{desk.url}/?artist={ARTIST.replace(' ', '+')}&status=Active")
    name = names_in(page, Group.LIVE)[0]
    with page.context.expect_page() as opened:
        first_of(page, Group.LIVE).get_by_role("link", name=name).click(modifiers=["ControlOrMeta"])
    expect(opened.value.get_by_role("heading", level=1)).to_have_text(name)


def test_another_artist_chosen_on_a_campaigns_page_opens_their_board(
    page: Page, desk: Desk
) -> None:
    page.goto(f"{desk.url}/?artist={ARTIST.replace(' ', '+')}")
    name = names_in(page, Group.LIVE)[0]
    group_of(page, Group.LIVE).get_by_role("link", name=name).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    drawn(page)
    choose_artist(page, "Brother Abacus")
    expect(page.get_by_role("heading", level=1)).to_have_text("Campaign Management")
    expect(page).to_have_url(re.compile(r"/\?artist=Brother"))
    board(page).wait_for()
    drawn(page)
    expect(board(page)).not_to_contain_text(name)


def test_one_step_back_leads_to_where_a_campaign_was_opened_from(page: Page, desk: Desk) -> None:
    field = page.get_by_test_id("stSidebar").get_by_role("combobox", name=re.compile("Artist"))
    page.goto(f"{desk.url}/?artist={ARTIST.replace(' ', '+')}&group=Live")
    first, second = names_in(page, Group.LIVE)[:2]
    group_of(page, Group.LIVE).get_by_role("link", name=first, exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(first)
    expect(page).to_have_url(re.compile("artist="))
    drawn(page)
    page.keyboard.press("j")
    expect(page.get_by_role("heading", level=1)).to_have_text(second)
    expect(page).to_have_url(re.compile("artist="))
    drawn(page)

    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text(first)
    drawn(page)
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Campaign Management")
    expect(page).to_have_url(re.compile(r"/\?artist=Dead.*group=Live|group=Live.*artist=Dead"))
    expect(field).to_have_value(ARTIST)
    assert names_in(page, Group.LIVE)[:2] == [first, second]
    page.go_forward()
    expect(page.get_by_role("heading", level=1)).to_have_text(first)

    # Of another artist than the chosen one, from the roster.
    page.goto(f"{desk.url}/roster?artist={ARTIST.replace(' ', '+')}&artists=Brother+Abacus")
    drawn(page)
    page.get_by_role("table", name="All campaigns").locator("tbody a").first.click()
    expect(field).to_have_value("Brother Abacus")
    expect(page).to_have_url(re.compile("campaign.*artist=Brother"))
    drawn(page)
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Roster")
    expect(page).to_have_url(re.compile("artists=Brother"))
    drawn(page)
    expect(field).to_have_value(ARTIST)


def test_an_artist_whose_billing_fails_is_opened_from_what_needs_attention(
    page: Page, desk: Desk
) -> None:
    page.goto(f"{desk.url}/roster?artist={ARTIST.replace(' ', '+')}")
    drawn(page)
    page.get_by_role("button", name=re.compile("^Billing|Billing ·")).first.click()
    drawn(page)
    rows = page.get_by_role("table", name="What needs attention").get_by_role("row")
    row = rows.filter(has=page.get_by_role("link", name="All of the artist")).first
    artist = row.get_by_role("cell").nth(2).inner_text().strip()
    row.get_by_role("link", name="All of the artist").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Campaign Management")
    drawn(page)
    field = page.get_by_test_id("stSidebar").get_by_role("combobox", name=re.compile("Artist"))
    expect(field).to_have_value(artist)


def test_the_box_above_picks_every_row_and_lets_go_of_them_again(page: Page, desk: Desk) -> None:
    page.goto(f"{desk.url}/?artist={ARTIST.replace(' ', '+')}")
    drawn(page)
    board(page).wait_for()
    boxes = board(page).get_by_role("checkbox", name=re.compile("^Select (?!all)"))
    everything = board(page).get_by_role("checkbox", name="Select all on this page")
    number = boxes.count()
    assert number > 5
    everything.check()
    expect(page.get_by_text(f"{number} selected")).to_be_visible()
    boxes.nth(2).uncheck()
    expect(page.get_by_text(f"{number - 1} selected")).to_be_visible()
    everything.click()
    expect(page.get_by_text(f"{number} selected")).to_be_visible()
    everything.uncheck()
    expect(page.get_by_text("selected")).to_have_count(0)


def test_many_campaigns_are_picked_and_changed_with_one_decision(page: Page, desk: Desk) -> None:
    page.goto(f"{desk.url}/?artist=Brother+Abacus&group=Paused")
    drawn(page)
    board(page).wait_for()
    names = names_in(page, Group.PAUSED)[:3]
    for name in names:
        board(page).get_by_role("checkbox", name=f"Select {name}", exact=True).first.check()
    expect(page.get_by_text("3 selected")).to_be_visible()
    page.get_by_role("button", name="Archive", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("3 will change")
    dialog.get_by_role("button", name="Archive 3 campaigns").click()
    expect(page.get_by_role("dialog")).to_contain_text("3 archived")
    page.keyboard.press("Escape")
    expect(board(page)).not_to_contain_text(names[0])
