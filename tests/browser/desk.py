"""The real server, started as a person starts it, on a port and a database of its own."""

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

from lib.settings import ROOT
from tests.postgres import free_port

SERVE = (sys.executable, "-m", "lib.cli", "serve")
_START_SECONDS = 120
_STOP_SECONDS = 20


@dataclass(frozen=True)
class Desk:
    """A running server."""

    url: str
    database_url: str
    log: Path
    process: subprocess.Popen[bytes]

    def log_text(self) -> str:
        """Return what the server has printed so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def asked(self, statement: str, *values: object) -> list[Any]:
        """Return what a statement selects from the SQLite database, past the server."""
        file = Path("/" + urlsplit(self.database_url).path.lstrip("/"))
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as db:
            return db.execute(statement, values).fetchall()


@contextmanager
def serving(
    folder: Path,
    *,
    env: Mapping[str, str] | None = None,
    command: Sequence[str] = SERVE,
    cwd: Path = ROOT,
) -> Iterator[Desk]:
    """Yield a server whose database and log lie in `folder`; `env` adds settings.

    Raises `RuntimeError` with the server's log where it does not come up.
    """
    defaults = {
        "DATABASE_URL": f"sqlite:///{folder / 'desk.sqlite'}",
        "PORT": str(free_port()),
        "DESK_TOUR": "0",
    }
    environment = {**os.environ, **defaults, **(env or {})}
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            list(command), cwd=cwd, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    url = f"http://127.0.0.1:{environment['PORT']}"
    desk = Desk(url, environment["DATABASE_URL"], log, process)
    try:
        _wait_until_healthy(desk)
        yield desk
    finally:
        _end(process)


def _wait_until_healthy(desk: Desk) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and desk.process.poll() is None:
        try:
            with urlopen(f"{desk.url}/_stcore/health", timeout=5) as answer:  # noqa: S310
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"the desk did not come up:\n{desk.log_text()}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(_STOP_SECONDS)
