"""Two tabs and a database that goes away: what a person sees without touching anything."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, expect
from sqlalchemy import Engine

from lib.db.engine import make_engine
from lib.domain.actions import PauseReason
from lib.domain.records import Actor
from lib.domain.rights import FULL
from lib.domain.status import Group, Status
from lib.services import queries
from lib.services.campaigns import pause_campaign
from tests.browser.chromium import drawn
from tests.browser.desk import Desk, serving
from tests.browser.test_journey import board, choose_artist, first_of, group_of
from tests.cast import new_request
from tests.conftest import IS_CI
from tests.postgres import Postgres, PostgresMissing

ARTIST = "Dead Letter Ferry"
A_FEW_SECONDS = 12_000  # milliseconds, on a busy machine
PATIENCE = 30_000


@pytest.fixture(autouse=True)
def patient(page: Page) -> None:
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)


@pytest.fixture
def engine(desk: Desk) -> Iterator[Engine]:
    """Somebody else's way to the same database."""
    engine = make_engine(desk.database_url)
    yield engine
    engine.dispose()


def open_board(page: Page, desk: Desk, query: str = "") -> None:
    page.goto(f"{desk.url}/?artist={ARTIST.replace(' ', '+')}{query}")
    board(page).wait_for()
    drawn(page)


def pause_one(engine: Engine) -> str:
    """Pause a running campaign of the artist, as Bob elsewhere, and return its name."""
    now = datetime.now(UTC)
    artist = next(one for one in queries.artists(engine, rights=FULL) if one.name == ARTIST)
    found = queries.board(engine, artist.id, rights=FULL, now=now)
    assert found
    one = next(row.campaign for row in found.rows if row.status is Status.ACTIVE)
    pause_campaign(
        engine,
        one.id,
        reason=PauseReason.BUDGET,
        actor=Actor(name="Bob", rights=FULL),
        seen_version=one.version,
        request_id=new_request() + str(time.monotonic_ns()),
        now=now,
    )
    return one.name


def line(page: Page):
    return page.locator(".desk-pulse")


def test_an_open_board_shows_what_somebody_else_has_changed(
    page: Page, desk: Desk, engine: Engine
) -> None:
    open_board(page, desk)
    name = pause_one(engine)
    paused = group_of(page, Group.PAUSED)
    expect(paused.get_by_role("link", name=name, exact=True)).to_be_visible(timeout=A_FEW_SECONDS)
    expect(line(page)).to_be_hidden()


def test_whoever_has_a_dialog_open_keeps_it_and_is_offered_the_change(
    page: Page, desk: Desk, engine: Engine
) -> None:
    open_board(page, desk)
    first_of(page, Group.LIVE).get_by_role("button", name="Actions for").click()
    page.get_by_role("menuitem", name=re.compile("Pause")).click()
    note = page.get_by_role("dialog").get_by_role("textbox")
    note.fill("half a thought")
    name = pause_one(engine)
    expect(line(page)).to_contain_text("There are changes", timeout=A_FEW_SECONDS)
    page.wait_for_timeout(4_000)
    expect(note).to_have_value("half a thought")
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    paused = group_of(page, Group.PAUSED)
    expect(paused.get_by_role("link", name=name, exact=True)).to_be_visible()


def test_whoever_types_is_not_interrupted_and_may_ask_for_the_change(
    page: Page, desk: Desk, engine: Engine
) -> None:
    open_board(page, desk)
    field = page.get_by_role("searchbox", name="Search")
    field.focus()
    name = pause_one(engine)
    expect(line(page)).to_contain_text("There are changes", timeout=A_FEW_SECONDS)
    expect(field).to_be_focused()
    box = line(page).bounding_box()
    assert box
    assert box["y"] + box["height"] < 60, "the line stands above the page"
    line(page).get_by_role("button", name="Show them").click()
    paused = group_of(page, Group.PAUSED)
    expect(paused.get_by_role("link", name=name, exact=True)).to_be_visible()
    expect(line(page)).to_be_hidden()


def test_a_hidden_tab_asks_nothing_and_a_shown_one_asks_at_once(page: Page, desk: Desk) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        if request.url.endswith("/api/version"):
            asked.append(request.url)

    page.on("request", note)
    open_board(page, desk)
    with page.expect_request("**/api/version"):
        pass
    hide = "Object.defineProperty(document, 'hidden', {configurable: true, get: () => %s});"
    page.evaluate(hide % "true" + "document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_timeout(500)
    asked.clear()
    page.wait_for_timeout(7_500)
    assert asked == []
    with page.expect_request("**/api/version", timeout=2_000):
        page.evaluate(hide % "false" + "document.dispatchEvent(new Event('visibilitychange'))")


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[Postgres]:
    """A PostgreSQL that these tests alone may stop."""
    try:
        server = Postgres()
    except PostgresMissing as error:
        if IS_CI:
            pytest.fail(str(error))
        pytest.skip(str(error))
    with server:
        yield server


@pytest.fixture(scope="module")
def team_desk(own_postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The desk on that PostgreSQL."""
    url = own_postgres.create_database("desk")
    folder: Path = tmp_path_factory.mktemp("team-desk")
    with serving(folder, env={"DATABASE_URL": url}) as running:
        yield running


@pytest.mark.postgresql
def test_a_page_says_that_the_database_is_away_and_comes_back_with_its_filters(
    page: Page, team_desk: Desk, own_postgres: Postgres
) -> None:
    open_board(page, team_desk, "&status=Active")
    before = board(page).get_by_role("link").all_inner_texts()
    assert before
    own_postgres.stop()
    try:
        # Whoever only looks is told so, and keeps what they look at.
        expect(line(page)).to_contain_text("reconnecting", timeout=A_FEW_SECONDS)
        expect(board(page)).to_be_visible()
        # Whoever does something gets a page that says so.
        choose_artist(page, "Maribel Quento")
        expect(page.get_by_text("The database cannot be reached").first).to_be_visible()
        expect(page.get_by_text("Reconnecting…").first).to_be_visible()
        expect(page.get_by_text("Something went wrong")).to_have_count(0)
    finally:
        own_postgres.start()
    board(page).wait_for()
    drawn(page)
    expect(page).to_have_url(re.compile(r"artist=Maribel"))
    expect(page).to_have_url(re.compile(r"status=Active"))
    rows = board(page).get_by_role("row").filter(has=page.locator("a"))
    assert rows.count()
    active = rows.filter(has=page.get_by_role("button", name=re.compile(": Active")))
    assert active.count() == rows.count()
    expect(line(page)).to_be_hidden()
