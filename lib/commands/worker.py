"""`worker`: runs scheduled changes when their time has come, until it is told to stop."""

import signal
import sys
from collections.abc import Callable
from datetime import datetime
from threading import Event
from types import FrameType

from sqlalchemy import Engine

from lib.commands.call import Call, Commands
from lib.db.engine import make_engine
from lib.db.migrations import upgrade
from lib.domain.schedule import ScheduledChange
from lib.services.scheduling.worker import own_name, run_round, work


def add(commands: Commands) -> None:
    """Add the command with its options."""
    parser = commands.add_parser("worker", help="run scheduled changes when their time has come")
    parser.add_argument("--once", action="store_true", help="run what is due by now, then end")
    parser.set_defaults(run=run)


def run(call: Call) -> int:
    """Run what is due once, or until SIGTERM or Ctrl+C; return 0."""
    upgrade(call.engine)
    call.engine.dispose()
    # What it does is as short as a click, and people wait for its locks as for each other's.
    at_work = make_engine(call.settings.database_url)
    try:
        return _at_work(at_work, is_once=call.options.once, clock=call.clock)
    finally:
        at_work.dispose()


def _at_work(engine: Engine, *, is_once: bool, clock: Callable[[], datetime]) -> int:
    name = own_name()
    if is_once:
        count = run_round(engine, name=name, clock=clock, tell=_tell)
        print(f"{count} scheduled changes were due.", file=sys.stderr)
        return 0
    stop = Event()

    def told_to_stop(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, told_to_stop)
    print(f"Worker {name} runs scheduled changes.", file=sys.stderr, flush=True)
    work(engine, name=name, clock=clock, stop=stop, tell=_tell)
    print("The worker has stopped.", file=sys.stderr)
    return 0


def _tell(one: ScheduledChange) -> None:
    words = f"{one.state.label}: {one.action.value} of campaign {one.campaign_id}"
    words += f", scheduled by {one.actor} for {one.run_at:%Y-%m-%d %H:%M} UTC"
    print(words + (f". {one.why}" if one.why else ""), file=sys.stderr, flush=True)
