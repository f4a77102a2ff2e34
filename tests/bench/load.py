"""`python -m tests.bench.load`: many people at once on one desk, and what each of them waits.

Everybody has a real websocket and does something every few seconds: looks at a board, opens a
campaign, changes it. As many press the button of a bare Streamlit page at the same pace on the
same machine, so that the two can be compared whatever else runs there. First the team, then
twice as many at three times the pace: slow, but nothing lost or wrong.

SECONDS says how long each takes; DATABASE=postgresql uses a PostgreSQL of its own with the demo
label instead of SQLite with 2,000 campaigns.
"""

import os
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import httpx
import psutil
from sqlalchemy import func, select

from lib.db.engine import make_engine, reading
from lib.db.tables import artist, campaign, history
from lib.domain.actions import Action
from lib.domain.status import Status
from lib.services.recording import event_of
from tests.bench.label import SIZES
from tests.bench.servers import bare_server, desk_server
from tests.browser.desk import Desk, serving
from tests.postgres import Postgres
from tests.wire import Visit, visit

SECONDS = 300
POLL_SECONDS, POLLS_OF_COST = 3, 500
_CHANGED = {
    Action.PAUSE: "Paused “",
    Action.RESUME: "Resumed “",
    Action.ARCHIVE: "Archived “",
    Action.UNARCHIVE: "Unarchived “",
}
_WRONG = (b"Something went wrong", b"cannot be reached", b"exception_type")
_CAN_CHANGE = (Status.ACTIVE, Status.SERVING, Status.PAUSED, Status.ARCHIVED)


@dataclass(frozen=True)
class Crowd:
    """How many people, and how many seconds each thinks between two actions."""

    name: str
    people: int
    think: float


TEAM = Crowd("team", 50, 10)
OVERLOAD = Crowd("overload", 100, 10 / 3)


@dataclass
class Seen:
    """What all people of one kind have met; filled by their threads."""

    waits: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    told: Counter[str] = field(default_factory=Counter)

    def timed(self, work: Callable[[], bytes]) -> bytes:
        """Return what `work` received, and keep how long it took and what was wrong with it."""
        start = time.perf_counter()
        received = work()
        self.waits.append(time.perf_counter() - start)
        self.errors.extend(words.decode() for words in _WRONG if words in received)
        return received


@dataclass(frozen=True)
class Label:
    """What there is to look at and to change."""

    artists: list[str]
    campaigns: list[int]


def label_of(database_url: str) -> Label:
    """Return the artists and the campaigns that somebody can change."""
    engine = make_engine(database_url)
    with reading(engine) as db:
        names = db.execute(select(artist.c.name).order_by(artist.c.id)).scalars().all()
        query = select(campaign.c.id).where(campaign.c.status.in_(_CAN_CHANGE))
        ids = db.execute(query.order_by(campaign.c.id)).scalars().all()
    engine.dispose()
    return Label(list(names), list(ids))


def changes_in(database_url: str) -> int:
    """Return how many changes of people stand in the history."""
    engine = make_engine(database_url)
    with reading(engine) as db:
        query = select(func.count()).where(
            history.c.event.in_([event_of(action) for action in Action])
        )
        number = db.execute(query).scalar_one()
    engine.dispose()
    return number


def act(tab: Visit, seen: Seen, label: Label, dice: random.Random) -> None:
    """Do what somebody does next: mostly look, sometimes change."""
    draw = dice.random()
    if draw < 0.4:
        query = urlencode({"artist": dice.choice(label.artists)})
        seen.timed(lambda: tab.run(query=query))
    elif draw < 0.5:
        seen.timed(lambda: tab.run("roster"))
    else:
        one = dice.choice(label.campaigns)
        seen.timed(lambda: tab.run("campaign", query=f"id={one}"))
        if draw > 0.75:
            change(tab, seen, dice)


def change(tab: Visit, seen: Seen, dice: random.Random) -> None:
    """Change the campaign that is open, as its buttons allow: press, say why, confirm."""
    labels = {action.label: action for action in Action}
    possible = [one for one in tab.widgets("button", disabled=False) if one.label in labels]
    if not possible:
        return
    button = dice.choice(possible)
    seen.timed(lambda: tab.press(button.id))
    if reasons := tab.widgets("radio"):
        reason = reasons[0]
        seen.timed(lambda: tab.set(reason.id, string_value=reason.options[2]))
    confirm = tab.widgets("button", label=button.label)[-1]
    if confirm.id == button.id:
        seen.told["not possible any more"] += 1
        return
    received = seen.timed(lambda: tab.press(confirm.id))
    if _CHANGED[labels[button.label]].encode() in received:
        seen.told["changed"] += 1
    elif b"Nothing was changed" in received:
        seen.told["refused"] += 1
    else:
        seen.told["no answer"] += 1


def press_bare(tab: Visit, seen: Seen, _label: Label, _dice: random.Random) -> None:
    """Press the button of the bare page."""
    button = tab.widget("button")
    tab.received = tab.received[-8:]  # It is drawn once and then kept by its id.
    seen.timed(lambda: tab.press(button.id))


Act = Callable[[Visit, Seen, Label, random.Random], None]


