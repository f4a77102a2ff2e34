"""Tasks of a working day, done by hand in a real Chromium: `python -m tests.browser.tasks`.

Each begins on the board that a person has open. Counted is every click; typing is told apart.
Writes what they took to `docs/tasks.md`.
"""

import re
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Locator, Page, expect, sync_playwright

from lib.domain.status import Group
from lib.settings import ROOT
from tests.browser.chromium import drawn, launch
from tests.browser.desk import serving
from tests.browser.test_journey import board, first_of

DOCUMENT = ROOT / "docs" / "tasks.md"
ARTIST = "Brother Abacus"
MOST_CLICKS = 4
PATIENCE = 20_000  # milliseconds, on a busy machine


@dataclass
class Hand:
    """Somebody at the desk: what they click and type is counted."""

    page: Page
    clicks: int = 0
    typed: list[str] = field(default_factory=list)

    def click(self, what: Locator) -> None:
        self.clicks += 1
        what.click()

    def type(self, text: str) -> None:
        self.typed.append(text)
        self.page.keyboard.type(text)

    def press(self, key: str) -> None:
        self.typed.append(key)
        self.page.keyboard.press(key)

    def menu(self, name: str) -> None:
        """Go to a page by the menu."""
        self.click(self.page.get_by_role("link", name=re.compile(f"{name}$")).first)
        expect(self.page.get_by_role("heading", level=1).first).to_have_text(name)

    def button(self, name: str) -> Locator:
        # A button's name begins with the name of its icon.
        return self.page.get_by_role("button", name=re.compile(f"{name}$")).first

    def saves(self, what: Locator) -> str:
        """Click what downloads a file and return its name."""
        with self.page.expect_download(timeout=PATIENCE) as told:
            self.click(what)
        return told.value.suggested_filename


@dataclass(frozen=True)
class Task:
    """A question of the day and the way to its answer; `do` fails where there is none."""

    title: str
    do: Callable[[Hand], None]


@dataclass(frozen=True)
class Took:
    """What a task took."""

    clicks: int
    typed: tuple[str, ...]
    seconds: float


def waste(hand: Hand) -> None:
    page = hand.page
    hand.click(page.get_by_role("button", name=re.compile("Filters")))
    hand.click(page.get_by_role("combobox", name="Verdict"))
    hand.click(page.get_by_role("option", name="Declining"))
    expect(page).to_have_url(re.compile("verdict=Declining"))
    # While the list of verdicts is open, nothing else has a role.
    found = page.locator(".desk-table tbody tr").filter(has=page.locator("a"))
    expect(found.filter(has_not_text=re.compile("declining"))).to_have_count(0)
    expect(found.first).to_be_visible()


def pause_one(hand: Hand) -> None:
    page = hand.page
    row = first_of(page, Group.LIVE)
    name = row.locator("a").inner_text()
    hand.click(row.get_by_role("button", name="Actions for"))
    hand.click(page.get_by_role("menuitem", name=re.compile("Pause")))
    dialog = page.get_by_role("dialog")
    hand.click(dialog.get_by_text("The promoted content or its link is wrong"))
    hand.click(dialog.get_by_role("button", name=re.compile("Pause$")))
    notice = page.locator(".st-key-undo-notice")
    expect(notice).to_contain_text(f"Paused “{name}”")
    expect(notice.get_by_role("button", name="Undo")).to_be_visible()


def last_changes(hand: Hand) -> None:
    hand.menu("Activity")
    newest = hand.page.locator("[data-testid=stDataFrame] table tbody tr")
    expect(newest.first).to_be_attached()


def report(hand: Hand) -> None:
    hand.menu("Present")
    hand.page.locator(".pr h1").wait_for()
    assert re.match(r"report-.*-last-28-days-.*\.pdf$", hand.saves(hand.button("Report as PDF")))


def link(hand: Hand) -> None:
    hand.menu("Present")
    hand.click(hand.page.get_by_text("Share", exact=True))
    drawn(hand.page)
    hand.click(hand.button("Make a link"))
    expect(hand.page.get_by_test_id("stCode")).to_contain_text("/shared/")


