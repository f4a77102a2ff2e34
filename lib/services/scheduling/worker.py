"""The worker: looks again and again whether a scheduled change is due, and runs it.

Several may work at once, in several processes: each change is run by exactly one of them.
"""

import logging
import os
import socket
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from lib.db.engine import DatabaseUnreachable
from lib.domain.schedule import ScheduledChange
from lib.services.scheduling.runs import next_due_at, run_due, say_goodbye, show_alive

logger = logging.getLogger(__name__)

LOOK_EVERY = 5.0
"""Seconds; a change that is due sooner is waited for exactly."""
SHOW_ALIVE_EVERY = timedelta(minutes=1)
AFTER_A_FAULT = 15.0

Tell = Callable[[ScheduledChange], None]


def own_name() -> str:
    """Return what this process is called among workers."""
    return f"{socket.gethostname()[:100]}:{os.getpid()}"


def work(
    engine: Engine,
    *,
    name: str,
    clock: Callable[[], datetime],
    stop: Event,
    tell: Tell,
) -> None:
    """Run what is due until `stop` is set; the change that is under way is finished first.

    A database that does not answer is waited for: what became due meanwhile runs afterwards.
    """
    shown_at: datetime | None = None
    while not stop.is_set():
        try:
            now = clock()
            if shown_at is None or now - shown_at >= SHOW_ALIVE_EVERY:
                show_alive(engine, name, now=now)
                shown_at = now
            run_round(engine, name=name, clock=clock, tell=tell)
            pause = _until_next(engine, now=clock())
        except (DatabaseUnreachable, DBAPIError) as error:
            logger.warning("Scheduled changes wait for the database: %s", type(error).__name__)
            pause, shown_at = AFTER_A_FAULT, None
        stop.wait(pause)
    try:
        say_goodbye(engine, name)
    except (DatabaseUnreachable, DBAPIError):
        logger.warning("The worker stopped without a goodbye: the database does not answer.")


def run_round(engine: Engine, *, name: str, clock: Callable[[], datetime], tell: Tell) -> int:
    """Run what is due by now, and return how many changes were settled."""
    settled = run_due(engine, clock=clock, by=name)
    for one in settled:
        tell(one)
    return len(settled)


def _until_next(engine: Engine, *, now: datetime) -> float:
    due_at = next_due_at(engine)
    if due_at is None:
        return LOOK_EVERY
    # What is due and was not settled is somebody else's, or failed: not asked for at once again.
    seconds = (due_at - now).total_seconds()
    return LOOK_EVERY if seconds <= 0 else min(LOOK_EVERY, seconds)
