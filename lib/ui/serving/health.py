"""Whether this process lives and whether it can work: `/healthz` and `/readyz`.

The database is looked at off the event loop, by one thread at a time and at most once a
second, whoever asks: the answer needs no sign-in, so asking often must cost nothing.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse

from lib.events import Outcome, tell
from lib.services.health import Vitals

logger = logging.getLogger(__name__)

NO_ANSWER = "The database does not answer."
NOT_IN_TIME = "The database does not answer in time."
OTHER_SCHEMA = "The database has another schema than this version of the desk."
_NO_STORE = {"Cache-Control": "no-store"}


class NotReady(RuntimeError):
    """The desk cannot work now; the reason names no address, person or table."""


class Pulse:
    """The database's vitals as last looked at."""

    def __init__(
        self,
        look: Callable[[], Vitals],
        *,
        patience: float = 2.0,
        fresh: float = 1.0,
        given_up: float = 60.0,
    ) -> None:
        """Keep how to look. All others are seconds.

        `patience` is how long an asker waits, `fresh` how long an answer holds; after
        `given_up` a look that still hangs, on a dead connection for instance, is left alone.
        """
        self._look = look
        self._patience, self._fresh, self._given_up = patience, fresh, given_up
        self._lock = threading.Lock()
        self._running: Future[Vitals] | None = None
        self._began = self._ended = 0.0
        self._was_ready = True

    async def ask(self) -> Vitals:
        """Return the vitals. Raises `NotReady` with the reason."""
        try:
            vitals = await self._looked()
            if not vitals.is_ready:
                raise NotReady(OTHER_SCHEMA)
        except NotReady as reason:
            self._note(str(reason))
            raise
        self._note("")
        return vitals

    async def _looked(self) -> Vitals:
        answer = asyncio.wrap_future(self._current())
        try:
            return await asyncio.wait_for(asyncio.shield(answer), self._patience)
        except TimeoutError:
            # Nobody waits for it any more; what it ends with is no error of this request.
            answer.add_done_callback(_read_away)
            raise NotReady(NOT_IN_TIME) from None
        except (SQLAlchemyError, OSError):
            raise NotReady(NO_ANSWER) from None

    def _current(self) -> Future[Vitals]:
        with self._lock:
            now, running = time.monotonic(), self._running
            if running is not None:
                is_fresh = running.done() and now - self._ended < self._fresh
                is_hanging = not running.done() and now - self._began > self._given_up
                if is_fresh or not (running.done() or is_hanging):
                    return running
            self._running, self._began = Future(), now
            # A daemon, so that a hanging look does not keep the process from ending.
            threading.Thread(
                target=self._run, args=(self._running,), name="health", daemon=True
            ).start()
            return self._running

    def _run(self, into: Future[Vitals]) -> None:
        try:
            vitals = self._look()
        except Exception as error:  # noqa: BLE001 - handed to whoever asked
            self._ended = time.monotonic()
            into.set_exception(error)
        else:
            self._ended = time.monotonic()
            into.set_result(vitals)

    def _note(self, reason: str) -> None:
        """Tell the log when the desk stops being ready and when it is again, once each."""
        is_ready = not reason
        if is_ready != self._was_ready:
            self._was_ready = is_ready
            tell("desk:ready", Outcome.DONE if is_ready else Outcome.FAILED, why=reason or None)


def _read_away(answer: "asyncio.Future[Vitals]") -> None:
    if not answer.cancelled():
        answer.exception()


async def healthz(_request: Request) -> JSONResponse:
    """Answer that this process serves; it reads no database and names nothing."""
    return JSONResponse({"status": "ok"}, headers=_NO_STORE)


def readyz(pulse: Pulse) -> Callable[[Request], object]:
    """Return the endpoint that answers 200 where the desk can work, 503 with the reason else."""

    async def answer(_request: Request) -> JSONResponse:
        try:
            await pulse.ask()
        except NotReady as reason:
            said = {"status": "not ready", "reason": str(reason)}
            return JSONResponse(said, status_code=503, headers=_NO_STORE)
        return JSONResponse({"status": "ok"}, headers=_NO_STORE)

    return answer
