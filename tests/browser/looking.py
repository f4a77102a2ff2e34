"""Looking at the desk as each visitor, in a real Chromium: `python -m tests.browser.looking`.

Writes what was met to `docs/roles.md`.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from lib.domain.rights import Role
from tests.browser.acts import WAYS, Tab, attempt, is_not_there, shown
from tests.browser.chromium import drawn, launch
from tests.browser.conftest import opened
from tests.browser.roles import (
    ACTS,
    DEMOTED,
    DOCUMENT,
    NOBODY,
    SHEETS,
    VISITORS,
    Met,
    Scope,
    Sheet,
    Visitor,
    acts_of,
    render,
)
from tests.browser.roles_stage import Stage, cold_stage
from tests.traces import traces

PATIENCE = 30_000  # milliseconds, on a busy machine


@contextmanager
def tab_of(visitor: Visitor, stage: Stage, chromium: Browser) -> Iterator[Tab]:
    """Yield a page of a browser of the visitor's own, signed in by the provider's page."""
    expect.set_options(timeout=PATIENCE)
    with opened(chromium) as page:
        page.set_default_timeout(PATIENCE)
        if visitor.person is not None:
            sign_in(page, stage.desk.url, visitor.person)
        yield Tab(page, stage.desk.url, stage.holdings[visitor])


def sign_in(page: Page, url: str, person: str) -> None:
    """Sign somebody in by the provider's page."""
    page.goto(url)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.locator("input[name=sub]").fill(person)
    page.get_by_role("button", name="Authorize").click()
    page.wait_for_url(f"{url}/**")
    drawn(page)


def look_at_pages(visitor: Visitor, tab: Tab, stage: Stage) -> dict[str, Met]:
    """Ask for every page by its address, with the visitor's artist and campaign."""
    hidden = hidden_from(visitor, stage)
    return {
        sheet.title: look_at_page(
            tab, f"{sheet.path}?id={tab.about.runs}&{tab.asked}", sheet, hidden
        )
        for sheet in SHEETS.values()
    }


def hidden_from(visitor: Visitor, stage: Stage) -> list[str]:
    """Return every name that must not be on any page which the visitor is shown."""
    if not visitor.is_let_in or visitor.role is None:
        own = None
    elif visitor.is_limited:
        mine = next(one for one in VISITORS if one.person == visitor.person)
        own = stage.holdings[mine].artist_id
    else:
        return []
    found = traces(stage.engine, besides=own)
    assert len(found) > 300
    address = f"{visitor.person}@"
    return [word for word in found if not word.startswith(address)]


def look_at_page(tab: Tab, path: str, sheet: Sheet, hidden: list[str]) -> Met:
    """Ask for one page; an `AssertionError` names what should not be on it."""
    tab.go(path)
    words = shown(tab.page)
    found = [word for word in hidden if word in words]
    assert not found, f"{path}: {found[:5]}"
    if tab.page.get_by_role("button", name="Sign in", exact=True).count():
        return Met.SIGN_IN
    if is_not_there(tab.page):
        return Met.NOT_THERE
    if sheet.is_of_campaign:
        is_there = tab.page.get_by_role("heading", level=1).count() > 0
        return Met.SHOWN if is_there and tab.about.artist in words else Met.NOT_THERE
    # Present has another one, the artist's, below.
    expect(tab.page.get_by_role("heading", level=1).first).to_have_text(sheet.title)
    return Met.SHOWN if tab.about.artist in words else Met.WITHOUT


def try_acts(visitor: Visitor, tab: Tab, stage: Stage) -> dict[str, Met]:
    """Try every action as the visitor, and hold what is said against what was written."""
    met = {}
    for act in acts_of(visitor):
        way, before = WAYS[act.name], stage.written_by(visitor)
        met[act.name] = attempt(tab, way, is_of_artist=act.scope is Scope.ARTIST)
        check_written(met[act.name], way.event, stage.written_by(visitor) - before)
    return met


def try_too_late(tab: Tab, stage: Stage) -> dict[str, Met]:
    """Try every action as an admin who becomes a viewer before the last click."""
    # Nothing notices the change before the click does.
    tab.page.route("**/api/version", lambda _route: None)
    met = {}
    for act in ACTS:
        if act.name == "switch somebody on":
            # The one before it was refused, so nobody is off yet.
            stage.switch_off_target_of(DEMOTED)
        way, before = WAYS[act.name], stage.written_by(DEMOTED)
        met[act.name] = attempt(
            tab,
            way,
            is_of_artist=act.scope is Scope.ARTIST,
            meanwhile=lambda: stage.give(DEMOTED, Role.VIEWER),
        )
        check_written(met[act.name], way.event, stage.written_by(DEMOTED) - before)
        stage.give(DEMOTED, Role.ADMIN)
        tab.at = None
    return met


def check_written(met: Met, event: str, written: set[tuple[str, int | str]]) -> None:
    """Raise `AssertionError` where the desk said one thing and wrote another."""
    events = {name for name, _ in written}
    is_right = event in events if met is Met.DONE and event else not events
    assert is_right, f"{met}, and written was {events}"


def look(visitor: Visitor, stage: Stage, chromium: Browser) -> dict[str, Met]:
    """Return what one visitor meets everywhere."""
    with tab_of(visitor, stage, chromium) as tab:
        if visitor is DEMOTED:
            return try_too_late(tab, stage)
        return look_at_pages(visitor, tab, stage) | try_acts(visitor, tab, stage)


def main() -> None:
    """Look as everybody, nobody first: the server is cold. Write the table down."""
    with (
        tempfile.TemporaryDirectory() as folder,
        cold_stage(Path(folder)) as stage,
        sync_playwright() as playwright,
    ):
        chromium = launch(playwright)
        seen = {one: look(one, stage, chromium) for one in (NOBODY, *VISITORS[1:], DEMOTED)}
        chromium.close()
    DOCUMENT.write_text(render(seen), encoding="utf-8")
    print(DOCUMENT)


if __name__ == "__main__":
    main()
