"""`serve`: migrate, fill an empty database with the demo label, then serve the pages."""

import logging
import os
import sys
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine

from lib.commands.call import Call, Commands
from lib.db.migrations import upgrade
from lib.services.demo_label.demo import is_empty, load_demo
from lib.services.importing.folding import finish_imports
from lib.services.trend import trends
from lib.settings import ROOT, streamlit_command

logger = logging.getLogger(__name__)


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "serve", help="migrate, load the demo into an empty database, serve the pages"
    )
    parser.set_defaults(run=run)


def prepare(engine: Engine, *, with_demo: bool, now: datetime, say: Callable[[str], None]) -> None:
    """Bring the database to the newest schema; load the demo only where nothing is there.

    Imports that were cut off are brought to their end.
    """
    upgrade(engine)
    finish_imports(engine)
    if trends.is_missing(engine):
        say("Summing up the figures for the trend, once.")
        trends.rebuild(engine, now=now)
    if with_demo and is_empty(engine):
        loaded = load_demo(engine, now=now)
        say(f"The database was empty: loaded the demo label “{loaded.name}”.")


def run(call: Call) -> int:
    """Prepare the database and become the server; does not return where that succeeds."""
    settings, engine = call.settings, call.engine
    say = logger.info if settings.log_format == "json" else _print
    prepare(engine, with_demo=settings.demo, now=call.now, say=say)
    engine.dispose()
    command, extra = streamlit_command(settings)
    say(f"Campaign Desk on http://{settings.host}:{settings.port}")
    os.chdir(ROOT)
    os.execve(command[0], command, {**os.environ, **extra, "PYTHONPATH": str(ROOT)})


def _print(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