def live(
    url: str, crowd: Crowd, seen: Seen, label: Label, number: int, until: float, do: Act
) -> None:
    """Be one person until the end: come in a little later than the others, think, act."""
    dice = random.Random(number)  # noqa: S311 - not a secret
    time.sleep(dice.uniform(0, crowd.think))
    try:
        with visit(url) as tab:
            tab.run()
            while time.monotonic() < until:
                time.sleep(dice.uniform(0.5, 1.5) * crowd.think)
                do(tab, seen, label, dice)
    except Exception as error:  # noqa: BLE001 - counted and told at the end
        seen.errors.append(f"{type(error).__name__}: {error}")


def poll(desk: Desk, path: str, every: float, until: float, seen: Seen) -> None:
    """Ask for a small answer again and again, as a health check and as open tabs do."""
    with httpx.Client(timeout=60) as client:
        while time.monotonic() < until:
            start = time.perf_counter()
            answer = client.get(desk.url + path)
            seen.waits.append(time.perf_counter() - start)
            if answer.status_code != 200:
                seen.errors.append(f"{path}: {answer.status_code}")
            time.sleep(every)


@dataclass(frozen=True)
class Found:
    """What one crowd met."""

    crowd: Crowd
    people: Seen
    bare: Seen
    health: Seen
    polls: Seen
    written: int
    megabytes: float


def meet(desk: Desk, bare: Desk, crowd: Crowd, *, seconds: float) -> Found:
    """Let a crowd work on the desk, and as many on the bare page, for so many seconds."""
    label, before = label_of(desk.database_url), changes_in(desk.database_url)
    until = time.monotonic() + seconds
    people, idle, health, polls = Seen(), Seen(), Seen(), Seen()
    threads = [
        threading.Thread(target=live, args=(url, crowd, seen, label, number, until, do))
        for number in range(crowd.people)
        for url, seen, do in ((desk.url, people, act), (bare.url, idle, press_bare))
    ]
    every = POLL_SECONDS / crowd.people
    threads += [
        threading.Thread(target=poll, args=(desk, "/healthz", 1, until, health)),
        threading.Thread(target=poll, args=(desk, "/api/version", every, until, polls)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    written = changes_in(desk.database_url) - before
    megabytes = psutil.Process(desk.process.pid).memory_info().rss / 2**20
    return Found(crowd, people, idle, health, polls, written, megabytes)


def cost_of_a_poll(desk: Desk) -> float:
    """Return the milliseconds of CPU that the server takes to answer an open tab once."""
    process = psutil.Process(desk.process.pid)
    before = sum(process.cpu_times()[:2])
    with httpx.Client() as client:
        for _ in range(POLLS_OF_COST):
            client.get(f"{desk.url}/api/version")
    return float(sum(process.cpu_times()[:2]) - before) / POLLS_OF_COST * 1000


def percentile(waits: list[float], share: float) -> float:
    """Return the wait that `share` of all did not exceed; 0 where nobody waited."""
    ordered = sorted(waits)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0


def lines(found: Found) -> Iterator[str]:
    """Yield what a crowd met, in sentences."""
    crowd, people, bare = found.crowd, found.people, found.bare
    yield (
        f"{crowd.name}: {crowd.people} people, an action every {crowd.think:.1f} s, "
        f"{len(people.waits)} clicks, load average {os.getloadavg()[0]:.1f}"
    )
    for name, seen in (
        ("a click", people),
        ("a bare page's", bare),
        ("health", found.health),
        ("a tab's question", found.polls),
    ):
        p50, p95 = (percentile(seen.waits, share) * 1000 for share in (0.5, 0.95))
        yield f"  {name:18} p50 {p50:7.0f} ms   p95 {p95:7.0f} ms   errors {len(seen.errors)}"
    for share in (0.5, 0.95):
        ratio = percentile(people.waits, share) / (percentile(bare.waits, share) or 1)
        yield f"  a click to a bare page's, p{share * 100:.0f}: {ratio:.1f}"
    changed = people.told["changed"]
    verdict = "equal" if changed == found.written else "DIFFERENT"
    yield f"  changes shown {changed}, in the history {found.written}: {verdict}"
    others = {name: number for name, number in people.told.items() if name != "changed"}
    yield f"  other answers {others or 'none'}; memory {found.megabytes:.0f} MiB"
    for words, number in Counter(people.errors + bare.errors + found.health.errors).most_common(5):
        yield f"  {number} × {words[:160]}"


@contextmanager
def running_desk(home: Path) -> Iterator[Desk]:
    """Yield the desk on the database that DATABASE names."""
    if os.environ.get("DATABASE") != "postgresql":
        with desk_server(SIZES["M"], home / "desk", now=datetime.now(UTC)) as desk:
            yield desk
        return
    with Postgres(settings={"fsync": "on", "synchronous_commit": "on"}) as server:
        (home / "desk").mkdir()
        url = server.create_database("desk")
        with serving(home / "desk", env={"DATABASE_URL": url}) as desk:
            yield desk


def main() -> None:
    """Let the team and then the overload work, and print what they met."""
    seconds = float(os.environ.get("SECONDS") or SECONDS)
    with tempfile.TemporaryDirectory(prefix="load-") as name, ExitStack() as stack:
        home = Path(name)
        bare = stack.enter_context(bare_server("button.py", home / "bare"))
        desk = stack.enter_context(running_desk(home))
        print(f"a tab's question costs {cost_of_a_poll(desk):.2f} ms of CPU", flush=True)
        for crowd in (TEAM, OVERLOAD):
            for line in lines(meet(desk, bare, crowd, seconds=seconds)):
                print(line, flush=True)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
