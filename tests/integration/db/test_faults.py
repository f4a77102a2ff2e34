"""A PostgreSQL that restarts, loses its sessions or is killed, under people who go on working.

Eight workers press and read all the while. No fault that passes is shown to anybody, and what
the history says is what they were told: nothing lost, nothing doubled.
"""

import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial

import psycopg
import pytest
from sqlalchemy import select

from lib.db.engine import reading, retrying
from lib.db.migrations import upgrade
from lib.db.tables import history
from lib.domain.actions import Action
from lib.services import queries
from lib.services.campaigns import IllegalTransition, StaleCampaign
from tests import racer
from tests.cast import add_artist, add_campaign, see
from tests.conftest import IS_CI
from tests.invariants import faults
from tests.postgres import USER, Postgres, PostgresMissing

pytestmark = [pytest.mark.postgresql, pytest.mark.slow]

WORKERS = 8
TURNS = 3
# Changes that have to come through before each fault and after the last, and how long that may
# take on a busy machine.
BETWEEN, SECONDS = 3 * WORKERS, 60
# As a team would run it: what was confirmed is on the disk.
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


@pytest.fixture
def server() -> Iterator[Postgres]:
    """A server of this test's own, which it may harm."""
    try:
        server = Postgres(settings=DURABLE)
    except PostgresMissing as error:
        if IS_CI:
            pytest.fail(str(error))
        pytest.skip(str(error))
    with server:
        yield server


def restart(server: Postgres) -> None:
    server.stop()
    time.sleep(0.5)
    server.start()


def kill_sessions(server: Postgres) -> None:
    address = server.url().replace("+psycopg", "")
    with psycopg.connect(address, autocommit=True) as db:
        db.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND usename = %s",
            (USER,),
        )


def kill_hard(server: Postgres) -> None:
    server.stop(how=signal.SIGKILL)
    server.start()


def crash(server: Postgres) -> None:
    server.stop(how=signal.SIGQUIT)
    server.start()


class Worker(threading.Thread):
    """Somebody who presses and reads until told to stop, and keeps what they were told."""

    def __init__(self, engine, ones, number, now, stop):
        super().__init__()
        self.engine, self.ones, self.number, self.now, self.stop = engine, ones, number, now, stop
        self.told: list[dict] = []
        self.raised: list[BaseException] = []

    @property
    def changes(self):
        return sum(one["outcome"] == "changed" for one in list(self.told))

    def run(self):
        turn = 0
        try:
            while not self.stop.is_set():
                one = self.ones[(self.number + turn) % len(self.ones)]
                action = list(Action)[(self.number + turn // 3) % 4]
                request = f"w{self.number}-{turn}"
                seen = retrying(partial(see, self.engine, one)).version
                told = racer.press(self.engine, one, action, request, self.now, seen=seen)
                self.told.append(told | {"campaign": one})
                assert queries.current_data_version(self.engine).number >= 0
                turn += 1
        except BaseException as error:  # noqa: BLE001 - whatever it was, the test shows it
            self.raised.append(error)


def wait_for_changes(workers, number):
    """Wait until so many changes were confirmed in all, or somebody was shown an error."""
    until = time.monotonic() + SECONDS
    while sum(worker.changes for worker in workers) < number and time.monotonic() < until:
        if any(worker.raised for worker in workers):
            return
        time.sleep(0.05)


@pytest.mark.parametrize("harm", [restart, kill_sessions, kill_hard, crash])
def test_nobody_notices_a_fault_that_passes_and_nothing_is_lost_or_doubled(
    server, open_engine, now, harm
):
    engine = open_engine(server.create_database("desk"))
    upgrade(engine)
    ones = [add_campaign(engine, add_artist(engine, now=now), now=now) for _ in range(WORKERS // 2)]
    stop = threading.Event()
    workers = [Worker(engine, ones, number, now, stop) for number in range(WORKERS)]
    for worker in workers:
        worker.start()
    for turn in range(TURNS):
        wait_for_changes(workers, (turn + 1) * BETWEEN)
        harm(server)
    wait_for_changes(workers, (TURNS + 1) * BETWEEN)
    stop.set()
    for worker in workers:
        worker.join()
    assert [error for worker in workers for error in worker.raised] == []
    told = [one for worker in workers for one in worker.told]
    outcomes = Counter(one["outcome"] for one in told)
    assert set(outcomes) <= {"changed", StaleCampaign.__name__, IllegalTransition.__name__}
    assert outcomes["changed"] >= (TURNS + 1) * BETWEEN, "they went on after each fault"
    with reading(engine) as db:
        rows = db.execute(
            select(history.c.request_id, history.c.campaign_id, history.c.version).where(
                history.c.request_id.is_not(None)
            )
        )
        written = {row.request_id: (row.campaign_id, row.version) for row in rows}
    confirmed = {
        one["request_id"]: (one["campaign"], one["version"])
        for one in told
        if one["outcome"] == "changed"
    }
    assert written == confirmed
    assert faults(engine) == []
