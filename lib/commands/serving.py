"""`serve`: migrate, fill an empty database with the demo label, then serve the pages."""

import os
import sys
from datetime import datetime

from sqlalchemy import Engine

from lib.db.migrations import upgrade
from lib.services import trends
from lib.services.demo import is_empty, load_demo
from lib.services.import_folding import finish_imports
from lib.settings import ROOT, Settings, streamlit_command


def prepare(engine: Engine, *, with_demo: bool, now: datetime) -> None:
    """Bring the database to the newest schema; load the demo only where nothing is there.

    Imports that were cut off are brought to their end.
    """
    upgrade(engine)
    finish_imports(engine)
    if trends.is_missing(engine):
        print("Summing up the figures for the trend, once.", file=sys.stderr)
        trends.rebuild(engine, now=now)
    if with_demo and is_empty(engine):
        loaded = load_demo(engine, now=now)
        print(f"The database was empty: loaded the demo label “{loaded.name}”.", file=sys.stderr)


def serve(settings: Settings, engine: Engine, *, now: datetime) -> int:
    """Prepare the database and become the server; does not return where that succeeds."""
    prepare(engine, with_demo=settings.demo, now=now)
    engine.dispose()
    command, extra = streamlit_command(settings)
    print(f"Campaign Desk on http://{settings.host}:{settings.port}", file=sys.stderr, flush=True)
    os.chdir(ROOT)
    os.execve(command[0], command, {**os.environ, **extra, "PYTHONPATH": str(ROOT)})
