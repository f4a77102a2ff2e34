"""One run: every page in turn, round by round, so that all share the machine's moods."""

import random
import statistics
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from playwright.sync_api import Error as BrowserFailed
from playwright.sync_api import Page
from sqlalchemy import func, select

from lib.db.engine import make_engine, reading
from lib.db.tables import artist, campaign
from lib.domain.status import Status
from lib.settings import ROOT
from tests.bench import clicks, servers, sql
from tests.bench.label import LARGE_BOARD, SMALL_BOARD
from tests.bench.measuring import CHART, FIGURES, TABLE, TITLE, Eyes, Sighting, Target
from tests.browser.desk import Desk

FIRST_VISITS = 3
BOARD = "pages/marketing/campaign_management.py"
CAMPAIGN = "pages/marketing/campaign.py"
ROSTER = "pages/marketing/roster.py"
Say = Callable[[str], None]


@dataclass(frozen=True)
class DeskPage:
    """A page of the desk: how the browser and the socket ask for it, and what is waited for."""

    script: str
    page: str
    query: str
    watched: dict[str, str]

    def target(self, name: str, desk: Desk) -> Target:
        """Return the page as the browser visits it."""
        return Target(name, f"{desk.url}/{self.page}?{self.query}", self.watched)


@dataclass
class Outcome:
    """Everything that was measured, by the names of the pages."""

    first: dict[str, list[Sighting]] = field(default_factory=lambda: defaultdict(list))
    warm: dict[str, list[Sighting]] = field(default_factory=lambda: defaultdict(list))
    pressed: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    cpu: dict[str, float] = field(default_factory=dict)
    memory: dict[str, float] = field(default_factory=dict)
    reads: dict[str, sql.Read] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    def visible(self, name: str, mark: str, *, is_first: bool = False) -> float | None:
        """Return the median milliseconds until `mark` stood on the page."""
        found = (self.first if is_first else self.warm).get(name, [])
        return statistics.median(one.seen[mark] for one in found) if found else None

    def kilobytes(self, name: str) -> float | None:
        """Return what came over the websocket in a warm visit."""
        found = self.warm.get(name, [])
        return statistics.median(one.received for one in found) / 1000 if found else None

    def browser_cpu(self, name: str) -> float | None:
        """Return the median milliseconds of CPU that a warm visit takes in the browser."""
        found = self.warm.get(name, [])
        return statistics.median(one.cpu for one in found) if found else None

    def click(self, name: str) -> float | None:
        """Return the median milliseconds from a click to the new state."""
        found = self.pressed.get(name, [])
        return statistics.median(found) if found else None


def desk_pages(database_url: str) -> dict[str, DeskPage]:
    """Return the pages of the desk with the artists and the campaign that they show."""
    engine = make_engine(database_url)
    found: dict[str, DeskPage] = {}
    small = 0
    try:
        with reading(engine) as db:
            for count in (SMALL_BOARD, LARGE_BOARD):
                of = (
                    select(artist.c.id, artist.c.name)
                    .join(campaign)
                    .group_by(artist.c.id, artist.c.name)
                    .having(func.count() == count)
                    .order_by(artist.c.id)
                )
                if row := db.execute(of).first():
                    query = urlencode({"artist": row.name})
                    found[f"board {count}"] = DeskPage(BOARD, "", query, {"board": TABLE})
                    small = small or row.id
            oldest = (
                select(campaign.c.id)
                .where(campaign.c.artist_id == small)
                .where(campaign.c.status == Status.ACTIVE)
                .order_by(campaign.c.starts_on)
            )
            one = int(db.execute(oldest).scalars().first() or 0)
    finally:
        engine.dispose()
    marks = {"figures": FIGURES, "charts": CHART}
    found["campaign"] = DeskPage(CAMPAIGN, "campaign", f"id={one}", marks)
    if (ROOT / ROSTER).exists():
        found["roster"] = DeskPage(ROSTER, "roster", "", {"roster": TABLE})
    return found


def measure(of: servers.Servers, eyes: Eyes, *, rounds: int, say: Say) -> Outcome:
    """Measure everything and return it; what could not be measured is told in its place."""
    outcome = Outcome()
    pages = {size: desk_pages(desk.database_url) for size, desk in of.desks.items()}
    targets = [
        Target("bare", of.title.url, {"title": TITLE}),
        Target("bare chart", of.chart.url, {"chart": CHART}),
    ]
    for size, desk in of.desks.items():
        targets += [page.target(f"{size} {name}", desk) for name, page in pages[size].items()]
    # In another order every round: a page pays for what the browser puts away of the one before.
    dice = random.Random(rounds)  # noqa: S311 - an order, no secret
    for is_first, times in ((True, min(FIRST_VISITS, rounds)), (False, rounds)):
        for number in range(times):
            kind = "first visits" if is_first else "warm visits"
            say(f"{kind}, round {number + 1} of {times}")
            for target in dice.sample(targets, len(targets)):
                _visit(outcome, eyes, target, is_first=is_first)
    for number in range(rounds):
        say(f"clicks, round {number + 1} of {rounds}")
        _clicks(outcome, eyes, of, pages)
    say("the server's CPU, memory and SQL")
    _server_side(outcome, of, pages)
    return outcome


def _visit(outcome: Outcome, eyes: Eyes, target: Target, *, is_first: bool) -> None:
    if target.name in outcome.failed:
        return
    try:
        sighting = eyes.visit(target, is_first=is_first)
    except BrowserFailed as error:
        outcome.failed[target.name] = str(error).splitlines()[0]
    else:
        (outcome.first if is_first else outcome.warm)[target.name].append(sighting)


def _clicks(
    outcome: Outcome, eyes: Eyes, of: servers.Servers, pages: dict[str, dict[str, DeskPage]]
) -> None:
    _click(outcome, eyes, Target("button", of.button.url, {"title": TITLE}), clicks.press_button)
    for size, desk in of.desks.items():
        for name, page in pages[size].items():
            if not name.startswith("board"):
                continue

            def pause(opened: Page, url: str = desk.database_url) -> float:
                taken, paused = clicks.pause_on_board(opened)
                clicks.resume(url, paused)
                return taken

            _click(outcome, eyes, page.target(f"{size} {name} pause", desk), pause)


def _click(outcome: Outcome, eyes: Eyes, target: Target, click: Callable[[Page], float]) -> None:
    if target.name in outcome.failed:
        return
    try:
        with eyes.opened(target, is_first=False) as (page, _):
            outcome.pressed[target.name].append(click(page))
    except (BrowserFailed, LookupError, StopIteration) as error:
        outcome.failed[target.name] = (str(error) or type(error).__name__).splitlines()[0]


def _server_side(
    outcome: Outcome,
    of: servers.Servers,
    pages: dict[str, dict[str, DeskPage]],
) -> None:
    outcome.cpu["bare"] = servers.cpu_of_a_rerun(of.title)
    outcome.memory["bare"] = servers.memory(of.title)
    for size, desk in of.desks.items():
        for name, page in pages[size].items():
            key = f"{size} {name}"
            outcome.cpu[key] = servers.cpu_of_a_rerun(desk, page=page.page, query=page.query)
        outcome.memory[size] = servers.memory(desk)
        for name, page in pages[size].items():
            read = sql.measure(desk.database_url, page.script, page.query)
            outcome.reads[f"{size} {name}"] = read
