"""An open page notices what others change: by one number, asked for every few seconds.

The browser asks the desk's own server and not the page's script: that costs no run, waits for
none and stops while the tab is hidden. `assets/pulse` says when the page is drawn anew by itself
and when a line offers it.
"""

import asyncio
import logging
import time
from collections.abc import Callable

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from lib.db.engine import DatabaseUnreachable
from lib.services import queries
from lib.ui import components, notices, reads, second_go

logger = logging.getLogger(__name__)

PATH = "/api/version"
# However many tabs ask, the database is asked once in so many seconds.
_FRESH_SECONDS = 1.0
_ANSWER_SECONDS = 3.0


def watch() -> None:
    """Let the page notice changes, and come again for what was put off; call it last of all."""
    _draw(reads.data_version(), again=second_go.asked_for())


def wait_for_database() -> None:
    """Let a page that could not be read come back as soon as the database does."""
    _draw(None)


def _draw(version: int | None, *, again: int = 0) -> None:
    told = {"version": version, "again": again, "said": notices.standing()}
    components.mounted("pulse")(key="pulse", data=told, on_changed_change=notices.keep)


class Pulse:
    """Answers with the number that every change raises; one for the process."""

    def __init__(
        self, engine: Callable[[], Engine], *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """Keep the way to the database and the clock."""
        self.engine = engine
        self.monotonic = monotonic
        self.number: int | None = None
        self.read_at = float("-inf")
        self.reading: asyncio.Task[None] | None = None

    async def __call__(self, _request: Request) -> JSONResponse:
        """Answer with the number, or with 503 while the database cannot be reached."""
        if self.monotonic() - self.read_at >= _FRESH_SECONDS:
            if self.reading is None or self.reading.done():
                self.reading = asyncio.create_task(self._read())
            done, _ = await asyncio.wait({self.reading}, timeout=_ANSWER_SECONDS)
            if not done:
                return _answer(503, {"error": "database"})
        if self.number is None:
            return _answer(503, {"error": "database"})
        return _answer(200, {"version": self.number})

    async def _read(self) -> None:
        try:
            version = await asyncio.to_thread(
                queries.current_data_version, self.engine(), patience=0
            )
            self.number = version.number
        except (DatabaseUnreachable, SQLAlchemyError) as error:
            if self.number is not None:
                logger.warning("The database cannot be reached (%s)", type(error).__name__)
            self.number = None
        self.read_at = self.monotonic()


def _answer(status: int, content: dict[str, int | str]) -> JSONResponse:
    return JSONResponse(content, status, headers={"Cache-Control": "no-store"})


def route() -> Route:
    """Return the route by which open pages ask for the number."""
    return Route(PATH, Pulse(reads.engine).__call__, methods=["GET"])
