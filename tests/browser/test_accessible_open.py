"""axe on what is open over or within a page: every dialog, folds, the share link, People."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from lib.domain.status import Group
from tests.browser.acts import choose_person
from tests.browser.chromium import drawn
from tests.browser.conftest import opened
from tests.browser.desk import Desk, serving
from tests.browser.looking import tab_of
from tests.browser.roles import ADMIN
from tests.browser.roles_stage import cold_stage
from tests.browser.screenshots import ARTIST, SIZES
from tests.browser.test_accessible import ONE_OFTEN, page_in, violations
from tests.browser.test_journey import board, first_of, group_of

PATIENCE = 30_000
BOARD = f"/?artist={ARTIST.replace(' ', '+')}"
Way = Callable[[Page], None]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk of this module's own, since a link is made on it."""
    with serving(tmp_path_factory.mktemp("open")) as running:
        yield running


def dialog(page: Page) -> Locator:
    return page.get_by_role("dialog")


def campaign(group: Group, button: str) -> Way:
    """Return the way to a dialog of a campaign's page."""

    def go(page: Page) -> None:
        first_of(page, group).locator("a").first.click()
        expect(page.get_by_role("heading", name="Actions")).to_be_visible()
        drawn(page)
        page.get_by_test_id("stMain").get_by_role(
            "button", name=re.compile(f"{button}$")
        ).first.click()
        dialog(page).wait_for()

    return go


def refused(page: Page) -> None:
    first_of(page, Group.LIVE).get_by_role("button", name="Actions for").click()
    page.get_by_role("menuitem", name=re.compile("Archive")).click()
    dialog(page).get_by_text("Pause it first").wait_for()


def menu(page: Page) -> None:
    first_of(page, Group.LIVE).get_by_role("button", name="Actions for").click()
    page.get_by_role("menuitem", name=re.compile("Archive")).wait_for()


def about(page: Page) -> None:
    group_of(page, Group.LIVE).get_by_role("button", name=re.compile(": Active")).first.click()
    dialog(page).wait_for()


def goto(page: Page) -> None:
    page.keyboard.press("Control+k")
    dialog(page).get_by_role("searchbox").press_sequentially("e")
    expect(dialog(page).get_by_role("link")).to_have_count(10)


def bulk(page: Page) -> None:
    for box in board(page).get_by_role("checkbox", name=re.compile("^Select DLF")).all()[:2]:
        box.check()
    page.get_by_test_id("stMain").get_by_role("button", name="Pause", exact=True).first.click()
    dialog(page).get_by_text("will change").wait_for()


def connections(page: Page) -> None:
    page.get_by_text("Connections · ").click()
    page.get_by_role("button", name=re.compile("Mark as broken")).first.click()
    dialog(page).wait_for()


def start_over(page: Page) -> None:
    beside = page.get_by_test_id("stSidebar")
    if page.viewport_size == SIZES["phone"]:  # There it lies beside the window.
        page.get_by_test_id("stExpandSidebarButton").click()
    beside.get_by_role("button", name="Start over").click()
    dialog(page).wait_for()


def filters(page: Page) -> None:
    page.get_by_role("button", name=re.compile("Filters")).click()
    page.get_by_role("combobox", name="Verdict").wait_for()


def history(page: Page) -> None:
    first_of(page, Group.LIVE).locator("a").first.click()
    page.get_by_text("History · ").click()
    page.get_by_test_id("stDataFrame").first.wait_for()


def share(page: Page) -> None:
    page.goto(page.url.replace("/?", "/present?"))
    page.locator(".pr h1").wait_for()
    drawn(page)
    page.get_by_text("Share", exact=True).click()
    drawn(page)
    page.get_by_role("button", name="Make a link").click()
    page.get_by_test_id("stCode").wait_for()


def titles(page: Page) -> None:
    page.goto(page.url.replace("/?", "/present?"))
    page.locator(".pr h1").wait_for()
    drawn(page)
    page.get_by_text("Titles", exact=True).click()
    page.get_by_role("button", name="Save titles").wait_for()


WAYS: dict[str, Way] = {
    "pause": campaign(Group.LIVE, "Pause"),
    "resume": campaign(Group.PAUSED, "Resume"),
    "archive": campaign(Group.PAUSED, "Archive"),
    "schedule": campaign(Group.LIVE, "Schedule…"),
    "not possible": refused,
    "a row's menu": menu,
    "about a status": about,
    "go to": goto,
    "bulk preview": bulk,
    "connection": connections,
    "filters": filters,
    "history": history,
    "share link": share,
    "titles": titles,
    "what it promotes": campaign(Group.LIVE, "What it promotes…"),
    # Last, since the menu stays open beside a phone's page.
    "start over": start_over,
}


@pytest.mark.parametrize(("theme", "size"), ONE_OFTEN)
def test_axe_finds_nothing_in_our_content_of_anything_that_is_open(
    chromium: Browser, desk: Desk, theme: str, size: str
) -> None:
    ours: list[tuple[str, ...]] = []
    with page_in(chromium, theme, size) as page:
        for name, way in WAYS.items():
            page.goto(desk.url + BOARD)
            drawn(page)
            board(page).wait_for()
            way(page)
            drawn(page)
            ours += [(name, *one) for one in violations(page)]
    assert not ours, "\n\n".join("\n".join(one) for one in ours)


def test_axe_finds_nothing_in_our_content_of_people(
    chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    ours: list[tuple[str, ...]] = []
    with (
        cold_stage(tmp_path_factory.mktemp("people")) as stage,
        tab_of(ADMIN, stage, chromium) as tab,
    ):
        tab.go("people")
        tab.main.get_by_text("Invite somebody").click()
        choose_person(tab)
        for size in SIZES.values():
            tab.page.set_viewport_size(size)
            for theme in ("light", "dark"):
                tab.page.emulate_media(
                    color_scheme="dark" if theme == "dark" else "light", reduced_motion="reduce"
                )
                drawn(tab.page)
                ours += [(theme, str(size), *one) for one in violations(tab.page)]
    assert not ours, "\n\n".join("\n".join(one) for one in ours)


def test_axe_finds_nothing_in_the_sign_in(
    chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with cold_stage(tmp_path_factory.mktemp("sign-in")) as stage, opened(chromium) as page:
        page.set_default_timeout(PATIENCE)
        page.goto(stage.desk.url)
        page.get_by_role("button", name="Sign in", exact=True).wait_for()
        assert violations(page) == []