def by_name(hand: Hand) -> None:
    hand.press("Control+k")
    dialog = hand.page.get_by_role("dialog")
    expect(dialog.get_by_role("searchbox")).to_be_focused()
    hand.type("low tide")
    hand.click(dialog.get_by_role("link").first)
    expect(hand.page.get_by_role("heading", level=1)).to_contain_text("Low Tide")
    expect(hand.page.get_by_text("Last 7 days").first).to_be_visible()


def stuck(hand: Hand) -> None:
    row = first_of(hand.page, Group.NEEDS_ATTENTION)
    hand.click(row.locator("button.chips").first)
    dialog = hand.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Since:")


def into_excel(hand: Hand) -> None:
    assert hand.saves(hand.button("Excel")).endswith(".xlsx")


def whole_label(hand: Hand) -> None:
    hand.menu("Roster")
    expect(hand.page.get_by_text("Needs attention").first).to_be_visible()


def by_platform(hand: Hand) -> None:
    page = hand.page
    hand.menu("Explore")
    hand.click(page.get_by_role("combobox", name="Split by"))
    hand.click(page.get_by_role("option", name="Platform", exact=True))
    expect(page.get_by_role("table", name="The figures")).to_contain_text("Meta")


def on_the_projector(hand: Hand) -> None:
    hand.menu("Present")
    hand.page.locator(".pr h1").wait_for()
    hand.click(hand.page.get_by_text("Artist's screen"))
    hand.page.get_by_test_id("stSidebar").wait_for(state="hidden")


TASKS = (
    Task("Which campaigns of this artist waste money?", waste),
    Task("Pause the one with the wrong link.", pause_one),
    Task("What is stuck, and why?", stuck),
    Task("How does the campaign do that somebody just called about?", by_name),
    Task("What did we change last?", last_changes),
    Task("What of the whole label needs somebody?", whole_label),
    Task("What did each platform bring?", by_platform),
    Task("Send the artist the report of the last month.", report),
    Task("Give the artist a link.", link),
    Task("Show the artist on the projector.", on_the_projector),
    Task("Take the board into a sheet.", into_excel),
)


def start(page: Page, url: str) -> None:
    """Open the board of the artist that somebody looks after."""
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    page.goto(f"{url}/?{urlencode({'artist': ARTIST})}")
    drawn(page)
    board(page).wait_for()


def take(page: Page, url: str, task: Task) -> Took:
    """Do a task from the start page and return what it took."""
    start(page, url)
    hand, began = Hand(page), time.monotonic()
    task.do(hand)
    return Took(hand.clicks, tuple(hand.typed), time.monotonic() - began)


def render(found: dict[Task, Took]) -> str:
    """Return the table in Markdown."""
    lines = [
        "# Tasks of a working day",
        "",
        (
            "Written by `python -m tests.browser.tasks`: a Chromium does each from an artist's "
            "board in the demo label; the seconds are those of the desk, nobody thinks. The "
            f"tests hold every task to at most {MOST_CLICKS} clicks."
        ),
        "",
        "| task | clicks | typed | seconds |",
        "| --- | --- | --- | --- |",
    ]
    lines += [
        f"| {task.title} | {took.clicks} | {', '.join(f'`{one}`' for one in took.typed)} "
        f"| {took.seconds:.1f} |"
        for task, took in found.items()
    ]
    return "\n".join([*lines, ""])


def main() -> None:
    """Do every task and write the table down."""
    with (
        tempfile.TemporaryDirectory() as home,
        serving(Path(home)) as desk,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        found = {}
        for task in TASKS:
            with browser.new_context(locale="en-GB") as context:
                found[task] = take(context.new_page(), desk.url, task)
            print(task.title, found[task], file=sys.stderr, flush=True)
        browser.close()
    DOCUMENT.write_text(render(found), encoding="utf-8")
    print(DOCUMENT)


if __name__ == "__main__":
    main()
