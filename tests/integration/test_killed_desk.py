"""kill -9 of the whole desk while people click and import and what they scheduled becomes due.

Everything here goes through the real server and its websocket. On SQLite the desk runs what is
scheduled by itself; on PostgreSQL a worker beside it does, and both are killed.
"""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine, func, select
from websockets.exceptions import WebSocketException

from lib.db.engine import reading
from lib.db.tables import history, import_run
from lib.domain.actions import Action, PauseReason
from lib.domain.records import Source
from lib.domain.schedule import ScheduleState
from lib.services.scheduling.schedules import schedule_change
from tests.bench.load import Seen, change
from tests.browser.desk import Desk, serving
from tests.cast import ALICE, add_artist, add_campaign, database_url, new_request
from tests.crash_children import snapshot
from tests.integration.services.test_schedule_races import start_worker, states, wrong
from tests.invariants import is_whole
from tests.wire import visit

KILLS = 2
AHEAD = timedelta(seconds=1)
_PATIENCE = 90
_LOST = (OSError, TimeoutError, WebSocketException, httpx.HTTPError)


@dataclass
class Life:
    """What people met in one life of the desk, from its start until it was killed."""

    number: int
    clicks: Seen = field(default_factory=Seen)
    imported: set[str] = field(default_factory=set)
    failed: list[Exception] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def is_busy(self) -> bool:
        """Return whether somebody has changed and somebody has imported something."""
        return self.clicks.told["changed"] >= 2 and bool(self.imported)


@contextmanager
def at_work(life: Life, *people: Callable[[], None]) -> Iterator[None]:
    """Let people work, each in a thread, until the life is over or their connection is lost."""

    def live(work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - the test shows it
            if not (life.over.is_set() and isinstance(error, _LOST)):
                life.failed.append(error)

    threads = [threading.Thread(target=live, args=(work,)) for work in people]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        life.over.set()
        for thread in threads:
            thread.join()


def click(life: Life, desk: Desk, campaigns: list[int]) -> None:
    """Change one campaign after the other, as somebody does in a browser."""
    dice = random.Random(life.number)  # noqa: S311 - not a secret
    with visit(desk.url) as tab:
        while not life.over.is_set():
            tab.run("campaign", query=f"id={dice.choice(campaigns)}")
            change(tab, life.clicks, dice)


def bring_in(life: Life, desk: Desk) -> None:
    """Import one file after the other on the import page."""
    page = "import", "artist=The+Herons"
    with visit(desk.url) as tab:
        tab.run(*page)
        for turn in count():
            if life.over.is_set():
                return
            name = f"{life.number}-{turn}.csv"
            uploader = tab.widgets("file_uploader")[-1]
            tab.upload(uploader.id, name, snapshot(life.number * 1000 + turn))
            received = tab.press(tab.widgets("button", label="Import")[-1].id)
            while b"Imported" not in received:  # It takes longer than the page waits for it.
                time.sleep(0.2)
                received = tab.run(*page)
            life.imported.add(name)
            tab.values.clear()
            tab.press(tab.widgets("button", label="Next file")[-1].id)


def schedule_on(life: Life, engine: Engine, artist_id: int) -> None:
    """Schedule a pause of a new campaign ten times a second, each due a second later."""
    while not life.over.wait(0.1):
        now = datetime.now(UTC)
        schedule_change(
            engine,
            add_campaign(engine, artist_id, now=now),
            Action.PAUSE,
            run_at=now + AHEAD,
            reason=PauseReason.BUDGET,
            actor=ALICE,
            seen_version=1,
            request_id=new_request(),
            now=now,
        )


def until(found: Callable[[], object]) -> None:
    """Wait until `found()` is true."""
    deadline = time.monotonic() + _PATIENCE
    while not found():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.02)


def clicked(engine: Engine) -> int:
    """Return how many changes stand in the history that were made at the desk."""
    query = select(func.count()).where(
        history.c.source == Source.DESK, history.c.version > 1, history.c.actor != ALICE.name
    )
    with reading(engine) as db:
        return db.execute(query).scalar_one()


def files(engine: Engine) -> set[str]:
    """Return the names of the files that were imported."""
    with reading(engine) as db:
        return set(db.execute(select(import_run.c.file_name)).scalars())


@dataclass(frozen=True)
class Stage:
    """One database, its desk, and on PostgreSQL the worker beside it."""

    engine: Engine
    folder: Path
    artist_id: int
    campaigns: list[int]

    @contextmanager
    def running(self) -> Iterator[tuple[Desk, Callable[[], None]]]:
        """Yield the desk, and what kills it and its worker; at the end they are killed too."""
        url = database_url(self.engine)
        env = {"DATABASE_URL": url, "DESK_DEMO": "0", "DESK_ACTOR": "Bob"}
        has_worker = self.engine.dialect.name == "postgresql"
        with serving(self.folder, env=env) as desk:
            processes = [desk.process, *([start_worker(url)] if has_worker else [])]

            def kill() -> None:
                for process in processes:
                    process.kill()

            try:
                yield desk, kill
            finally:
                kill()
                for process in processes:
                    process.communicate()

    def live(self, life: Life, *, seconds: float) -> None:
        """Start the desk, let everybody work, and kill it so long after all are at it."""
        before = self.count(ScheduleState.RAN)
        with (
            self.running() as (desk, kill),
            at_work(
                life,
                lambda: click(life, desk, self.campaigns),
                lambda: bring_in(life, desk),
                lambda: schedule_on(life, self.engine, self.artist_id),
            ),
        ):
            until(
                lambda: (
                    life.failed or (life.is_busy() and self.count(ScheduleState.RAN) >= before + 3)
                )
            )
            time.sleep(seconds)
            life.over.set()
            kill()

    def count(self, state: ScheduleState) -> int:
        """Return how many scheduled changes are in a state."""
        return states(self.engine)[state]


@pytest.mark.slow
def test_a_desk_that_is_killed_keeps_what_it_showed_and_runs_what_was_scheduled_once(
    engine, tmp_path
):
    artist_id = add_artist(engine, now=datetime.now(UTC), name="The Herons")
    campaigns = [add_campaign(engine, artist_id, now=datetime.now(UTC)) for _ in range(4)]
    stage = Stage(engine, tmp_path, artist_id, campaigns)
    dice = random.Random(1)  # noqa: S311 - not a secret
    for number in range(KILLS):
        life, stood, brought = Life(number), clicked(engine), files(engine)
        stage.live(life, seconds=dice.uniform(0, 0.5))
        assert life.failed == []
        assert life.clicks.errors == []
        # What was shown is there, and at most what was under way besides.
        assert clicked(engine) - stood - life.clicks.told["changed"] in (0, 1)
        assert life.imported <= files(engine)
        assert len(files(engine) - brought - life.imported) <= 1
        assert wrong(engine) == []
        assert is_whole(engine)
        assert stage.count(ScheduleState.COMING), "it was killed when everything had been done"
    with stage.running():
        until(lambda: not stage.count(ScheduleState.COMING))
    assert states(engine).keys() == {ScheduleState.RAN}
    assert wrong(engine) == []
    assert is_whole(engine)
