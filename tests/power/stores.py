"""The databases whose power is cut: how each is put on a disk, started there and stopped dead."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

from lib.db import engine as desk_engine
from lib.db.engine import make_engine
from lib.db.migrations import upgrade
from tests.cast import add_artist, add_campaign
from tests.crash_children import NOW
from tests.postgres import Postgres

CAMPAIGNS = 6
_STOP_SECONDS = 20


class Sqlite:
    """SQLite in a file on the disk; `synchronous` weakens what the desk sets."""

    megabytes = 96

    def __init__(self, *, synchronous: str = "") -> None:
        self.synchronous = synchronous

    @contextmanager
    def running(self, folder: Path) -> Iterator[str]:
        """Yield the URL of the database in `folder`."""
        yield f"sqlite:///{folder / 'desk.sqlite'}"

    def fill(self, folder: Path) -> None:
        """Make the database with its campaigns in `folder`."""
        with self.running(folder) as url:
            _fill(url)

    def servers(self) -> list[int]:
        """Return no process: SQLite works inside those who use it."""
        return []

    def close(self) -> None:
        """Do nothing."""


class PostgreSQL:
    """A server of its own whose data lie on the disk; `settings` weaken what it ships with."""

    megabytes = 256

    def __init__(self, **settings: str) -> None:
        # `tests.postgres` is set for speed; these are what PostgreSQL ships with.
        shipped = dict.fromkeys(("fsync", "synchronous_commit", "full_page_writes"), "on")
        self.server = Postgres(settings=shipped | settings)

    @contextmanager
    def running(self, folder: Path) -> Iterator[str]:
        """Start the server on the data in `folder`, which recovers them, and yield their URL."""
        self.server.data = folder / "data"
        self.server.start()
        try:
            yield self.server.url("desk")
        finally:
            self.server.stop()

    def fill(self, folder: Path) -> None:
        """Make the database with its campaigns in `folder`."""
        owner = self.server.folder.stat()
        os.chown(folder, owner.st_uid, owner.st_gid)
        with self.running(folder):
            _fill(self.server.create_database("desk"))

    def servers(self) -> list[int]:
        """Return the process that has started all others of the server."""
        assert self.server.process is not None
        return [self.server.process.pid]

    def close(self) -> None:
        """Remove the server's folder."""
        self.server.__exit__(None, None, None)


Store = Sqlite | PostgreSQL


def _fill(url: str) -> None:
    engine = make_engine(url)
    upgrade(engine)
    artist_id = add_artist(engine, now=NOW)
    for _ in range(CAMPAIGNS):
        add_campaign(engine, artist_id, now=NOW)
    engine.dispose()


def weaken_sqlite(synchronous: str) -> None:
    """Let this process open SQLite with less safety than the desk asks for."""
    prepare = desk_engine._prepare_sqlite

    def prepare_weakly(connection: Any, _record: object) -> None:
        prepare(connection, _record)
        connection.execute(f"PRAGMA synchronous={synchronous}")

    desk_engine._prepare_sqlite = prepare_weakly


def stop_dead(pids: list[int]) -> None:
    """Stop processes and all whom they have started in the middle of what they do.

    Returns when each stands still; one that has ended by itself does so too.
    """
    found = [psutil.Process(pid) for pid in pids]
    for one in found:
        one.suspend()
    _wait_until_still(found)
    # Only now does nobody start another.
    started = [child for one in found for child in one.children(recursive=True)]
    for one in started:
        with suppress(psutil.NoSuchProcess):
            one.suspend()
    _wait_until_still(started)


def _wait_until_still(processes: list[psutil.Process]) -> None:
    until = time.monotonic() + _STOP_SECONDS
    while moving := [one for one in processes if _moves(one)]:
        if time.monotonic() > until:
            raise TimeoutError(f"These did not stop: {moving}")
        time.sleep(0.002)


def _moves(process: psutil.Process) -> bool:
    try:
        return process.status() not in (psutil.STATUS_STOPPED, psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def kill(pids: list[int]) -> None:
    """Kill processes and all whom they have started, whether they stand still or not."""
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            head = psutil.Process(pid)
            for one in (*head.children(recursive=True), head):
                with suppress(psutil.NoSuchProcess):
                    one.kill()
