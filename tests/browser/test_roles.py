"""Every role on every page and with every action, by the provider's own sign-in, in a Chromium.

And what ends a right ends it in the browser: a changed cookie, a sign-out, a role taken away.
"""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from lib.domain.rights import Role
from tests.browser import acts
from tests.browser.acts import WAYS, Tab, shown
from tests.browser.chromium import drawn
from tests.browser.looking import (
    check_written,
    look,
    look_at_pages,
    tab_of,
)
from tests.browser.roles import (
    DEMOTED,
    LIMITED,
    NOBODY,
    VIEWER,
    VISITORS,
    Met,
    Visitor,
    expected,
)
from tests.browser.roles_stage import LEAVER, LOSER, MARK, Stage, cold_stage

COOKIE = "_streamlit_user"
A_FEW_SECONDS = 20_000  # milliseconds, on a busy machine


@pytest.fixture(scope="module")
def cold(
    chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Stage, dict[str, Met]]]:
    """The desk, and what somebody signed out met on it before anybody else was there."""
    with cold_stage(tmp_path_factory.mktemp("roles")) as stage:
        with tab_of(NOBODY, stage, chromium) as tab:
            met = look_at_pages(NOBODY, tab, stage)
        yield stage, met


@pytest.fixture(scope="module")
def stage(cold: tuple[Stage, dict[str, Met]]) -> Stage:
    return cold[0]


def test_every_page_of_a_cold_server_shows_somebody_signed_out_the_sign_in_alone(
    cold: tuple[Stage, dict[str, Met]],
) -> None:
    assert cold[1] == expected()[NOBODY]


# The narrowest role that may change something: it is both allowed and refused.
OFTEN = (LIMITED,)


@pytest.mark.parametrize(
    "visitor",
    [
        pytest.param(
            one,
            id=one.title.replace(" ", "-"),
            marks=() if one in OFTEN else pytest.mark.long,
        )
        for one in (*VISITORS[1:], DEMOTED)
    ],
)
def test_each_role_meets_on_every_page_and_with_every_action_what_its_rights_say(
    stage: Stage, chromium: Browser, visitor: Visitor
) -> None:
    assert look(visitor, stage, chromium) == expected()[visitor]


def is_signed_out(tab: Tab) -> None:
    """Wait until there is the sign-in, and nothing else of the desk."""
    expect(tab.page.get_by_role("button", name=re.compile("Sign in$"))).to_be_visible()
    expect(tab.page.get_by_test_id("stMain").get_by_role("heading")).to_have_text("Campaign Desk")
    drawn(tab.page)
    words = shown(tab.page)
    assert MARK not in words
    assert tab.page.get_by_test_id("stSidebar").get_by_role("link").count() == 0


def test_a_cookie_that_was_changed_is_nobodys(stage: Stage, chromium: Browser) -> None:
    with tab_of(VIEWER, stage, chromium) as tab:
        context = tab.page.context
        tab.go(f"?{tab.asked}")
        assert tab.shows(tab.about.artist)
        (whole,) = [one for one in context.cookies() if one["name"] == COOKIE]
        value = whole["value"]
        middle = len(value) // 2
        swapped = "A" if value[middle] != "A" else "B"
        for other in (value[:-2], f"{value[:middle]}{swapped}{value[middle + 1 :]}", ""):
            context.clear_cookies(name=COOKIE)
            context.add_cookies([{**whole, "value": other}])  # type: ignore[typeddict-item]
            tab.page.goto(f"{tab.url}/?{tab.asked}")
            is_signed_out(tab)
        context.add_cookies([whole])  # type: ignore[list-item]
        tab.page.goto(f"{tab.url}/?{tab.asked}")
        drawn(tab.page)
        assert tab.shows(tab.about.artist), "else the cookie was never the reason"


def test_signing_out_in_one_tab_ends_the_other_at_its_next_click(
    stage: Stage, chromium: Browser
) -> None:
    with tab_of(LEAVER, stage, chromium) as tab:
        second = Tab(tab.page.context.new_page(), tab.url, tab.about)
        for one in (tab, second):
            one.go(f"?{tab.asked}")
            assert one.shows(tab.about.artist)
        kept = tab.page.context.cookies()
        tab.page.get_by_role("button", name=re.compile("Sign out$")).click()
        expect(tab.page.get_by_text("End Session").or_(sign_in_of(tab)).first).to_be_visible()
        second.page.get_by_role("link", name="Roster").first.click()
        is_signed_out(second)
        # Nor does a copy of the cookie let anybody in.
        tab.page.context.add_cookies(kept)  # type: ignore[arg-type]
        second.page.goto(f"{tab.url}/?{tab.asked}")
        is_signed_out(second)


def sign_in_of(tab: Tab):
    return tab.page.get_by_role("button", name=re.compile("Sign in$"))


def test_a_role_taken_away_counts_in_what_is_open(stage: Stage, chromium: Browser) -> None:
    theirs = stage.holdings[LOSER]
    with tab_of(LOSER, stage, chromium) as tab:
        # A page that is only looked at is drawn anew without what is out of sight.
        tab.go(f"campaign?id={theirs.runs}")
        assert tab.shows(theirs.artist)
        stage.give(LOSER, None)
        gone = tab.page.get_by_text(f"There is no campaign {theirs.runs}")
        expect(gone).to_be_visible(timeout=A_FEW_SECONDS)
        drawn(tab.page)
        assert not tab.shows(MARK)

        # So is an open dialog, at the first thing that is done in it.
        stage.give(LOSER, Role.EDITOR)
        tab.page.reload()
        drawn(tab.page)
        before = stage.written_by(LOSER)
        confirm = WAYS["pause"].begin(tab)
        assert confirm is not None
        stage.give(LOSER, None)
        tab.dialog.get_by_text("Under-performing").click()
        expect(gone).to_be_visible()
        expect(tab.dialog).to_have_count(0)
        drawn(tab.page)
        assert not tab.shows(MARK)

        # And a write from an open dialog is refused, without a word of the campaign.
        stage.give(LOSER, Role.EDITOR)
        tab.page.reload()
        drawn(tab.page)
        confirm = WAYS["pause"].begin(tab)
        assert confirm is not None
        stage.give(LOSER, None)
        confirm.click()
        expect(tab.page.get_by_text(acts.REFUSED).first).to_be_visible()
        drawn(tab.page)
        assert not tab.shows(MARK)
        check_written(Met.REFUSED, "", stage.written_by(LOSER) - before)
