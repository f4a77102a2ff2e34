"""What a page reads, through SQLAlchemy and on the bare driver: the same statements and rows.

The statements are those of the page itself: it runs once in this process with nothing cached,
and everything that it selects is written down and asked again.
"""

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_args
from urllib.parse import parse_qsl

import streamlit as st
from sqlalchemy import event
from streamlit.testing.v1 import AppTest

from lib.db.engine import make_engine, reading, sqlite_module
from lib.settings import ROOT, settings
from lib.ui import database, second_go

ROUNDS = 15


@dataclass(frozen=True)
class Read:
    """What one page reads: milliseconds in the median."""

    statements: int
    rows: int
    sqlalchemy: float
    driver: float


@dataclass(frozen=True)
class _Asked:
    """The statements of a page: as SQLAlchemy's elements, and as the driver gets them."""

    elements: list[Any]
    statements: list[Any]


def measure(database_url: str, script: str, query: str) -> Read:
    """Return what the page at `script` reads from the SQLite database behind `database_url`."""
    os.environ["DATABASE_URL"] = database_url
    settings.cache_clear()
    asked = _asked(script, query)
    engine = make_engine(database_url)
    driver = sqlite_module().connect(engine.url.database)

    def through() -> int:
        with reading(engine) as db:
            return sum(len(db.execute(*one).fetchall()) for one in asked.elements)

    def bare() -> int:
        driver.execute("BEGIN")
        count = sum(len(driver.execute(*one).fetchall()) for one in asked.statements)
        driver.rollback()
        return count

    rows = bare()
    if through() != rows:
        raise AssertionError("The driver did not find the rows that SQLAlchemy found.")
    times: dict[Callable[[], int], list[float]] = {through: [], bare: []}
    for _ in range(ROUNDS):
        for one, taken in times.items():
            started = time.perf_counter()
            one()
            taken.append((time.perf_counter() - started) * 1000)
    driver.close()
    engine.dispose()
    found = {one: statistics.median(taken) for one, taken in times.items()}
    return Read(len(asked.statements), rows, found[through], found[bare])


def _asked(script: str, query: str) -> _Asked:
    """Run a page with empty caches and return what it selects."""
    found = _Asked([], [])

    def execute(_db: Any, element: Any, many: Any, one: Any, _options: Any) -> None:
        if getattr(element, "is_select", False):
            found.elements.append((element, many or one or None))

    def cursor(_db: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith(("SELECT", "WITH")):
            found.statements.append((statement, parameters))

    desk = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    desk.session_state[second_go.COME] = set(get_args(second_go.Part)) - {"tour"}
    desk = _with(desk, query).run()
    _with(desk.switch_page(script), query)
    st.cache_resource.clear()
    st.cache_data.clear()
    # The page's own engine and no other: whoever is listened to takes longer, for good.
    listened = database.engine()
    event.listen(listened, "before_execute", execute)
    event.listen(listened, "before_cursor_execute", cursor)
    desk.run()
    if desk.exception:
        raise RuntimeError(f"{script} failed: {desk.exception[0].message}")
    return found


def _with(desk: AppTest, query: str) -> AppTest:
    for name, value in parse_qsl(query):
        desk.query_params[name] = value
    return desk
