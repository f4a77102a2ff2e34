"""What a page reads, through SQLAlchemy and on the bare driver: the same statements and rows."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Engine, event

from lib.db.engine import make_engine, reading, sqlite_module
from lib.services import queries

ROUNDS = 15

Work = Callable[[], object]


@dataclass(frozen=True)
class Read:
    """What one page reads: milliseconds in the median."""

    statements: int
    rows: int
    whole: float
    """With the records that are made of the rows."""
    sqlalchemy: float
    driver: float


def page_reads(engine: Engine, chosen: dict[str, int], *, now: datetime) -> dict[str, Work]:
    """Return what each page reads; `chosen` names the artists and the campaign of the run."""
    works: dict[str, Work] = {
        name: partial(queries.board, engine, artist_id, now=now)
        for name, artist_id in chosen.items()
        if name.startswith("board")
    }
    works["campaign"] = partial(queries.campaign_page, engine, chosen["campaign"], now=now)
    roster = getattr(queries, "roster", None)
    if roster is not None:
        works["roster"] = partial(roster, engine, now=now)
    return works


def measure(database_url: str, chosen: dict[str, int], *, now: datetime) -> dict[str, Read]:
    """Return the reads of every page of the desk behind `database_url`."""
    engine = make_engine(database_url)
    try:
        works = page_reads(engine, chosen, now=now)
        return {name: _read(engine, work) for name, work in works.items()}
    finally:
        engine.dispose()


def _read(engine: Engine, work: Work) -> Read:
    work()
    elements, statements = _caught(engine, work)
    driver = sqlite_module().connect(engine.url.database)

    def through() -> int:
        with reading(engine) as db:
            return sum(len(db.execute(*asked).fetchall()) for asked in elements)

    def bare() -> int:
        driver.execute("BEGIN")
        count = sum(len(driver.execute(*asked).fetchall()) for asked in statements)
        driver.rollback()
        return count

    rows = bare()
    if through() != rows:
        raise AssertionError("The driver did not find the rows that SQLAlchemy found.")
    times: dict[Work, list[float]] = {work: [], through: [], bare: []}
    for _ in range(ROUNDS):
        for one, taken in times.items():
            started = time.perf_counter()
            one()
            taken.append((time.perf_counter() - started) * 1000)
    driver.close()
    whole, sqlalchemy, alone = (statistics.median(taken) for taken in times.values())
    return Read(len(statements), rows, whole, sqlalchemy, alone)


def _caught(engine: Engine, work: Work) -> tuple[list[Any], list[Any]]:
    """Return what `work` executes: as SQLAlchemy's elements, and as the driver gets it."""
    elements: list[Any] = []
    statements: list[Any] = []

    def execute(_db: Any, element: Any, many: Any, one: Any, _options: Any) -> None:
        elements.append((element, many or one or None))

    def cursor(_db: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            statements.append((statement, parameters))

    listeners = (("before_execute", execute), ("before_cursor_execute", cursor))
    for name, listener in listeners:
        event.listen(engine, name, listener)
    work()
    for name, listener in listeners:
        event.remove(engine, name, listener)
    return elements, statements
